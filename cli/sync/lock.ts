/**
 * One run at a time into a destination. The kernel holds the lock (flock), for as long as a process of the run has the
 * file open: a run that was killed leaves nothing stale, and an rsync that outlived it still counts.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'

export type Lock =
  | { readonly kind: 'held'; readonly descriptor: number; release(): void }
  /** `holder`: what the other run wrote about itself. */
  | { readonly kind: 'taken'; readonly holder: string }

/** Takes the lock, or answers who has it; waits for nobody. `holder` tells others about this run. */
export function takeLock(file: string, holder: string): Lock {
  const descriptor = openSync(file, 'a+', 0o600)
  // flock(1) locks the open file, which stays locked here when it has ended.
  const { status, error } = spawnSync('flock', ['-n', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
  })
  if (status === 0) {
    ftruncateSync(descriptor)
    writeSync(descriptor, `${holder}\n`)
    return { kind: 'held', descriptor, release: () => closeSync(descriptor) }
  }
  closeSync(descriptor)
  if (error !== undefined)
    throw new Error('flock is not installed (package util-linux; on macOS: brew install flock)')
  return { kind: 'taken', holder: withFate(readFileSync(file, 'utf8').trim()) }
}

/** A holder that was killed may have left an rsync, which has the lock as long as it runs. */
function withFate(holder: string): string {
  const id = Number(/^process (\d+) /.exec(holder)?.[1] ?? 0)
  return id > 0 && !isAlive(id) ? `${holder}, which has ended; the rsync that it began still runs` : holder
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
