/** Waits until all servers are ready, and says of each that does not become so why. */
import { delay } from '../common/clock.ts'
import { Fault } from '../common/fault.ts'
import type { Backend, Balancer } from './balancer.ts'
import type { Supervised } from './supervise.ts'

export interface Starting {
  readonly balancer: Pick<Balancer, 'ready'>
  readonly backends: readonly Backend[]
  readonly processes: readonly Pick<Supervised, 'name' | 'lastWords' | 'logFile'>[]
}

const answerMs = 1_000

/** Throws Fault, with the words of each server that is not ready, when that takes longer than `withinMs`. */
export async function untilReady(starting: Starting, withinMs: number): Promise<void> {
  const { balancer, backends } = starting
  const deadline = performance.now() + withinMs
  while (balancer.ready().length < backends.length) {
    if (performance.now() > deadline) throw await notReady(starting)
    await delay(50)
  }
}

async function notReady({ balancer, backends, processes }: Starting): Promise<Fault> {
  const ready = balancer.ready()
  const behind = backends.filter(({ name }) => !ready.includes(name))
  const lines = await Promise.all(
    behind.map(async ({ name, readyUrl }) => {
      const process = processes.find((one) => one.name === name)
      const words = (await problemAt(readyUrl)) ?? ((await process?.lastWords()) || 'says nothing')
      return `  ${name}: ${words} (${process?.logFile})`
    }),
  )
  const count = `only ${ready.length} of ${backends.length} servers became ready`
  return new Fault([`${count}:`, ...lines].join('\n'), { code: 'SERVERS_NOT_READY', retryable: false })
}

/** What the server itself says it misses, if it answers and knows. */
async function problemAt(readyUrl: string): Promise<string | undefined> {
  try {
    const answer = await fetch(readyUrl, { signal: AbortSignal.timeout(answerMs) })
    const { problem } = (await answer.json()) as { readonly problem?: unknown }
    return typeof problem === 'string' ? problem : undefined
  } catch {
    // It does not answer: its log is asked.
    return undefined
  }
}
