/** Between replicated entries and the texts in a Hazelcast map, by id: pure. */
import type { ReplicatedEntry, Version } from '../../replication/transport.ts'

interface WrittenVersion {
  /** Decimal: 64 bits do not fit a number of JSON. */
  readonly counter: string
  readonly node: string
}

/** The value under the key `entry.id`. */
export function textOf(entry: ReplicatedEntry): string {
  const { version, replaces } = entry
  const common = {
    ...written(version),
    ...(replaces !== undefined && { replaces: written(replaces) }),
    kind: entry.kind,
  }
  return JSON.stringify(
    entry.kind === 'tombstone' ? common : { ...common, file: entry.file, text: entry.text },
  )
}

/** The entry of a key and its value; undefined for one that no node can have written. */
export function entryIn(id: unknown, value: unknown): ReplicatedEntry | undefined {
  const fields = typeof value === 'string' ? parsed(value) : undefined
  const version = versionIn(fields)
  if (typeof id !== 'string' || fields === undefined || version === undefined) return undefined
  const { kind, file, text } = fields
  const replaces = versionIn(fields['replaces'])
  const common = { id, version, ...(replaces !== undefined && { replaces }) }
  if (kind === 'tombstone') return { ...common, kind }
  if (kind !== 'definition' || typeof file !== 'string' || typeof text !== 'string') return undefined
  return { ...common, kind, file, text }
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
