/**
 * What a follower holds of the registry, and how it becomes the next state: pure. A document that did not change
 * keeps its identity, so that what others derived from it stays valid; nothing here is ever changed in place.
 */
import { contentHash, registryDigest } from '../../../common/documents/content-hash.ts'
import { documentKey, firstByName, propertyName } from '../../../common/documents/document-key.ts'
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import { derivedByShard, type Shard, ShardedMap } from '../../../common/sharded-map.ts'
import type { RegistryContents } from '../../services/registry-source.ts'

export interface HeldDocument {
  readonly document: StoredDocument
  readonly hash: string
}

export type HeldDocuments = ShardedMap<HeldDocument>

/** Rev and digest of the last batch, as the head document says. */
export interface Head {
  readonly rev: number
  readonly digest: string
}

export interface HeldRegistry {
  /** Undefined before an operator wrote its first batch. */
  readonly head: Head | undefined
  /** By `documentKey` of `_id`, like the properties. */
  readonly services: HeldDocuments
  readonly properties: HeldDocuments
}

export type RegistryPart = 'services' | 'properties'

export type RegistryChange =
  | {
      readonly kind: 'put'
      readonly part: RegistryPart
      /** `documentKey` of `_id`. */
      readonly id: string
      readonly document: StoredDocument
    }
  | { readonly kind: 'remove'; readonly part: RegistryPart; readonly id: string }
  | { readonly kind: 'head'; readonly head: Head }

/** Everything read at one moment. */
export interface LoadedDocuments {
  readonly head: Head | undefined
  readonly services: readonly StoredDocument[]
  readonly properties: readonly StoredDocument[]
}

export const nothingHeld: HeldRegistry = {
  head: undefined,
  services: ShardedMap.from([]),
  properties: ShardedMap.from([]),
}

/** The state after all of `changes`; the same object if they change nothing. Costs as much as the changes do. */
export function withChanges(held: HeldRegistry, changes: readonly RegistryChange[]): HeldRegistry {
  const last = changes.findLast((change) => change.kind === 'head')?.head
  const isHeadNew = last !== undefined && (held.head?.rev !== last.rev || held.head.digest !== last.digest)
  const services = partAfter(held, 'services', changes)
  const properties = partAfter(held, 'properties', changes)
  const isSame = !isHeadNew && services === held.services && properties === held.properties
  return isSame ? held : { head: isHeadNew ? last : held.head, services, properties }
}

/**
 * The state after a complete load, with the identity of every document that is as it was; the same object if the load
 * brought nothing new.
 */
export function afterLoad(held: HeldRegistry, loaded: LoadedDocuments): HeldRegistry {
  const next = {
    head: loaded.head,
    services: hold(held.services, loaded.services),
    properties: hold(held.properties, loaded.properties),
  }
  return isSame(held, next) ? held : next
}

/** What followers are given. The digest is computed when it is first asked for. */
export function contentsOf(held: HeldRegistry): RegistryContents {
  let digest: string | undefined
  return {
    rev: held.head?.rev ?? 0,
    get digest() {
      digest ??= digestOf(held)
      return digest
    },
    services: held.services.mapShards(documentsOf),
    properties: new Map(Array.from(byName(held.properties), ([name, { document }]) => [name, document])),
  }
}

/** Digest of what is held, comparable with the head's. */
export function digestOf(held: HeldRegistry): string {
  return registryDigest({
    services: held.services.mapShards(hashesOf),
    properties: new Map(Array.from(byName(held.properties), ([name, { hash }]) => [name, hash])),
  })
}

const documentsOf = derivedByShard(
  (shard: Shard<HeldDocument>) => new Map(Array.from(shard, ([id, { document }]) => [id, document])),
)
const hashesOf = derivedByShard(
  (shard: Shard<HeldDocument>) => new Map(Array.from(shard, ([id, { hash }]) => [id, hash])),
)

