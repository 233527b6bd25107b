/** Which files of a directory are definitions: those that servers read, and with a reason those that nobody can read. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { textFormatOf } from '../../common/apereo/file-names.ts'
import { reasonOf } from '../../common/fault.ts'
import { entriesOf, type FolderEntry, misnamed } from '../../server/stores/files/folder-entries.ts'
import { lookAt, maxDepth, misnamedSignature } from '../../server/stores/files/look.ts'

export interface FoundFile {
  readonly path: string
  /** Why it cannot be read, where that is known without trying. */
  readonly unreadable?: string
}

/**
 * Everything below a directory, by path; hidden files and folders are passed over, as Apereo does, and links are
 * followed. Servers pass over in silence what is no file and what cannot be reached; here it may hold a restriction
 * that would be lost, so it is found as what cannot be read.
 */
export async function filesBelow(directory: string): Promise<readonly FoundFile[]> {
  const { files, folders, unlisted } = await lookAt(directory)
  const passedOver = await Promise.all(
    Array.from(folders.keys(), (folder) => passedOverIn({ directory, folder, files })),
  )
  const found: readonly FoundFile[] = [
    ...Array.from(unlisted, ([path, code]) => ({ path, unreadable: `cannot be listed: ${code}` })),
    ...Array.from(files, ([path, signature]) =>
      signature === misnamedSignature ? { path, unreadable: `cannot be read: ${misnamed}` } : { path },
    ),
    ...passedOver.flat(),
  ]
  // What may be a folder can be among others, too: the later one says more.
  return [...new Map(found.map((file) => [file.path, file])).values()]
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, ...rest }) => ({ path: join(directory, path), ...rest }))
}

interface Listed {
  readonly directory: string
  readonly folder: string
  readonly files: ReadonlyMap<string, string>
}

async function passedOverIn({ directory, folder, files }: Listed): Promise<readonly FoundFile[]> {
  const entries = await entriesOf(join(directory, folder))
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.name.startsWith('.') || files.has(path)) return []
      const unreadable = await whyPassedOver(entry, path)
      return unreadable === undefined ? [] : [{ path, unreadable }]
    }),
  )
  return found.flat()
}

/** Undefined: it is nothing that could hold definitions, or a folder that is listed under some name. */
async function whyPassedOver({ location, type }: FolderEntry, path: string): Promise<string | undefined> {
  const isNamedSo = textFormatOf(path) !== undefined
  try {
    const found = await stat(location)
    if (found.isDirectory()) {
      return path.split('/').length >= maxDepth
        ? `lies below ${maxDepth - 1} folders: no server looks there`
        : undefined
    }
    return isNamedSo && !found.isFile() ? 'cannot be read: it is no file' : undefined
  } catch (thrown) {
    // A link is named after what it leads to, and that may be a folder: nobody knows what is missing.
    const mayHold = isNamedSo || type.isSymbolicLink() || type.isDirectory()
    return mayHold ? `cannot be read: ${reasonOf(thrown)}` : undefined
  }
}
