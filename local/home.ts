/**
 * Where a local pool lives on disk: data of the mongods, logs, generated secrets and the ports that were chosen at
 * the first start (a replica set remembers its members by host and port, so they must not change).
 */
import type { Stats } from 'node:fs'
import { chmod, lstat, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '../common/clock.ts'
import { Fault } from '../common/fault.ts'

/** What is made once per home and kept: ports of the mongods and all secrets. */
export interface HomeState {
  /** `namespace/name` of the CasCluster whose data this is. */
  readonly pool?: string
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
  /** Which files of manifests held objects. */
  readonly held: string
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
    held: join(path, 'held-files.json'),
    lock: join(path, 'pool.lock'),
    pool: join(path, 'pool.json'),
    secrets: join(path, 'secrets'),
    logs: join(path, 'logs'),
    data: (member) => join(path, 'mongodb', String(member)),
    pid: (name) => join(path, 'pids', name),
  }
}

/**
 * Makes the directories; only the user may read them. Throws Fault when one is there already and is not the user's
 * own alone: secrets are not written where somebody else could read, replace or redirect them.
 */
export async function prepareHome(home: Home, members: number): Promise<void> {
  const folders = [home.path, home.secrets, home.logs, join(home.path, 'pids'), join(home.path, 'mongodb')]
  const data = Array.from({ length: members }, (_, member) => home.data(member))
  // The home comes first: once it is closed to others, nobody swaps what lies in it.
  for (const folder of [...folders, ...data]) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const found = await lstat(folder)
    const problem = directoryProblem(found, process.getuid?.() ?? found.uid)
    if (problem !== undefined) {
      throw new Fault(`${folder} ${problem}; the pool keeps its secrets there`, {
        code: 'HOME_UNSAFE',
        retryable: false,
      })
    }
    await chmod(folder, 0o700)
  }
}

/** Why a directory is not fit to keep secrets of `uid`, from what lstat says of it. */
export function directoryProblem(
  found: Pick<Stats, 'mode' | 'uid' | 'isDirectory' | 'isSymbolicLink'>,
  uid: number,
): string | undefined {
  if (found.isSymbolicLink()) return 'is a symbolic link: name the directory itself'
  if (!found.isDirectory()) return 'is not a directory'
  if (found.uid !== uid) return `belongs to another user (uid ${found.uid})`
  // Not closed by itself: it may be a directory that others work in.
  if ((found.mode & 0o022) !== 0) return 'can be written to by others: chmod it to 700, or name another'
  return undefined
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

export function newState(chosen: Pick<HomeState, 'pool' | 'mongodbPorts'>, random: Random): HomeState {
  return {
    ...chosen,
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
