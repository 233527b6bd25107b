/** PORT of the registry: definitions and properties as the database holds them, followed live. */
import type { RefusedService } from '../../common/documents/pool.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'

/**
 * Everything the registry holds at one moment. A document that did not change keeps its object identity from one
 * contents to the next, so that what was derived from it can be kept (WeakMap).
 */
export interface RegistryContents {
  /** Head rev up to which all transactions are applied; 0 before the first. */
  readonly rev: number
  /** Digest of the contents (`registryDigest`). */
  readonly digest: string
  /** By `documentKey` of `_id`: decimal text for the whole numbers that ids are. */
  readonly services: ReadonlyMap<string, StoredDocument>
  /** By property name. */
  readonly properties: ReadonlyMap<string, StoredDocument>
  /** What the source itself could not read, such as files: it is in `services` as it was before, or not at all. */
  readonly refused?: readonly Refusal[]
  /** What the source could read and does not serve, by a key that no service has. */
  readonly withheld?: ReadonlyMap<string, WithheldService>
  /** The file that a service was read from, by its id; absent: services are not in files. */
  readonly fileOf?: (id: string) => string | undefined
}

/** A definition that another one has taken the place of, or that cannot be told from others: it keeps its URLs from all. */
export interface WithheldService {
  readonly document: StoredDocument
  readonly reason: string
  readonly file: string
}

/** A definition that is not served as it stands. */
export interface Refusal extends RefusedService {
  /** Absent: it is in no file, or in one that is not known. */
  readonly file?: string
  /**
   * What becomes of its URLs. `asBefore`: what it said before is served. `taken`: the service whose id it has takes them.
   * `closed`: nobody is signed in to them. `open`: it says none that could be held back, so that other services may take
   * them.
   */
  readonly urls: 'asBefore' | 'taken' | 'closed' | 'open'
  /** Of `closed` only. */
  readonly held?: HeldUrls
}

/** The URLs that a refused definition keeps from services behind it in the order. */
export interface HeldUrls {
  /** Nothing bounds them: no service behind it is reached at all. */
  readonly areAll: boolean
  /** For people. */
  readonly which: string
}

export interface RegistrySource {
  /**
   * Loads everything, calls `apply` once, resolves, and from then on calls `apply` after each transaction: always
   * a whole one, never half a rename, never an empty registry in between. Keeps trying while the database is away;
   * what was applied stays. `apply` must not throw.
   */
  follow(apply: (contents: RegistryContents) => void): Promise<RegistryFeed>
}

export interface RegistryFeed {
  /** False while the database is away and what is held may be old, or when it was not taken over. */
  readonly isCurrent: boolean
  stop(): Promise<void>
}
