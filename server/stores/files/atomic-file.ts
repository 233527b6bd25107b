/** Files that are there as a whole or not at all, also after a crash; for good once their folder is synced. */
import { copyFile, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Random } from '../../../common/clock.ts'
import { codeOf } from './look.ts'

const temporaryPrefix = '.caspool-'
const temporaryEnding = '.tmp'

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

/** Makes the file; false if there is one. Makes its folder where it is missing. */
export async function createFile(path: string, text: string, random: Random): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = await writeTemporary(path, text, random)
  try {
    return await linkUnlessThere(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Keeps what stands at `path` under a hidden name: `.NAME.why`. An older copy gives way. */
export async function keepCopy(path: string, why: string): Promise<void> {
  await copyFile(path, join(dirname(path), `.${basename(path)}.${why}`))
}

/** Removes what a process that was killed has left in these folders. */
export async function removeTemporaries(folders: Iterable<string>): Promise<void> {
  for (const folder of folders) {
    for (const name of await readdir(folder)) {
      const isOurs = name.startsWith(temporaryPrefix) && name.endsWith(temporaryEnding)
      if (isOurs) await rm(join(folder, name), { force: true })
    }
  }
}

async function writeTemporary(path: string, text: string, random: Random): Promise<string> {
  const temporary = join(dirname(path), `${temporaryPrefix}${random.uuid()}${temporaryEnding}`)
  try {
    await using file = await open(temporary, 'wx', 0o640)
    await file.writeFile(text)
    await file.sync()
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
  return temporary
}

const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** A link, unlike a rename, never takes the place of a file that came in between. */
async function linkUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false
    if (!withoutLinks.has(codeOf(thrown))) throw thrown
  }
  const isThere = await stat(to).then(
    () => true,
    () => false,
  )
  if (!isThere) await rename(from, to)
  return !isThere
}

/** What was made, replaced or removed in the folder is so after a loss of power as well. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r')
  await handle.sync()
}
