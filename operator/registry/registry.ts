/**
 * The registry as the operator knows it: what is wanted, what stands in the database, and a batch that leads from
 * the one to the other. Keys of services are `namespace/name`; ids are 64-bit; hashes are content hashes.
 */
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
  readonly evaluationOrder: number
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
  /** CAS property name -> value. */
  readonly properties: Readonly<Record<string, string>>
  /** Deletes that somebody was seen to ask for; all other deletes are guarded. */
  readonly witnessedDeletes: ReadonlySet<ServiceKey>
  /** Somebody confirmed the deletes that are held. */
  readonly areDeletesConfirmed: boolean
  /** Whether this process sees the services of a namespace; what it does not see it does not delete. */
  readonly isInScope: (namespace: string) => boolean
}

/** What the database holds. Definitions and properties by hash only: their content is not needed to compare. */
export interface RegistryState {
  /** 0 before the first batch. */
  readonly rev: number
  /** Digest that the head says; undefined before the first batch. */
  readonly headDigest: string | undefined
  /** All definitions, foreign ones included. */
  readonly services: ReadonlyMap<bigint, string>
  readonly owners: ReadonlyMap<bigint, OwnerDocument>
  /** All properties by name, foreign ones included. */
  readonly properties: ReadonlyMap<string, string>
  /** By property name. */
  readonly propertyOwners: ReadonlyMap<string, PropertyOwnerDocument>
}

/** Changes that become visible together. Owners get the rev of the batch when it is written. */
export interface RegistryBatch {
  readonly replaceServices: readonly {
    readonly id: bigint
    readonly document: StoredDocument
    readonly hash: string
  }[]
  readonly deleteServices: readonly bigint[]
  readonly replaceOwners: readonly OwnerDocument[]
  readonly deleteOwners: readonly bigint[]
  readonly replaceProperties: readonly { readonly document: PropertyDocument; readonly hash: string }[]
  readonly deleteProperties: readonly string[]
  readonly replacePropertyOwners: readonly PropertyOwnerDocument[]
  readonly deletePropertyOwners: readonly string[]
}

/** Deletes that wait for a confirmation. */
export interface HeldDeletes {
  readonly services: readonly ServiceKey[]
  /** How many definitions of this pool stand in all. */
  readonly of: number
}
