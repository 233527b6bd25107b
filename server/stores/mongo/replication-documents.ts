/** Between replicated entries and their documents, one for each id: pure. */
import type { ReplicatedEntry, Version } from '../../replication/transport.ts'

/** Document of the collection `service-replication`; `_id` is the definition's id as decimal text. */
export interface ReplicationDocument {
  readonly _id: string
  readonly counter: bigint
  readonly node: string
  readonly replaces?: Version
  readonly kind: 'definition' | 'tombstone'
  readonly file?: string
  readonly text?: string
}

export function documentOf(entry: ReplicatedEntry): ReplicationDocument {
  const { id, version, replaces } = entry
  const common = { _id: id, ...version, ...(replaces !== undefined && { replaces }) }
  if (entry.kind === 'tombstone') return { ...common, kind: 'tombstone' }
  return { ...common, kind: 'definition', file: entry.file, text: entry.text }
}

/** The entry of a document; undefined for one that no node can have written. */
export function entryOf(document: Readonly<Record<string, unknown>>): ReplicatedEntry | undefined {
  const { _id: id, kind, file, text } = document
  const version = versionOf(document)
  if (typeof id !== 'string' || version === undefined) return undefined
  const replaces = versionOf(document['replaces'])
  const common = { id, version, ...(replaces !== undefined && { replaces }) }
  if (kind === 'tombstone') return { ...common, kind }
  if (kind !== 'definition' || typeof file !== 'string' || typeof text !== 'string') return undefined
  return { ...common, kind, file, text }
}

/** Matches the document of this id while it holds a smaller version. */
export function smallerThan({ id, version: { counter, node } }: ReplicatedEntry) {
  return { _id: id, $or: [{ counter: { $lt: counter } }, { counter, node: { $lt: node } }] }
}

function versionOf(value: unknown): Version | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('counter' in value) || !('node' in value)) return undefined
  const { counter, node } = value
  // Somebody who restores a dump by hand may write 32-bit numbers.
  const whole = typeof counter === 'number' && Number.isSafeInteger(counter) ? BigInt(counter) : counter
  return typeof whole === 'bigint' && typeof node === 'string' ? { counter: whole, node } : undefined
}
