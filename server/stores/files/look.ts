/** Looks at a directory of definitions: which files are there, and in which state, without reading them. */
import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { textFormatOf } from '../../../common/apereo/file-names.ts'

export interface Look {
  /** Path inside the directory -> signature, which changes whenever the file does. Sorted by path. */
  readonly files: ReadonlyMap<string, string>
  /** Every folder that was listed, by its path inside the directory (empty for itself) -> its identity. */
  readonly folders: ReadonlyMap<string, string>
  /** Folders that are there and could not be listed: what is in them is not known. */
  readonly unlisted: ReadonlyMap<string, string>
}

/** Of a file that is there and cannot even be asked for its size. */
export const unreadableSignature = 'unreadable'

/** Folders in folders. Deeper ones are not looked at. */
const maxDepth = 16

interface Gathered {
  readonly files: Map<string, string>
  readonly folders: Map<string, string>
  readonly unlisted: Map<string, string>
}

/**
 * What Apereo looks at: visible files that end in .json, .yml or .yaml, in folders as well. Links are followed. Throws
 * if the directory itself cannot be listed.
 */
export async function lookAt(directory: string): Promise<Look> {
  const gathered: Gathered = { files: new Map(), folders: new Map(), unlisted: new Map() }
  const identity = identityOf(await stat(directory, { bigint: true }))
  await gather(directory, { path: '', within: new Set([identity]) }, gathered)
  gathered.folders.set('', identity)
  const files = new Map([...gathered.files].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { ...gathered, files }
}

export function isSameLook(one: Look, other: Look): boolean {
  return (['files', 'folders', 'unlisted'] as const).every(
    (part) =>
      one[part].size === other[part].size && one[part].entries().every(([k, v]) => other[part].get(k) === v),
  )
}

async function gather(
  directory: string,
  folder: { readonly path: string; readonly within: ReadonlySet<string> },
  into: Gathered,
): Promise<void> {
  const names = await readdir(join(directory, folder.path))
  const visible = names.filter((name) => !name.startsWith('.'))
  await Promise.all(
    visible.map(async (name) => {
      const path = folder.path === '' ? name : `${folder.path}/${name}`
      const found = await statOf(join(directory, path))
      if (found === 'gone') return
      const isDefinition = textFormatOf(name) !== undefined
      if (found === 'unreadable') {
        if (isDefinition) into.files.set(path, unreadableSignature)
      } else if (found.isDirectory()) {
        await gatherFolder(directory, { path, within: folder.within, identity: identityOf(found) }, into)
      } else if (found.isFile() && isDefinition) {
        into.files.set(path, signatureOf(found))
      }
    }),
  )
}

async function gatherFolder(
  directory: string,
  { path, within, identity }: { path: string; within: ReadonlySet<string>; identity: string },
  into: Gathered,
): Promise<void> {
  // A link to a folder above leads round in circles.
  if (within.has(identity) || within.size >= maxDepth) return
  try {
    await gather(directory, { path, within: new Set([...within, identity]) }, into)
    into.folders.set(path, identity)
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') into.unlisted.set(path, code)
  }
}

/** A link whose target is gone counts as gone: that is how a file is taken out of a mounted ConfigMap. */
async function statOf(path: string): Promise<BigIntStats | 'gone' | 'unreadable'> {
  try {
    return await stat(path, { bigint: true })
  } catch (thrown) {
    const code = codeOf(thrown)
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'gone' : 'unreadable'
  }
}

const identityOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`

/** The time of the last change of the inode as well: tools that copy times along keep the others. */
const signatureOf = (stats: BigIntStats): string =>
  `${identityOf(stats)}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`

export function codeOf(thrown: unknown): string {
  if (Error.isError(thrown) && 'code' in thrown) return String(thrown.code)
  return String(thrown)
}
