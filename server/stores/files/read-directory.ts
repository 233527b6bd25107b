/** Reads a directory of definitions: Apereo's rules of what counts, everything that is wrong told with its file. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { maxTextBytes } from '../../replication/transport.ts'
import { type ReadFile, readDefinitionBytes } from './definition-file.ts'
import { contentsOf, type DirectoryContents } from './directory-contents.ts'
import { misnamed } from './folder-entries.ts'
import { codeOf, type Look, lookAt, misnamedSignature, unreadableSignature } from './look.ts'

/** A file as it was read, and in which state. */
export interface SignedFile {
  readonly signature: string
  readonly read: ReadFile
}

/** Files that are read at the same time. */
const parallel = 16

/** The directory as it is now, read once. Throws if it cannot be listed. */
export async function readDirectory(directory: string): Promise<DirectoryContents> {
  const look = await lookAt(directory)
  const files = await readLook(directory, look)
  return contentsOf({ files: readsOf(files), unlisted: look.unlisted })
}

/** The files of a look. One that is as it was in `before` is not read again, and keeps its identity. */
export async function readLook(
  directory: string,
  look: Look,
  before: ReadonlyMap<string, SignedFile> = new Map(),
): Promise<ReadonlyMap<string, SignedFile>> {
  const files = new Map<string, SignedFile | undefined>()
  const changed: [string, string][] = []
  for (const [file, signature] of look.files) {
    const known = before.get(file)
    const isKnown = known?.signature === signature && signature !== unreadableSignature
    files.set(file, isKnown ? known : undefined)
    if (!isKnown) changed.push([file, signature])
  }
  const work = changed.values()
  const reader = async (): Promise<void> => {
    for (const [file, signature] of work) {
      const read = sameAs(before.get(file)?.read, await readOne(directory, file, signature))
      files.set(file, { signature, read })
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, changed.length) }, reader))
  return new Map(Array.from(files).flatMap(([file, signed]) => (signed ? [[file, signed]] : [])))
}

export const readsOf = (files: ReadonlyMap<string, SignedFile>): ReadonlyMap<string, ReadFile> =>
  new Map(Array.from(files, ([file, { read }]) => [file, read]))

/** The earlier one where both say the same: a file that was only touched stays the same definition. */
function sameAs(before: ReadFile | undefined, now: ReadFile): ReadFile {
  if (before?.kind !== 'definition' || now.kind !== 'definition') return now
  return before.definition.hash === now.definition.hash ? before : now
}

async function readOne(directory: string, file: string, signature: string): Promise<ReadFile> {
  if (signature === misnamedSignature) return { kind: 'refused', problems: [{ file, message: misnamed }] }
  try {
    await using handle = await open(join(directory, file))
    const { size } = await handle.stat()
    // What is too large is refused without being read.
    const bytes = size > maxTextBytes ? new Uint8Array(maxTextBytes + 1) : await handle.readFile()
    return readDefinitionBytes(file, bytes)
  } catch (thrown) {
    const message = `cannot be read (${codeOf(thrown)})`
    return { kind: 'refused', problems: [{ file, message }] }
  }
}
