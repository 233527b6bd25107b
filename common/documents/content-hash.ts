/**
 * Hashes that operator and servers compute alike over what the database holds: one document's content, and the
 * whole registry's digest. Two documents hash equal exactly when MongoDB would store the same fields, values and
 * types; the order of keys does not count, the order of arrays does.
 */
import { hash } from 'node:crypto'
import { derivedByShard, sharded } from '../sharded-map.ts'
import { isDriverType } from './driver-type.ts'
import type { StoredDocument } from './service-definition.ts'

/** What the registry holds, as content hashes: services by `documentKey`, properties by name. */
export interface RegistryHashes {
  readonly services: ReadonlyMap<string, string>
  readonly properties: ReadonlyMap<string, string>
}

/** SHA-256 over the canonical form of a document; base64url, 43 characters. */
export function contentHash(document: StoredDocument): string {
  return hash('sha256', canonical(document), 'base64url')
}

/**
 * Digest of a whole registry; base64url, 43 characters. The order of the maps' entries does not count. It is the hash
 * of the services' shards and of the properties, so that after a change of a `ShardedMap` only the shard that holds it
 * is hashed again.
 */
export function registryDigest(hashes: RegistryHashes): string {
  const shards = sharded(hashes.services).shards.map(shardDigest).join('\n')
  return hash('sha256', `services\n${shards}\nproperties\n${lines(hashes.properties)}`, 'base64url')
}

const shardDigest = derivedByShard<string, string>((shard) =>
  shard.size === 0 ? '' : hash('sha256', lines(shard), 'base64url'),
)

function lines(entries: ReadonlyMap<string, string>): string {
  return Array.from(entries, ([key, value]) => `${quoted(key)}:${value}`)
    .sort()
    .join('\n')
}

/**
 * 64-bit integers (bigint) carry an `n`, so that they differ from 32-bit ones and doubles: another BSON type is
 * another document. `undefined` counts as absent, -0 as 0.
 */
function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
      return value === 0 ? '0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
      return String(value)
    case 'object':
      return value === null ? 'null' : canonicalObject(value)
    default:
      throw new TypeError(`a stored document cannot hold a ${typeof value}`)
  }
}

function canonicalObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(canonicalItem).join(',')}]`
  if (value instanceof Date) return `date(${value.getTime()})`
  if (value instanceof RegExp) return `regex(${quoted(value.source)},${value.flags})`
  if (value instanceof Uint8Array) return `bytes(${Buffer.from(value).toString('base64')})`
  // A value of the driver's own is its type with what it holds; its methods are not called, some hold documents.
  if (isDriverType(value)) return `${driverTypeOf(value)}(${canonicalFields(value)})`
  return canonicalFields(value)
}

function driverTypeOf(value: object): string {
  return '_bsontype' in value && typeof value._bsontype === 'string' ? value._bsontype : ''
}

function canonicalFields(value: object): string {
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  fields.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${quoted(key)}:${canonical(field)}`).join(',')}}`
}

/** BSON knows an undefined of its own, long out of use; in a list it takes a place. */
function canonicalItem(value: unknown): string {
  return value === undefined ? 'undefined' : canonical(value)
}

/** Lone surrogates become U+FFFD, as they do on their way into the database. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed())
}
