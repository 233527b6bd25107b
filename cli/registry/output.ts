/** Writes files so that a reader sees the old text or the new one, and an interrupted command leaves no half of any. */
import { mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { systemRandom } from '../../common/clock.ts'
import { Fault } from '../../common/fault.ts'
import { UsageError } from '../usage.ts'
import { progressOf } from './progress.ts'

export interface Written {
  readonly changed: number
  readonly unchanged: number
}

/**
 * Writes the files of a directory whose text is another one, by name; makes the directory. Throws Fault when SIGINT
 * or SIGTERM comes in between: files are whole, some are not written. Nothing is written when a name leads out of it.
 */
export async function writeFiles(directory: string, files: ReadonlyMap<string, string>): Promise<Written> {
  const outside = [...files.keys()].find((name) => basename(name) !== name || /^\.*$/.test(name))
  if (outside !== undefined) throw new UsageError(`"${outside}" is no name of a file in ${directory}`)
  const interruption = onInterrupt()
  const progress = progressOf('files written', files.size)
  let changed = 0
  try {
    await mkdir(directory, { recursive: true })
    for (const [name, text] of files) {
      if (interruption.isInterrupted()) throw interrupted(changed, files.size)
      if (await writeFileIfChanged(join(directory, name), text)) changed += 1
      progress.advance()
    }
  } finally {
    progress.end()
    interruption.end()
  }
  return { changed, unchanged: files.size - changed }
}

/** What is said of files there that are not written any more. */
export function leftText(names: readonly string[]): string {
  return `without a definition now, delete them yourself: ${names.join(', ')}`
}

/**
 * Whether the file was written: not if it has this text already. Replaced as a whole; through a link that somebody has
 * left in the directory nothing is written.
 */
export async function writeFileIfChanged(path: string, text: string): Promise<boolean> {
  if ((await textAt(path)) === text) return false
  const temporary = join(dirname(path), `.${systemRandom.uuid()}.caspool-new`)
  try {
    await writeFile(temporary, text, { flag: 'wx' })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return true
}

async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Names in a directory, hidden ones left out; none where there is no directory. Throws UsageError where none can be. */
export async function namesIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    const reason = error.code === 'ENOTDIR' ? 'a file is where a directory has to be' : error.message
    throw new UsageError(`${directory} cannot be written to: ${reason}`)
  })
  return names.filter((name) => !name.startsWith('.')).toSorted()
}

function interrupted(written: number, of: number): Fault {
  const message = `interrupted after ${written} of ${of} files; call it again to write the others`
  return new Fault(message, { code: 'INTERRUPTED', retryable: true })
}

function onInterrupt(): { isInterrupted(): boolean; end(): void } {
  let isInterrupted = false
  const note = (): void => {
    isInterrupted = true
  }
  process.on('SIGINT', note)
  process.on('SIGTERM', note)
  return {
    isInterrupted: () => isInterrupted,
    end() {
      process.off('SIGINT', note)
      process.off('SIGTERM', note)
    },
  }
}

/** Whether a directory, which need not be there yet, is another one or lies in it, whatever links lead to either. */
export async function isWithin(directory: string, outer: string): Promise<boolean> {
  const way = relative(await realPath(outer), await realPath(directory))
  return way === '' || !/^\.\.(?:[/\\]|$)/.test(way)
}

async function realPath(path: string): Promise<string> {
  const full = resolve(path)
  return realpath(full).catch(async (error: unknown) => {
    if (dirname(full) === full) throw error
    return join(await realPath(dirname(full)), basename(full))
  })
}
