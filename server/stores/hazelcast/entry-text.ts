/** Between replicated entries and the texts in a Hazelcast map, by id: pure. */
import type { ReplicatedEntry, Version } from '../../replication/transport.ts'

interface WrittenVersion {
  /** Decimal: 64 bits do not fit a number of JSON. */
  readonly counter: string
  readonly node: string
}

/** Something that was held, in this version or a greater one, before another entry was published. */
export interface Earlier {
  readonly id: string
  readonly version: Version
}

export interface PublishedEntry {
  readonly entry: ReplicatedEntry
  /** What its node had published before it. Absent: nothing, or it does not say. */
  readonly after?: Earlier
}

/** The value under the key `entry.id`. */
export function textOf(entry: ReplicatedEntry, after?: Earlier): string {
  const { version, replaces } = entry
  const common = {
    ...written(version),
    ...(after !== undefined && { after: { id: after.id, ...written(after.version) } }),
    ...(replaces !== undefined && { replaces: written(replaces) }),
    kind: entry.kind,
  }
  return JSON.stringify(
    entry.kind === 'tombstone' ? common : { ...common, file: entry.file, text: entry.text },
  )
}

/** The entry of a key and its value; undefined for one that no node can have written. */
export function entryIn(id: unknown, value: unknown): PublishedEntry | undefined {
  const fields = typeof value === 'string' ? parsed(value) : undefined
  const version = versionIn(fields)
  if (typeof id !== 'string' || fields === undefined || version === undefined) return undefined
  const { kind, file, text } = fields
  const replaces = versionIn(fields['replaces'])
  const common = { id, version, ...(replaces !== undefined && { replaces }) }
  const published = earlierIn(fields['after'])
  if (kind === 'tombstone') return { ...published, entry: { ...common, kind } }
  if (kind !== 'definition' || typeof file !== 'string' || typeof text !== 'string') return undefined
  return { ...published, entry: { ...common, kind, file, text } }
}

function earlierIn(value: unknown): Pick<PublishedEntry, 'after'> {
  const version = versionIn(value)
  const id = isRecord(value) ? value['id'] : undefined
  return version !== undefined && typeof id === 'string' ? { after: { id, version } } : {}
}

const written = ({ counter, node }: Version): WrittenVersion => ({ counter: String(counter), node })

function versionIn(value: unknown): Version | undefined {
  if (!isRecord(value)) return undefined
  const { counter, node } = value
  if (typeof counter !== 'string' || !/^[0-9]{1,19}$/.test(counter)) return undefined
  return typeof node === 'string' ? { counter: BigInt(counter), node } : undefined
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
