/**
 * Brings the database to what the CRs say, and tells per service how far that is. Used by the controller and by the
 * local pool. What the database holds is kept in memory: a pass that changes nothing asks and writes nothing.
 */
import type { Clock } from '../../common/clock.ts'
import type { Log } from '../../common/log.ts'
import type { CasService } from '../api/cas-service.ts'
import type { Problem } from '../api/problem.ts'
import type { HeldDeletes, ServiceKey } from './registry.ts'
import type { RegistryStore } from './store.ts'

export interface RegistrySyncOptions {
  readonly store: RegistryStore
  /** `namespace/name` of the CasCluster. */
  readonly pool: string
  /** Lease transitions of this process; asked before each pass. */
  readonly epoch: () => number
  readonly log: Log
  readonly clock: Clock
}

/** What the CRs say. */
export interface WantedRegistry {
  /** Every CasService that refers to this pool and is admitted, valid or not. Object identity is used as a cache key. */
  readonly services: readonly CasService[]
  /** `spec.config` of the CasCluster. */
  readonly properties: Readonly<Record<string, string>>
  /** `namespace/name` of services whose delete was seen, or which are not admitted any more. */
  readonly witnessedDeletes?: ReadonlySet<ServiceKey>
  readonly areDeletesConfirmed?: boolean
  /** Default: every namespace is in scope. */
  readonly isInScope?: (namespace: string) => boolean
}

export type ServiceOutcome =
  /** It stands in the database since the batch `rev`. */
  | { readonly kind: 'synced'; readonly id: bigint; readonly serviceId: string; readonly rev: number }
  /** The CR says something that cannot be done; `isKept`: what it said before still stands. */
  | {
      readonly kind: 'refused'
      readonly id: bigint
      readonly problems: readonly Problem[]
      readonly isKept: boolean
    }
  /** Somebody else's definition has its id; nothing was written. */
  | { readonly kind: 'conflict'; readonly id: bigint; readonly message: string }

export interface SyncReport {
  /** Head rev and digest after the pass. */
  readonly rev: number
  readonly digest: string
  readonly services: ReadonlyMap<ServiceKey, ServiceOutcome>
  readonly config: {
    /** Largest rev that wrote one of the wanted properties, or deleted one in this pass. */
    readonly rev: number
    /** Properties that somebody else has written: left alone. */
    readonly conflicts: readonly string[]
  }
  /** Ids of definitions that no pool owns. */
  readonly foreign: readonly bigint[]
  readonly heldDeletes: HeldDeletes | undefined
  /** Documents written in this pass, definitions and properties; 0: nothing changed. */
  readonly written: number
}

export interface RegistrySync {
  /**
   * One pass; passes run one after the other. Throws StoreFault (try again later), or FencedFault (stop: another
   * operator has taken over). After a fault the next pass compares with the database again.
   */
  sync(wanted: WantedRegistry): Promise<SyncReport>
}

export function registrySync(_options: RegistrySyncOptions): RegistrySync {
  throw new TypeError('not here yet')
}
