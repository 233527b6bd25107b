/**
 * Which services' statuses stand, so that a pass looks at the others alone: an edit costs a look at one service, however
 * many there are.
 */
import type { Instant } from '../../common/clock.ts'
import { type Shard, type ShardedMap, shardOf } from '../../common/sharded-map.ts'
import type { CasService, CasServiceStatus } from '../api/cas-service.ts'
import { conditionOf, reasons } from '../api/conditions.ts'
import { serviceKey } from '../registry/prepared.ts'
import type { ServiceOutcome } from '../registry/sync.ts'

/** For so long servers may load a definition before it is worth a write that they have not. */
export const loadingMs = 500

interface Settled {
  readonly outcome: ServiceOutcome
  /** Where the outcome stands among the others: as long as nothing changes there, it has not changed. */
  readonly place: number
  readonly shard: Shard<ServiceOutcome> | undefined
}

/** Services whose status stands and cannot change before they or their outcome do. */
export class SettledServices {
  readonly #settled = new WeakMap<CasService, Settled>()
  /** When an outcome was first found not to be loaded by all. */
  readonly #loadingSince = new WeakMap<ServiceOutcome, Instant>()

  /** Nothing new can be said of the service, as long as its outcome is the one that it had. */
  has(service: CasService, outcomes: ShardedMap<ServiceOutcome>): boolean {
    const settled = this.#settled.get(service)
    if (settled === undefined) return false
    const { outcome, place, shard } = settled
    const current = outcomes.shards[place]
    if (current === shard) return true
    if (current?.get(serviceKey(service)) !== outcome) return false
    this.#settled.set(service, { outcome, place, shard: current })
    return true
  }

  /** `status` stands. Once a generation is served it stays so. */
  note(service: CasService, outcome: ServiceOutcome, status: CasServiceStatus): void {
    const served = conditionOf(status.conditions, 'Served')
    if (outcome.kind !== 'synced' || served?.status !== 'True') return
    this.#settled.set(service, { outcome, place: shardOf(serviceKey(service)), shard: undefined })
  }

  /** Servers have had hardly any time to load it: in a moment one write will tell all. */
  isSoon(outcome: ServiceOutcome, status: CasServiceStatus, now: Instant): boolean {
    if (conditionOf(status.conditions, 'Served')?.reason !== reasons.loading) return false
    const since = this.#loadingSince.get(outcome) ?? now
    this.#loadingSince.set(outcome, since)
    return now - since < loadingMs
  }
}
