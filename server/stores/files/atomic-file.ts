/** Files that are there as a whole or not at all, also after a crash; for good once their folder is synced. */
import { hash } from 'node:crypto'
import { linkSync, lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Random } from '../../../common/clock.ts'
import { codeOf } from './look.ts'

const temporaryPrefix = '.caspool-'
const temporaryEnding = '.tmp'
const fileMode = 0o640

/** Replaces the file, or makes it. */
export async function replaceFile(path: string, text: string, random: Random): Promise<void> {
  const temporary = await writeTemporary(path, text, random)
  try {
    await rename(temporary, path)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
}

/** As `replaceFile`, without a pause. Where `path` is a link it is replaced itself, not what it leads to. */
export function replaceFileNow(path: string, bytes: Uint8Array, random: Random): void {
  const temporary = temporaryBeside(path, random)
  try {
    writeFileSync(temporary, bytes, { flag: 'wx', mode: fileMode, flush: true })
    renameSync(temporary, path)
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw thrown
  }
}

/** A hidden file beside `path` with this text, on the disk already; the caller renames or removes it. */
export async function writeTemporary(path: string, text: string, random: Random): Promise<string> {
  const temporary = temporaryBeside(path, random)
  try {
    await using file = await open(temporary, 'wx', fileMode)
    await file.writeFile(text)
    await file.sync()
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
  return temporary
}

function temporaryBeside(path: string, random: Random): string {
  return join(dirname(path), `${temporaryPrefix}${mark(path)}-${random.uuid()}${temporaryEnding}`)
}

/** Tells the temporaries of one file from those of others; names may be as long as a file system takes them. */
const mark = (path: string): string => hash('sha256', basename(path), 'hex').slice(0, 12)

/** Removes what a process that was killed has left in these folders, of whatever file. */
export async function removeTemporaries(folders: Iterable<string>): Promise<void> {
  for (const folder of folders) await removeBeginning(folder, temporaryPrefix)
}

/** Removes what a process that was killed has left of one file: in its folder others may be at work. */
export function removeTemporariesOf(path: string): Promise<void> {
  return removeBeginning(dirname(path), `${temporaryPrefix}${mark(path)}-`)
}

async function removeBeginning(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const isOurs = name.startsWith(prefix) && name.endsWith(temporaryEnding)
    if (isOurs) await rm(join(folder, name), { force: true })
  }
}

const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/**
 * Gives `from` the name `to`, unless there is one: a link, unlike a rename, never takes the place of a file that came
 * in between. `from` may be left. False if there is one.
 */
export function linkUnlessThere(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false
    if (!withoutLinks.has(codeOf(thrown))) throw thrown
  }
  if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) return false
  renameSync(from, to)
  return true
}

/** What was made, replaced or removed in the folder is so after a loss of power as well. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r')
  await handle.sync()
}