/** What is known about a load besides what it brought. */
export interface LoadCircumstances {
  /** Nothing was ever taken over: there is nothing better to serve. */
  readonly isFirst: boolean
  /** The database has been doubted for long enough. */
  readonly waitedEnough: boolean
}

/**
 * Whether a complete load may replace what is held. A database in the middle of a restore (a collection was dropped,
 * perhaps while nobody could see it) looks like a decision to remove services and properties; it is one only if the head
 * says so, or, after a while, if services are left and nobody has written another head since: then whoever could vouch
 * is gone. Another head was written by somebody who knew of more than is there, as one who had not noticed the drop does:
 * what is missing by that is not believed however long it takes, since a wide service would take the URLs of those that
 * are missing. Nobody is stuck by it: what is held is served, the next batch that knows what is there vouches, and a
 * server that starts knows no better. An empty registry that no head vouches for is not believed by that one either,
 * unless there is no head at all: then nobody has ever written.
 */
export function isBelievable(
  held: HeldRegistry,
  next: HeldRegistry,
  { isFirst, waitedEnough }: LoadCircumstances,
): boolean {
  if (isVouchedFor(next)) return true
  if (isFirst) return next.head === undefined || (next.services.size > 0 && waitedEnough)
  if (hasAllOf(held, next)) return true
  const isAnotherHead = next.head !== undefined && !isSameHead(held, next)
  return waitedEnough && !isAnotherHead && (held.services.size === 0 || next.services.size > 0)
}

/** Whether every service of the one, and every property by its name, is in the other, whatever it says there. */
function hasAllOf(held: HeldRegistry, next: HeldRegistry): boolean {
  const names = byName(next.properties)
  return (
    held.services.keys().every((id) => next.services.has(id)) &&
    byName(held.properties)
      .keys()
      .every((name) => names.has(name))
  )
}

/**
 * Whether single changes may lead from the one to the other: not where they leave no services, or no properties, and no
 * head vouches for that.
 */
export function isBelievableStep(before: HeldRegistry, next: HeldRegistry): boolean {
  const isEmptied = (part: RegistryPart) => before[part].size > 0 && next[part].size === 0
  return !(isEmptied('services') || isEmptied('properties')) || isVouchedFor(next)
}

/** Whether the head says that this is all there is. */
export function isVouchedFor(registry: HeldRegistry): boolean {
  return registry.head !== undefined && registry.head.digest === digestOf(registry)
}

/** A document that is put as it stands already keeps its identity. */
function partAfter(
  held: HeldRegistry,
  part: RegistryPart,
  changes: readonly RegistryChange[],
): HeldDocuments {
  const before = held[part]
  const after = new Map<string, HeldDocument | undefined>()
  for (const change of changes) {
    if (change.kind === 'head' || change.part !== part) continue
    const known = after.has(change.id) ? after.get(change.id) : before.get(change.id)
    after.set(change.id, change.kind === 'remove' ? undefined : heldDocument(known, change.document))
  }
  return before.with(after)
}

function hold(before: HeldDocuments, documents: readonly StoredDocument[]): HeldDocuments {
  const after = new Map<string, HeldDocument | undefined>()
  for (const id of before.keys()) after.set(id, undefined)
  for (const document of documents) {
    const id = documentKey(document['_id'])
    after.set(id, heldDocument(before.get(id), document))
  }
  return before.with(after)
}

function heldDocument(known: HeldDocument | undefined, document: StoredDocument): HeldDocument {
  const hash = contentHash(document)
  return known?.hash === hash ? known : { document, hash }
}

function isSame(one: HeldRegistry, other: HeldRegistry): boolean {
  return isSameHead(one, other) && one.services === other.services && one.properties === other.properties
}

function isSameHead(one: HeldRegistry, other: HeldRegistry): boolean {
  return one.head?.rev === other.head?.rev && one.head?.digest === other.head?.digest
}

function byName(properties: HeldDocuments): ReadonlyMap<string, HeldDocument> {
  return firstByName(properties, ({ document }) => propertyName(document))
}
