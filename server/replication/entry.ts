/** What a node takes from others: entries that it can hold, and files that it may write. Pure. */
import { hash } from 'node:crypto'
import { textFormatOf } from '../../common/apereo/file-names.ts'
import { isCounter, isWithinLeap } from './counter.ts'
import { type DefinitionEntry, maxTextBytes, type ReplicatedEntry, type Version } from './transport.ts'
import { compareVersions } from './version.ts'

const maxId = 2n ** 63n
const maxFileLength = 1_024
/** Longest name of a file on the usual file systems. */
export const maxNameBytes = 255

/** Why an entry is not taken; undefined for one that is sound. */
export function entryProblem(entry: ReplicatedEntry): string | undefined {
  if (!isId(entry.id)) return 'the id is no 64-bit number'
  const version = versionProblem(entry)
  if (version !== undefined) return version
  if (entry.kind === 'tombstone') return undefined
  if (!isReplicableFile(entry.file)) return 'the file is none that a node may write'
  return Buffer.byteLength(entry.text) > maxTextBytes ? 'the definition is too large' : undefined
}

/**
 * Why no node gave this entry its version. Such an entry must not stand in the way of those that nodes make: a store
 * replaces it even by one whose version is smaller.
 */
export function versionProblem({ version, replaces }: ReplicatedEntry): string | undefined {
  if (!isVersion(version)) return 'the version is none that a node gives'
  if (replaces !== undefined && !isVersion(replaces)) return 'the replaced version is none'
  if (replaces !== undefined && compareVersions(replaces, version) >= 0) {
    return 'the replaced version is not smaller'
  }
  return isWithinLeap(version, replaces) ? undefined : 'the version is too far above the one that it replaces'
}

/** Whether a path leads to a definition inside of the directory, whatever a foreign writer put into an entry. */
export function isReplicableFile(file: string): boolean {
  const names = file.split('/')
  const areNames = names.every((name) => isVisibleName(name) && Buffer.byteLength(name) <= maxNameBytes)
  return areNames && file.length <= maxFileLength && textFormatOf(names.at(-1) ?? '') !== undefined
}

/** `a` and `a/b` of `a/b/c-1.json`. */
export function foldersOf(file: string): readonly string[] {
  const names = file.split('/').slice(0, -1)
  return names.map((_, i) => names.slice(0, i + 1).join('/'))
}

/** Names of nodes order alike in every store. */
export const isNodeName = (name: string): boolean => /^[\x21-\x7e]{1,253}$/.test(name)

/** Two files are the same when this is; base64url, 43 characters. */
export const textHash = (text: string): string => hash('sha256', text, 'base64url')

const entryHashes = new WeakMap<DefinitionEntry, string>()

/** `textHash` of an entry's text, computed once. */
export function entryHash(entry: DefinitionEntry): string {
  const known = entryHashes.get(entry)
  if (known !== undefined) return known
  const computed = textHash(entry.text)
  entryHashes.set(entry, computed)
  return computed
}

function isId(id: string): boolean {
  if (!/^-?\d{1,19}$/.test(id)) return false
  const number = BigInt(id)
  return String(number) === id && number >= -maxId && number < maxId
}

function isVersion({ counter, node }: Version): boolean {
  return isCounter(counter) && isNodeName(node)
}

/** A dot hides a file from readers, and leads out of the folder. */
function isVisibleName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not get into names of files
  return name !== '' && !name.startsWith('.') && !/[\\\u0000-\u001f\u007f]/.test(name)
}
