/**
 * Decides which properties have to change. A document whose id is the name of the property counts before others of that
 * name (`firstByName`); such a document that this pool owns holds what `spec.config` says. Everything else in the
 * collection is somebody else's: it is told and never touched.
 */
import { contentHash } from '../../common/documents/content-hash.ts'
import { documentKey } from '../../common/documents/document-key.ts'
import type { PropertyDocument } from '../../common/documents/pool.ts'
import { isLiveProperty, meantProperty } from '../../common/documents/properties.ts'
import { type DesiredRegistry, type PropertyChange, propertyOwnerId, type RegistryState } from './registry.ts'

export interface PropertiesPlan {
  readonly changes: readonly PropertyChange[]
  /** Names that somebody else has written or changes again and again, in order. */
  readonly conflicts: readonly string[]
  readonly repairs: Repairs
}

/** What somebody else has done to documents of this pool, and what the plan puts back. */
export interface Repairs {
  readonly changed: readonly string[]
  readonly deleted: readonly string[]
}

type WantedProperties = Readonly<Record<string, string>>

export function planProperties(desired: DesiredRegistry, state: RegistryState): PropertiesPlan {
  const { pool, properties, contestedProperties } = desired
  const changes: PropertyChange[] = []
  const repairs: { changed: string[]; deleted: string[] } = { changed: [], deleted: [] }
  if (properties === undefined) return { changes, conflicts: [], repairs }
  const left = new Set<string>()
  let others: ReadonlySet<string> | undefined
  const meantByOthers = () => (others ??= meantBesides(ownNames(pool, state), state))
  for (const [name, value] of Object.entries(properties)) {
    const document: PropertyDocument = { _id: name, name, value }
    const wanted = { name, pool, hash: contentHash({ ...document }) }
    const drift = driftOf(wanted, state)
    // What is not there is put back each time, like a definition.
    // What was edited since is no fight.
    const isFight = drift === 'changed' && state.propertyOwners.get(name)?.hash === wanted.hash
    if (isTaken(wanted, state, meantByOthers) || (isFight && contestedProperties.has(name))) {
      left.add(name)
      continue
    }
    if (drift !== undefined) repairs[drift].push(name)
    const change = replaceOf(document, wanted, state)
    if (change !== undefined) changes.push(change)
  }
  const superfluous = ownNames(pool, state).filter((name) => !Object.hasOwn(properties, name))
  changes.push(...superfluous.map((name): PropertyChange => ({ kind: 'delete', name })))
  const own = new Set([...Object.keys(properties).filter((name) => !left.has(name)), ...superfluous])
  const conflicts = new Set([...left, ...foreignNames(properties, own, state)])
  return { changes, conflicts: [...conflicts].toSorted(), repairs }
}

/** A property of `spec.config`, with the content hash of its document. */
interface WantedProperty {
  readonly name: string
  readonly pool: string
  readonly hash: string
}

/** Whether somebody else was there first: then the property is theirs, whatever it says, until their document is gone. */
function isTaken(
  { name, pool, hash }: WantedProperty,
  state: RegistryState,
  meantByOthers: () => ReadonlySet<string>,
): boolean {
  const owner = state.propertyOwners.get(name)
  if (owner !== undefined) return owner.pool !== pool
  const standing = state.properties.get(documentKey(name))
  // The very document without an owner is our own, from a copy that was restored without its owners.
  if (standing !== undefined) return standing.hash !== hash
  return meantByOthers().has(meantProperty(name))
}

/** What all documents but those of these names mean. */
function meantBesides(own: readonly string[], { properties }: RegistryState): ReadonlySet<string> {
  const ownKeys = new Set(own.map(documentKey))
  return new Set(
    [...properties].flatMap(([key, { name }]) => (ownKeys.has(key) ? [] : [meantProperty(name)])),
  )
}

/** What somebody else has done to the document since it was written: it is neither as it was nor as it should be. */
function driftOf({ name, hash }: WantedProperty, state: RegistryState): keyof Repairs | undefined {
  const owner = state.propertyOwners.get(name)
  const standing = state.properties.get(documentKey(name))?.hash
  if (owner === undefined || standing === owner.hash || standing === hash) return undefined
  return standing === undefined ? 'deleted' : 'changed'
}

function replaceOf(
  document: PropertyDocument,
  { name, pool, hash }: WantedProperty,
  state: RegistryState,
): PropertyChange | undefined {
  const stands = state.properties.get(documentKey(name))?.hash === hash
  if (stands && state.propertyOwners.get(name)?.hash === hash) return undefined
  const owner = { _id: propertyOwnerId(name), pool, hash }
  return { kind: 'replace', document: stands ? undefined : document, owner }
}

function ownNames(pool: string, state: RegistryState): readonly string[] {
  return [...state.propertyOwners].flatMap(([name, owner]) => (owner.pool === pool ? [name] : []))
}

/**
 * What the documents of others set that is wanted here, or in force although nobody here asks for it. `own`: names of the
 * documents that are this pool's.
 */
function foreignNames(
  properties: WantedProperties,
  own: ReadonlySet<string>,
  state: RegistryState,
): readonly string[] {
  const ownKeys = new Set(Array.from(own, documentKey))
  return [...state.properties].flatMap(([key, { name }]) => {
    if (ownKeys.has(key)) return []
    const counts = Object.hasOwn(properties, name) || state.propertyOwners.has(name) || isLiveProperty(name)
    return counts ? [name] : []
  })
}
