/** Where directories of this machine are, whatever links lead to them. */
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { SyncSettings } from './settings.ts'

/** What can be said of local directories without rsync. */
export async function localProblem({ source, destination }: SyncSettings): Promise<string | undefined> {
  if (source.kind === 'remote') return undefined
  const from = await directoryAt(source.path)
  if (from === undefined) return `SRC ${source.path} is no directory, or cannot be read`
  if (destination.kind === 'remote') return undefined
  const to = await placeOf(resolve(destination.path))
  if (`${from}/`.startsWith(`${to}/`) || `${to}/`.startsWith(`${from}/`))
    return 'SRC and DST are the same directory, or one is in the other'
  return undefined
}

async function directoryAt(path: string): Promise<string | undefined> {
  try {
    const real = await realpath(path)
    return (await stat(real)).isDirectory() ? real : undefined
  } catch {
    return undefined
  }
}

/** Where an absolute path leads without links; what is not there yet would be made below the last that is. */
export async function placeOf(path: string): Promise<string> {
  const above = dirname(path)
  return realpath(path).catch(async () =>
    above === path ? path : join(await placeOf(above), basename(path)),
  )
}
