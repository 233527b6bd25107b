/** What a node keeps about replication between its runs, and its text (JSON): pure. */
import { isClock, isCounter } from './counter.ts'
import type { FileState } from './directory-state.ts'
import type { ReplicatedEntry, Version } from './transport.ts'
import { versionText } from './version.ts'

/** An entry without its text, which stands in the directory or in the store. */
export interface SavedEntry {
  readonly kind: ReplicatedEntry['kind']
  readonly version: Version
  readonly replaces?: Version
  /** Of a definition, as is its hash. */
  readonly file?: string
  readonly hash?: string
  /** The store is not known to hold it. */
  readonly isUnpublished: boolean
}

export interface SavedReplica {
  /** Node that saved it. */
  readonly node: string
  readonly counter: bigint
  readonly hasJoined: boolean
  readonly entries: ReadonlyMap<string, SavedEntry>
  readonly files: ReadonlyMap<string, FileState>
}

const format = 'caspool-replication-1'

type Json = Readonly<Record<string, unknown>>

export function savedText(saved: SavedReplica): string {
  const { node, counter, hasJoined } = saved
  const entries = Array.from(saved.entries, ([id, { version, replaces, isUnpublished, ...entry }]) => [
    id,
    {
      ...entry,
      version: versionText(version),
      replaces: replaces && versionText(replaces),
      unpublished: isUnpublished || undefined,
    },
  ])
  const files = Array.from(saved.files, ([id, { file, hash, version }]) => [
    id,
    { file, hash, version: version && versionText(version) },
  ])
  return JSON.stringify({
    format,
    node,
    counter: String(counter),
    hasJoined,
    entries: Object.fromEntries(entries),
    files: Object.fromEntries(files),
  })
}

/** Throws Error with the reason for a text that `savedText` has not written. */
export function parseSaved(text: string): SavedReplica {
  const json = object(JSON.parse(text))
  if (json['format'] !== format) throw new Error(`is not in the format ${format}`)
  return {
    node: string(json['node']),
    counter: parseClock(json['counter']),
    hasJoined: json['hasJoined'] === true,
    entries: new Map(
      Object.entries(object(json['entries'])).map(([id, entry]) => [id, parseEntry(object(entry))]),
    ),
    files: new Map(Object.entries(object(json['files'])).map(([id, file]) => [id, parseFile(object(file))])),
  }
}

function parseEntry({ kind, version, replaces, file, hash, unpublished }: Json): SavedEntry {
  const base = {
    version: parseVersion(version),
    ...(replaces !== undefined && { replaces: parseVersion(replaces) }),
    isUnpublished: unpublished === true,
  }
  if (kind === 'tombstone') return { kind, ...base }
  return { kind: 'definition', ...base, file: string(file), hash: string(hash) }
}

function parseFile({ file, hash, version }: Json): FileState {
  const state = { file: string(file), hash: string(hash) }
  return version === undefined ? state : { ...state, version: parseVersion(version) }
}

function parseVersion(value: unknown): Version {
  const [, counter, node] = /^(\d+)@(.+)$/.exec(string(value)) ?? []
  const version = { counter: BigInt(counter ?? 0), node: node ?? '' }
  if (!isCounter(version.counter)) throw new Error(`holds the version "${value}"`)
  return version
}

function parseClock(value: unknown): bigint {
  const clock = BigInt(string(value))
  if (!isClock(clock)) throw new Error(`holds the counter ${clock}`)
  return clock
}

function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null) throw new Error('lacks a part')
  return value as Json
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new Error('holds something else than text')
  return value
}
