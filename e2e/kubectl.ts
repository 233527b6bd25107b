/** kubectl and helm as the scenarios use them: the same commands that a person types. */
import { setTimeout as delay } from 'node:timers/promises'
import { run } from '../tools/system/command.ts'

/** Runs kubectl in a namespace and answers its standard output. Throws CommandFault with what it said. */
export function kubectl(namespace: string, ...args: readonly string[]): Promise<string> {
  return run('kubectl', ['--namespace', namespace, ...args])
}

/** An object as JSON; undefined when it is not there. */
export async function getObject<T = Record<string, unknown>>(
  namespace: string,
  name: string,
): Promise<T | undefined> {
  const text = await kubectl(namespace, 'get', name, '--ignore-not-found', '--output', 'json')
  return text === '' ? undefined : (JSON.parse(text) as T)
}

/** All objects of a kind as JSON. */
export async function listObjects<T = Record<string, unknown>>(
  namespace: string,
  ...args: readonly string[]
): Promise<readonly T[]> {
  return (JSON.parse(await kubectl(namespace, 'get', ...args, '--output', 'json')) as { items: readonly T[] })
    .items
}

/** Applies manifests given as objects. */
export async function apply(namespace: string, ...objects: readonly unknown[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects }
  await run('kubectl', ['--namespace', namespace, 'apply', '--filename', '-'], {
    input: JSON.stringify(list),
  })
}

/** Waits for a condition as a person does. Throws with kubectl's words when it does not come in time. */
export async function waitFor(
  namespace: string,
  condition: string,
  ...names: readonly string[]
): Promise<void> {
  await kubectl(namespace, 'wait', `--for=${condition}`, '--timeout=240s', ...names)
}

export function helm(...args: readonly string[]): Promise<string> {
  return run('helm', args)
}

/** Asks until the answer is neither false nor undefined. Throws when that takes longer than `withinMs`. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | false | undefined>,
  withinMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + withinMs
  let last: unknown
  while (performance.now() < deadline) {
    try {
      const answer = await ask()
      if (answer !== false && answer !== undefined) return answer
    } catch (error) {
      last = error
    }
    await delay(100)
  }
  throw new Error(`${what}: not within ${withinMs / 1000} s`, { cause: last })
}
