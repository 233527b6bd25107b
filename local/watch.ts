/**
 * Notices changes below a directory by looking at names, sizes and times four times a second: it sees atomic
 * renames, symlink swaps and removed folders alike, on every file system.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '../common/fault.ts'

export interface Watch {
  stop(): void
}

const lookEveryMs = 250

/** Calls `changed` after each change, never twice at a time; a change during a call is followed by another call. */
export function watchDirectory(directory: string, changed: () => Promise<void>): Watch {
  let last: string | undefined
  let isBusy = false
  const look = async (): Promise<void> => {
    const now = await fingerprint(directory)
    const isChange = last !== undefined && now !== last
    last = now
    if (isChange) await changed()
  }
  const timer = setInterval(() => {
    if (isBusy) return
    isBusy = true
    void look().finally(() => {
      isBusy = false
    })
  }, lookEveryMs)
  return { stop: () => clearInterval(timer) }
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
