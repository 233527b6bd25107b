/** Looks at a directory of definitions: which files are there, and in which state, without reading them. */
import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { textFormatOf } from '../../../common/apereo/file-names.ts'
import { entriesOf, type FolderEntry, misnamed } from './folder-entries.ts'

export interface Look {
  /** Path inside the directory -> signature, which changes whenever the file does. Sorted by path. */
  readonly files: ReadonlyMap<string, string>
  /** Every folder that was listed, by its path inside the directory (empty for itself) -> its identity. */
  readonly folders: ReadonlyMap<string, string>
  /** What is there, is or may be a folder, and could not be listed -> why: what is in it is not known. */
  readonly unlisted: ReadonlyMap<string, string>
}

/** Of a file that is there and cannot even be asked for its size. */
export const unreadableSignature = 'unreadable'

/** Of a file whose name is not UTF-8. */
export const misnamedSignature = 'misnamed'

/** Folders in folders, the directory itself among them. Deeper ones are told, and not looked into. */
export const maxDepth = 16

const tooDeep = `it lies below ${maxDepth - 1} folders`

interface Gathered {
  readonly files: Map<string, string>
  readonly folders: Map<string, string>
  readonly unlisted: Map<string, string>
}

interface Folder {
  readonly path: string
  readonly identity: string
}

/** What else there is in a folder. */
interface Inside {
  readonly folders: readonly Folder[]
  /** Links to folders. */
  readonly links: readonly Folder[]
}

/**
 * What Apereo looks at: visible files that end in .json, .yml or .yaml, in folders as well. Links are followed. Throws
 * if the directory itself cannot be listed.
 *
 * A folder is listed once, however many links lead to it: few folders that link to each other would be many thousand.
 * It counts as what it is, for a node does not write through links; one that is only reached through links, as the first
 * of them by level and path.
 */
export async function lookAt(directory: string): Promise<Look> {
  const gathered: Gathered = { files: new Map(), folders: new Map(), unlisted: new Map() }
  const root = { path: '', identity: identityOf(await stat(directory, { bigint: true })) }
  const seen = new Set([root.identity])
  const first = await listInto(gathered, directory, root)
  gathered.folders.set('', root.identity)
  for (let links = await gather([first], { directory, seen, into: gathered }); links.length > 0; ) {
    const found = await listAll(links, { directory, seen, into: gathered })
    links = await gather(found, { directory, seen, into: gathered })
  }
  const files = new Map([...gathered.files].sort(byPath))
  return { ...gathered, files }
}

const byPath = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)

export function isSameLook(one: Look, other: Look): boolean {
  return (['files', 'folders', 'unlisted'] as const).every(
    (part) =>
      one[part].size === other[part].size && one[part].entries().every(([k, v]) => other[part].get(k) === v),
  )
}

interface Walk {
  readonly directory: string
  /** Identities of folders that were listed. */
  readonly seen: Set<string>
  readonly into: Gathered
}

/** Lists what is below, level by level, without following links; returns those. */
async function gather(from: readonly Inside[], walk: Walk): Promise<readonly Folder[]> {
  const links: Folder[] = []
  for (let level = from; level.length > 0; ) {
    links.push(...level.flatMap((inside) => inside.links))
    level = await listAll(
      level.flatMap(({ folders }) => folders),
      walk,
    )
  }
  return links
}

/** Those that were not listed before, in the order of their paths; deeper ones are told. */
async function listAll(
  folders: readonly Folder[],
  { directory, seen, into }: Walk,
): Promise<readonly Inside[]> {
  const sorted = folders.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const unseen = sorted.filter(({ path, identity }) => {
    if (seen.has(identity)) return false
    const isTooDeep = path.split('/').length >= maxDepth
    if (isTooDeep) into.unlisted.set(path, tooDeep)
    else seen.add(identity)
    return !isTooDeep
  })
  return Promise.all(
    unseen.map(async (folder) => {
      try {
        const inside = await listInto(into, directory, folder)
        into.folders.set(folder.path, folder.identity)
        return inside
      } catch (thrown) {
        const code = codeOf(thrown)
        if (!isGone(code)) into.unlisted.set(folder.path, code)
        return { folders: [], links: [] }
      }
    }),
  )
}

async function listInto(into: Gathered, directory: string, folder: Folder): Promise<Inside> {
  const entries = await entriesOf(join(directory, folder.path))
  const inside = { folders: [], links: [] }
  await Promise.all(
    entries.map(async (entry) => {
      if (entry.name.startsWith('.')) return
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`
      const found = await statOf(entry.location)
      if (found === undefined) return
      if (entry.isMisnamed) placeMisnamed({ entry, path, found }, into)
      else place({ entry, path, found }, into, inside)
    }),
  )
  return inside
}

interface Asked {
  readonly entry: FolderEntry
  readonly path: string
  readonly found: BigIntStats | string
}

function place(
  { entry, path, found }: Asked,
  into: Gathered,
  inside: { readonly folders: Folder[]; readonly links: Folder[] },
): void {
  const isDefinition = textFormatOf(entry.name) !== undefined
  if (typeof found === 'string') {
    if (isDefinition) into.files.set(path, unreadableSignature)
    // A folder that was taken for gone would be deleted on every node.
    if (!entry.type.isFile()) into.unlisted.set(path, found)
  } else if (found.isDirectory()) {
    const kind = entry.type.isSymbolicLink() ? 'links' : 'folders'
    inside[kind].push({ path, identity: identityOf(found) })
  } else if (found.isFile() && isDefinition) {
    into.files.set(path, signatureOf(found))
  }
}

/** It is told, and never read: what leads to files is text everywhere else. */
function placeMisnamed({ entry, path, found }: Asked, into: Gathered): void {
  const mayBe = (kind: 'isFile' | 'isDirectory') => typeof found === 'string' || found[kind]()
  const isDefinition = textFormatOf(entry.name) !== undefined
  // A file that really has the printable name comes first, in whatever order they are asked.
  if (isDefinition && mayBe('isFile') && !into.files.has(path)) into.files.set(path, misnamedSignature)
  if (mayBe('isDirectory')) into.unlisted.set(path, misnamed)
}

/**
 * Undefined: it is gone. The code of what is there and cannot be asked. A link whose target is gone counts as gone: that
 * is how a file is taken out of a mounted ConfigMap.
 */
async function statOf(path: string | Buffer): Promise<BigIntStats | string | undefined> {
  try {
    return await stat(path, { bigint: true })
  } catch (thrown) {
    const code = codeOf(thrown)
    return isGone(code) ? undefined : code
  }
}

const isGone = (code: string): boolean => code === 'ENOENT' || code === 'ENOTDIR'

const identityOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`

/** The time of the last change of the inode as well: tools that copy times along keep the others. */
const signatureOf = (stats: BigIntStats): string =>
  `${identityOf(stats)}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`

export function codeOf(thrown: unknown): string {
  if (Error.isError(thrown) && 'code' in thrown) return String(thrown.code)
  return String(thrown)
}
