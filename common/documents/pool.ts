/** Documents of `pool-state` and `pool-members`: what operator and servers tell each other through the database. */

/** The one document of `pool-state`, replaced by the last write of every registry transaction. */
export interface HeadDocument {
  readonly _id: 'head'
  /** Grows by one with every batch. */
  readonly rev: number
  /** Registry digest after the batch (`registryDigest`). */
  readonly digest: string
  /** Lease transitions of the operator that wrote it; a writer with a smaller epoch is refused (fencing). */
  readonly epoch: number
}

/** One property of `MongoDbProperty`, Apereo's form. `_id` is the name, so that a name stands once. */
export interface PropertyDocument {
  readonly _id: string
  readonly name: string
  readonly value: string
}

/** One document of `registry-owners`, per definition id. */
export interface OwnerDocument {
  /** The definition's id. */
  readonly _id: bigint
  /** Pool id: uid-independent identity of the CasCluster, `namespace/name`. */
  readonly pool: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly generation: number
  /** Content hash of the definition document (`contentHash`). */
  readonly hash: string
  /** Rev of the batch that wrote it. */
  readonly rev: number
}

/** One document of `registry-owners` per property that a pool wrote. */
export interface PropertyOwnerDocument {
  /** `property/<name>`: text, where definitions have numbers. */
  readonly _id: string
  readonly pool: string
  /** Content hash of the property document. */
  readonly hash: string
  /** Rev of the batch that wrote it. */
  readonly rev: number
}

/** One document of `pool-members`, written by each server about itself, `w: 1`. */
export interface MemberDocument {
  /** Member name (pod name). */
  readonly _id: string
  /** New with every start of the process. */
  readonly bootId: string
  readonly address: string
  /** Software version. */
  readonly version: string
  /** Last head rev whose transaction is applied in memory. */
  readonly rev: number
  /** Digest of what is held in memory. */
  readonly digest: string
  readonly refusedServices: readonly RefusedService[]
  readonly refusedProperties: readonly RefusedProperty[]
  /** Refusals that are not listed, because there are too many. Absent: all are. */
  readonly unlistedRefusals?: number
  /** Written at, server clock. */
  readonly at: Date
}

export interface RefusedService {
  /** `documentKey` of `_id`: decimal text of a definition's id. */
  readonly id: string
  readonly reason: string
}

export interface RefusedProperty {
  readonly name: string
  readonly reason: string
}
