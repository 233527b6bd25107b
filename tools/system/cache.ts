// Where the tools keep what is costly to make: outside the work tree, shared by all checkouts of a user.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The project's directory in the user's cache ($XDG_CACHE_HOME, else ~/.cache). Not necessarily there yet. */
export function cacheDirectory(...below: string[]): string {
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return join(base, 'caspool', ...below)
}

/** The first 12 hex digits of the SHA-256 over the given texts: names a cache entry after what it was made from. */
export function contentKey(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex').slice(0, 12)
}

/**
 * Makes a directory of the cache exactly once: `fill` works on a temporary directory beside it, which takes its
 * final name only when complete. Any number of processes may do this at the same time; the first one wins.
 */
export async function fillOnce(directory: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  if (existsSync(directory)) return
  await mkdir(join(directory, '..'), { recursive: true })
  const temporary = await mkdtemp(`${directory}.tmp-`)
  try {
    await fill(temporary)
    await rename(temporary, directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Writes a file unless it holds just this: some programs end when their configuration is written again. */
export async function writeIfChanged(file: string, content: string, mode = 0o644): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) !== content)
    await writeFile(file, content, { mode })
}
