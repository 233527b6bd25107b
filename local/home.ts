/**
 * Where a local pool lives on disk: data of the mongods, logs, generated secrets and the ports that were chosen at
 * the first start (a replica set remembers its members by host and port, so they must not change).
 */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '../common/clock.ts'

/** What is made once per home and kept: ports of the mongods and all secrets. */
export interface HomeState {
  readonly mongodbPorts: readonly number[]
  readonly keyfile: string
  readonly poolKey: string
  readonly operatorPassword: string
  readonly serverPassword: string
  /** Set name, once the set was initiated: data that is gone after that is a loss, not a new pool. */
  readonly replicaSet?: string
}

/** Paths below a home directory. */
export interface Home {
  readonly path: string
  readonly state: string
  readonly lock: string
  readonly pool: string
  readonly secrets: string
  readonly logs: string
  data(member: number): string
  pid(name: string): string
}

export function homeAt(path: string): Home {
  return {
    path,
    state: join(path, 'state.json'),
    lock: join(path, 'pool.lock'),
    pool: join(path, 'pool.json'),
    secrets: join(path, 'secrets'),
    logs: join(path, 'logs'),
    data: (member) => join(path, 'mongodb', String(member)),
    pid: (name) => join(path, 'pids', name),
  }
}

/** Makes the directories; only the user may read them. */
export async function prepareHome(home: Home, members: number): Promise<void> {
  const folders = [home.path, home.secrets, home.logs, join(home.path, 'pids')]
  const data = Array.from({ length: members }, (_, member) => home.data(member))
  for (const folder of [...folders, ...data]) await mkdir(folder, { recursive: true, mode: 0o700 })
}

/** The kept state, or undefined at the first start. Throws when the file is there but unreadable. */
export async function loadState(home: Home): Promise<HomeState | undefined> {
  try {
    return JSON.parse(await readFile(home.state, 'utf8')) as HomeState
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`${home.state} cannot be read; remove ${home.path} to start over`, { cause: error })
  }
}

export function newState(mongodbPorts: readonly number[], random: Random): HomeState {
  return {
    mongodbPorts,
    keyfile: random.bytes(512).toString('base64'),
    poolKey: random.bytes(32).toString('base64'),
    operatorPassword: random.bytes(24).toString('base64url'),
    serverPassword: random.bytes(24).toString('base64url'),
  }
}

export async function saveState(home: Home, state: HomeState): Promise<void> {
  await writeAtomically(home.state, `${JSON.stringify(state, null, 2)}\n`)
}

/** Replaces a file as a whole; readers see the old or the new text, and nobody but the user sees either. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  await writeFile(temporary, text, { mode: 0o600 })
  await chmod(temporary, 0o600)
  await rename(temporary, path)
}
