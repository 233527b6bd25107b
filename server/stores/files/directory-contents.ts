/** What a directory of definitions says, out of its files and of what it said before: pure. */
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import { byId } from './defining-files.ts'
import type { DefinitionFile, FileProblem, ReadFile } from './definition-file.ts'

export interface DirectoryContents {
  /** By id. Of a file that can no longer be read, or lost its id, this is what it said last. */
  readonly definitions: ReadonlyMap<string, DefinitionFile>
  /** Files that cannot be read. */
  readonly refused: readonly RefusedFile[]
  /** Files whose id belongs to another file already. */
  readonly duplicates: readonly Duplicate[]
  /** Worth a look: names off Apereo's pattern, folders that cannot be listed. */
  readonly notes: readonly FileProblem[]
  /** Every file that is there, whatever is in it. */
  readonly files: ReadonlySet<string>
}

export interface RefusedFile {
  readonly file: string
  readonly problems: readonly FileProblem[]
  /** Id of the definition that the file held when it could be read; that one stays. */
  readonly keeps?: string
  /** What it says nevertheless, or said when it could be read, and what is not served. */
  readonly document?: StoredDocument
}

export interface Duplicate {
  readonly id: string
  readonly file: string
  readonly definedBy: string
  readonly definition: DefinitionFile
  /** Id of the definition that the file held before; that one stays. */
  readonly keeps?: string
}

export const nothingRead: DirectoryContents = {
  definitions: new Map(),
  refused: [],
  duplicates: [],
  notes: [],
  files: new Set(),
}

/** Apereo's pattern: a name, a hyphen, the id. */
const namePattern = /^[\w.]+(?:[\w .-]*)-\d+\.(?:json|ya?ml)$/i

export interface ReadFiles {
  /** In the order of their paths. */
  readonly files: ReadonlyMap<string, ReadFile>
  /** Folders that could not be listed, with the reason. */
  readonly unlisted: ReadonlyMap<string, string>
}

/** `before`: what a file falls back on that can no longer be read, or that now has the id of another one. */
export function contentsOf(read: ReadFiles, before: DirectoryContents = nothingRead): DirectoryContents {
  const known = knownFiles(before)
  const found: DefinitionFile[] = []
  const refused: RefusedFile[] = []
  for (const [file, result] of withUnlisted(read, known)) {
    if (result.kind === 'definition') {
      found.push(result.definition)
      continue
    }
    const last = known.get(file)
    // Empty files are passed over, as Apereo does; one that was not empty is being written.
    if (result.kind === 'empty' && last === undefined) continue
    const { served, withheld } = last ?? {}
    if (served !== undefined) found.push(served)
    const { problems, document = withheld } =
      result.kind === 'refused' ? result : { problems: [{ file, message: 'is empty' }] }
    refused.push({
      file,
      problems,
      ...(served !== undefined && { keeps: served.id }),
      ...(document !== undefined && { document }),
    })
  }
  return {
    ...byId(found, new Map(Array.from(before.definitions.values(), (last) => [last.file, last]))),
    refused,
    notes: [...offPattern(read.files.keys()), ...unlistedNotes(read.unlisted)],
    files: new Set(read.files.keys()),
  }
}

/** What a file said. What it can no longer be read to say stays as it is: served, or withheld. */
interface KnownFile {
  readonly served?: DefinitionFile
  readonly withheld?: StoredDocument
}

function knownFiles({ definitions, refused, duplicates }: DirectoryContents): ReadonlyMap<string, KnownFile> {
  const known = new Map<string, KnownFile>()
  for (const { file, definition } of duplicates) known.set(file, { withheld: definition.document })
  for (const { file, document } of refused)
    if (document !== undefined) known.set(file, { withheld: document })
  for (const served of definitions.values()) known.set(served.file, { ...known.get(served.file), served })
  return known
}

/** Nothing that a server or a person would notice differs. */
export function isSameContents(one: DirectoryContents, other: DirectoryContents): boolean {
  const isSameList = (a: readonly unknown[], b: readonly unknown[]) => JSON.stringify(a) === JSON.stringify(b)
  return (
    one.definitions.size === other.definitions.size &&
    one.definitions.entries().every(([id, definition]) => other.definitions.get(id) === definition) &&
    isSameRefused(one.refused, other.refused) &&
    isSameList(one.duplicates.map(duplicateText), other.duplicates.map(duplicateText)) &&
    isSameList(one.notes, other.notes) &&
    one.files.size === other.files.size &&
    one.files.isSubsetOf(other.files)
  )
}

function isSameRefused(one: readonly RefusedFile[], other: readonly RefusedFile[]): boolean {
  const text = ({ file, problems, keeps }: RefusedFile) => JSON.stringify([file, problems, keeps])
  return (
    one.length === other.length &&
    one.every((file, i) => {
      const same = other[i]
      return same !== undefined && text(file) === text(same) && file.document === same.document
    })
  )
}

const duplicateText = ({ id, file, definedBy, definition, keeps = '' }: Duplicate): readonly string[] => [
  id,
  file,
  definedBy,
  definition.hash,
  keeps,
]

/** What was known of folders that cannot be listed counts as a file that cannot be read. */
function withUnlisted(
  { files, unlisted }: ReadFiles,
  known: ReadonlyMap<string, KnownFile>,
): ReadonlyMap<string, ReadFile> {
  if (unlisted.size === 0) return files
  const all = new Map(files)
  for (const file of known.keys()) {
    const folder = Array.from(unlisted).find(([path]) => file.startsWith(`${path}/`))
    if (folder === undefined) continue
    all.set(file, { kind: 'refused', problems: [{ file, message: `its folder is closed (${folder[1]})` }] })
  }
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function offPattern(files: Iterable<string>): readonly FileProblem[] {
  const message = 'has a name off the pattern NAME-ID.json'
  return Array.from(files)
    .filter((file) => !namePattern.test(file.slice(file.lastIndexOf('/') + 1)))
    .map((file) => ({ file, message }))
}

function unlistedNotes(unlisted: ReadonlyMap<string, string>): readonly FileProblem[] {
  return Array.from(unlisted, ([file, code]) => ({ file, message: `cannot be listed (${code})` }))
}
