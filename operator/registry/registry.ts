/**
 * The registry as the operator knows it: what is wanted, what stands in the database, and a batch that leads from
 * the one to the other. Keys of services are `namespace/name`; ids are 64-bit; hashes are content hashes.
 */
import { registryDigest } from '../../common/documents/content-hash.ts'
import { firstByName } from '../../common/documents/document-key.ts'
import type { OwnerDocument, PropertyDocument, PropertyOwnerDocument } from '../../common/documents/pool.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'

/** `namespace/name` of a CasService. */
export type ServiceKey = string

/** One definition that a CasService asks for. */
export interface DesiredService {
  readonly key: ServiceKey
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly generation: number
  readonly id: bigint
  /** `documentKey` of the id. */
  readonly idText: string
  readonly document: StoredDocument
  readonly hash: string
}

/** Everything that the database should hold for one pool. */
export interface DesiredRegistry {
  /** `namespace/name` of the CasCluster. */
  readonly pool: string
  readonly services: readonly DesiredService[]
  /** Services whose CR stands but cannot be written now: what they wrote before stays. */
  readonly keep: ReadonlySet<ServiceKey>
  /** CAS property name -> value. Undefined: those that stand stay, as what is wanted cannot be written. */
  readonly properties: Readonly<Record<string, string>> | undefined
  /** Deletes that somebody was seen to ask for; all other deletes are guarded. */
  readonly witnessedDeletes: ReadonlySet<ServiceKey>
  /** Somebody confirmed the deletes that are held. */
  readonly areDeletesConfirmed: boolean
  /** Services whose definitions somebody else changes again and again: left as they are. */
  readonly contested: ReadonlySet<ServiceKey>
  /** Names of properties with which somebody else does so. */
  readonly contestedProperties: ReadonlySet<string>
  /** Whether this process sees the services of a namespace; what it does not see it does not delete. */
  readonly isInScope: (namespace: string) => boolean
  /** Whether a service that this pool has not stands elsewhere: it was moved, which is as good as a delete that was seen. */
  readonly isElsewhere: (namespace: string, name: string) => boolean
}

/**
 * What the database holds. Definitions and properties by hash only: their content is not needed to compare.
 * Both go by `documentKey` of their ids: decimal text of a definition's, mostly the text of a property's name.
 */
export interface RegistryState {
  /** 0 before the first batch. */
  readonly rev: number
  /** Digest that the head says; undefined before the first batch. */
  readonly headDigest: string | undefined
  /** All definitions, foreign ones included. */
  readonly services: ReadonlyMap<string, string>
  readonly owners: ReadonlyMap<string, OwnerDocument>
  /** All properties, foreign ones included: also those that count for nothing behind another of their name. */
  readonly properties: ReadonlyMap<string, StandingProperty>
  /** By the name of the property, which is the id of its document. */
  readonly propertyOwners: ReadonlyMap<string, PropertyOwnerDocument>
}

/** A document of a property, whoever wrote it. */
export interface StandingProperty {
  /** The name that it says; others may put it under any id. */
  readonly name: string
  /** Content hash of the document. */
  readonly hash: string
}

/** Digest of everything that stands, as the servers compute it. */
export function stateDigest({
  services,
  properties,
}: Pick<RegistryState, 'services' | 'properties'>): string {
  const named = firstByName(properties, ({ name }) => name)
  return registryDigest({
    services,
    properties: new Map(Array.from(named, ([name, { hash }]) => [name, hash])),
  })
}

/** Changes that become visible together. An owner is written with the rev of the batch. */
export interface RegistryBatch {
  readonly services: readonly ServiceChange[]
  readonly properties: readonly PropertyChange[]
}

export type ServiceChange =
  /** Without a document the definition stands already and only its owner is written. */
  | {
      readonly kind: 'replace'
      readonly document: StoredDocument | undefined
      readonly owner: Omit<OwnerDocument, 'rev'>
    }
  | { readonly kind: 'delete'; readonly id: bigint }

export type PropertyChange =
  | {
      readonly kind: 'replace'
      readonly document: PropertyDocument | undefined
      readonly owner: Omit<PropertyOwnerDocument, 'rev'>
    }
  | { readonly kind: 'delete'; readonly name: string }

/** Deletes that wait for a confirmation. */
export interface HeldDeletes {
  readonly services: readonly ServiceKey[]
  /** How many definitions of this pool stand in all. */
  readonly of: number
}

/** `_id` of the owner document of a property. */
export function propertyOwnerId(name: string): string {
  return `${propertyOwnerPrefix}${name}`
}

export const propertyOwnerPrefix = 'property/'
