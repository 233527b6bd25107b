/**
 * Notices changes below a directory by looking at names, sizes and times four times a second: it sees atomic
 * renames, symlink swaps and removed folders alike, on every file system. What is read of it was there at one moment:
 * two looks, one before the reading and a pause and one after, have found the same.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { delay, monotonicClock } from '../common/clock.ts'
import { reasonOf } from '../common/fault.ts'

/** What was read, and how the directory looked then. */
export interface Rested<T> {
  readonly look: string
  readonly found: T
}

/** What reading at rest needs; tests replace looks and pauses. */
export interface Resting<T> {
  readonly look: () => Promise<string>
  readonly read: () => Promise<T>
  readonly pause: (ms: number) => Promise<void>
  /** Monotonic. */
  readonly now: () => number
}

export interface Watch {
  stop(): void
}

export interface WatchOptions<T> {
  readonly directory: string
  /** How it looked when it was read last. */
  readonly seen: string
  readonly read: () => Promise<T>
  /** Called with what was read after each change, never twice at a time. Must not throw. */
  readonly changed: (found: T) => void
}

const lookEveryMs = 250
/** Files that are left alone for so long are taken as written. */
const settleMs = 100
/** What never rests is taken as it is, after this long. */
const restlessMs = 3_000

/** Reads the directory while nobody changes it. `read` must not throw. */
export function readAtRest<T>(directory: string, read: () => Promise<T>): Promise<Rested<T>> {
  return rested({ look: () => fingerprint(directory), read, pause: delay, now: monotonicClock.now })
}

export async function rested<T>({ look, read, pause, now }: Resting<T>): Promise<Rested<T>> {
  const since = now()
  for (let before = await look(); ; ) {
    await pause(settleMs)
    // After the pause: a second write within one tick of the file system's clock leaves the look as it was.
    const found = await read()
    const after = await look()
    if (after === before || now() - since > restlessMs) return { look: after, found }
    before = after
  }
}

/** Calls `changed` after each change; of changes during a reading, what they end in is read. */
export function watchDirectory<T>({ directory, seen, read, changed }: WatchOptions<T>): Watch {
  let last = seen
  let isBusy = false
  let isStopped = false
  const look = async (): Promise<void> => {
    if ((await fingerprint(directory)) === last) return
    const { look: now, found } = await readAtRest(directory, read)
    // A change that was taken back within the pause is none.
    const isChange = now !== last
    last = now
    if (isChange && !isStopped) changed(found)
  }
  const timer = setInterval(() => {
    if (isBusy) return
    isBusy = true
    void look().finally(() => {
      isBusy = false
    })
  }, lookEveryMs)
  return {
    stop: () => {
      isStopped = true
      clearInterval(timer)
    },
  }
}

async function fingerprint(directory: string): Promise<string> {
  try {
    const names = (await readdir(directory, { recursive: true })).sort()
    const lines = await Promise.all(names.map((name) => lineOf(join(directory, name))))
    return lines.join('\n')
  } catch (error) {
    return reasonOf(error)
  }
}

async function lineOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  return `${path} ${found?.ino} ${found?.size} ${found?.mtimeNs}`
}
