/**
 * Brings the database to what the CRs say, and tells per service how far that is. Used by the controller and by the
 * local pool. What the database holds is kept in memory: a pass that changes nothing asks and writes nothing.
 */
import type { Clock, Instant } from '../../common/clock.ts'
import { shortText } from '../../common/documents/short-text.ts'
import { StoreFault } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import { ShardedMap, sharded } from '../../common/sharded-map.ts'
import type { CasService } from '../api/cas-service.ts'
import type { Problem } from '../api/problem.ts'
import { applyBatch, divideBatch } from './batch.ts'
import { Contests } from './contests.ts'
import type { RegistryPlan } from './plan.ts'
import type { Repairs } from './plan-properties.ts'
import { type PlannedChanges, Planner, type WantedBeside } from './planner.ts'
import { type PreparedService, PreparedServices } from './prepared.ts'
import type { HeldDeletes, RegistryBatch, RegistryState, ServiceKey } from './registry.ts'
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
  /** Every CasService that refers to this pool and is admitted, valid or not. The identity of a spec stands for its content. */
  readonly services: readonly CasService[]
  /** `spec.config` of the CasCluster. Undefined: it is refused, and the last good revision stays. */
  readonly properties: Readonly<Record<string, string>> | undefined
  /** `namespace/name` of services whose delete was seen, or which are not admitted any more. */
  readonly witnessedDeletes?: ReadonlySet<ServiceKey>
  readonly areDeletesConfirmed?: boolean
  /** Default: every namespace is in scope. */
  readonly isInScope?: (namespace: string) => boolean
  /** A service that is not wanted here stands elsewhere: it was moved. Default: none does. */
  readonly isElsewhere?: (namespace: string, name: string) => boolean
}

/** `uid` and `generation`: the CR as it was when it was looked at. */
export type ServiceOutcome = { readonly uid: string; readonly generation: number } & OutcomeOfLook

type OutcomeOfLook =
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
  /** One that is as it was in the report before is the same object. */
  readonly services: ShardedMap<ServiceOutcome>
  readonly config: {
    /** Rev at which the database held the wanted properties, at the latest. */
    readonly rev: number
    /** Properties that somebody else has written, or changes again and again: left alone. The first of many. */
    readonly conflicts: readonly string[]
  }
  /** Decimal ids of definitions that no pool owns. */
  readonly foreign: readonly string[]
  readonly heldDeletes: HeldDeletes | undefined
  /** Somebody else changes definitions or properties of this pool again and again: some of the conflicts will pass with time. */
  readonly isContested: boolean
  /** It is time to compare everything with the database: the next pass that has nothing to write will. */
  readonly isCompareDue: boolean
  /** Documents written in this pass, definitions and properties; 0: nothing changed. */
  readonly written: number
}

export interface RegistrySync {
  /**
   * One pass; passes run one after the other. Throws StoreFault (try again later), or FencedFault (stop: another
   * operator has taken over). After a fault the next pass compares with the database again.
   */
  sync(wanted: WantedRegistry): Promise<SyncReport>
  /** Somebody else may have written: the next pass compares with the database again. */
  forget(): void
}

/** Definitions that one transaction may add; larger first loads come in several. */
const maxAdditionsPerBatch = 2000
/**
 * So often everything is read again, to see what others have changed. In milliseconds. Those who wait for an edit do
 * not wait for that: it comes with the next pass that has nothing to write, but after as long again at any rate.
 */
const compareEveryMs = 5 * 60_000
/** Others may write at the same time: so often a pass starts over before it gives up. */
const maxAttempts = 5

export function registrySync(options: RegistrySyncOptions): RegistrySync {
  const passes = new RegistryPasses(options)
  let last: Promise<unknown> = Promise.resolve()
  return {
    sync: (wanted) => {
      const pass = last.then(() => passes.run(wanted))
      last = pass.catch(() => undefined)
      return pass
    },
    forget: () => passes.forget(),
  }
}

/** What is known of the database between two passes. */
interface Known {
  readonly state: RegistryState
  readonly epoch: number
  readonly loadedAt: Instant
  /** Rev that wrote the properties last, as far as known. */
  readonly configRev: number
}

/** How a pass ended. */
interface Passed {
  readonly now: Known
  readonly written: number
  readonly planned: PlannedChanges
}

class RegistryPasses {
  readonly #options: RegistrySyncOptions
  readonly #services = new PreparedServices()
  readonly #planner = new Planner()
  /** Of the last pass. */
  #outcomes: ShardedMap<ServiceOutcome> = ShardedMap.from([])
  #isPrepared = false
  #known: Known | undefined
  #isForgotten = false
  /** When a pass first found that everything is to be compared. */
  #dueSince: Instant | undefined
  /** Of definitions, by service. */
  readonly #contests: Contests
  /** Of properties, by name. */
  readonly #propertyContests: Contests

  constructor(options: RegistrySyncOptions) {
    this.#options = options
    this.#contests = new Contests(options.clock)
    this.#propertyContests = new Contests(options.clock)
  }

  forget(): void {
    this.#isForgotten = true
  }

  async run(wanted: WantedRegistry): Promise<SyncReport> {
    const known = this.#isForgotten ? undefined : this.#known
    this.#isForgotten = false
    // Whatever happens on the way, a pass that does not end well leaves nothing that the next would rely on.
    this.#known = undefined
    const services = await this.#services.all(wanted.services)
    const { now, written, planned } = await this.#write(services, this.#beside(wanted), known)
    this.#known = now
    this.#planner.settle(planned, now.state)
    return this.#report({ now, written, planned })
  }

  async #write(services: readonly PreparedService[], beside: WantedBeside, known: Known | undefined) {
    let written = 0
    for (let attempt = 1, now = await this.#current(known); ; attempt++, now = await this.#load(now.epoch)) {
      const planned = this.#planner.plan(services, { beside, state: now.state })
      const { plan } = planned
      if (plan.batch === undefined && this.#isCompareDue(now)) continue
      const after = plan.batch === undefined ? now : await this.#commit(plan.batch, now)
      if (after !== 'stale') {
        if (plan.batch !== undefined) this.#noteRepairs(plan)
        written += plan.batch === undefined ? 0 : plan.batch.services.length + plan.batch.properties.length
        return { now: after, written, planned }
      }
      if (attempt === maxAttempts) {
        throw new StoreFault('write the registry while others write it too', { retryable: true })
      }
    }
  }

  #noteRepairs({ repairs, propertyRepairs }: RegistryPlan): void {
    this.#contests.repaired(repairs.changed)
    this.#propertyContests.repaired(propertyRepairs.changed)
    this.#tellRepairs(repairs, 'definitions were changed by somebody else and are put back')
    this.#tellRepairs(propertyRepairs, 'properties were changed by somebody else and are put back')
  }

  #tellRepairs({ changed, deleted }: Repairs, message: string): void {
    if (changed.length + deleted.length === 0) return
    const { log, pool } = this.#options
    log.warn({ pool, changed: some(changed), deleted: some(deleted) }, message)
  }

  /** What is known, if it is still to be relied on. */
  async #current(known: Known | undefined): Promise<Known> {
    const epoch = this.#options.epoch()
    if (known === undefined || known.epoch !== epoch) return this.#load(epoch)
    if (!this.#isCompareDue(known)) return known
    const now = this.#options.clock.now()
    this.#dueSince ??= now
    return now - this.#dueSince < compareEveryMs ? known : this.#load(epoch)
  }

  #isCompareDue({ loadedAt }: Known): boolean {
    return this.#options.clock.now() - loadedAt >= compareEveryMs
  }

  async #load(epoch: number): Promise<Known> {
    const { store, clock } = this.#options
    if (!this.#isPrepared) await store.prepare()
    this.#isPrepared = true
    await store.claim(epoch)
    const loaded = await store.load()
    this.#dueSince = undefined
    const state = { ...loaded, services: sharded(loaded.services), owners: sharded(loaded.owners) }
    // Which rev deleted a property is not recorded: with the head's, servers are asked for too much, never too little.
    return { state, epoch, loadedAt: clock.now(), configRev: state.rev }
  }

  async #commit(batch: RegistryBatch, before: Known): Promise<Known | 'stale'> {
    const { store, clock, log, pool } = this.#options
    let now = before
    for (const part of divideBatch(batch, before.state, maxAdditionsPerBatch)) {
      const state = applyBatch(now.state, part)
      const at = { rev: now.state.rev, digest: state.headDigest ?? '', epoch: before.epoch }
      const began = clock.now()
      const result = await store.commit(part, at)
      if (result.kind === 'stale') return 'stale'
      now = { ...now, state, configRev: part.properties.length > 0 ? state.rev : now.configRev }
      const counts = { services: part.services.length, properties: part.properties.length }
      log.info({ pool, rev: state.rev, ...counts, ms: clock.now() - began }, 'registry written')
    }
    return now
  }

  #beside(wanted: WantedRegistry): WantedBeside {
    return {
      pool: this.#options.pool,
      properties: wanted.properties,
      witnessedDeletes: wanted.witnessedDeletes ?? new Set(),
      contested: this.#contests.current(),
      contestedProperties: this.#propertyContests.current(),
      areDeletesConfirmed: wanted.areDeletesConfirmed ?? false,
      isInScope: wanted.isInScope ?? (() => true),
      isElsewhere: wanted.isElsewhere ?? (() => false),
    }
  }

  #report({ now, written, planned }: Passed): SyncReport {
    const { state, configRev } = now
    const { plan, touched, isWhole } = planned
    const outcomes = touched.map((service) => {
      const outcome = outcomeOf(service, { state, plan })
      const before = this.#outcomes.get(service.key)
      return [service.key, before !== undefined && isSame(before, outcome) ? before : outcome] as const
    })
    this.#outcomes = isWhole ? ShardedMap.from(outcomes) : this.#outcomes.with(outcomes)
    return {
      rev: state.rev,
      digest: state.headDigest ?? '',
      services: this.#outcomes,
      config: { rev: configRev, conflicts: some(plan.propertyConflicts) },
      foreign: plan.foreign,
      heldDeletes: plan.heldDeletes,
      isContested: this.#contests.current().size + this.#propertyContests.current().size > 0,
      isCompareDue: this.#isCompareDue(now),
      written,
    }
  }
}

function isSame(before: ServiceOutcome, now: ServiceOutcome): boolean {
  return (
    before.uid === now.uid &&
    before.generation === now.generation &&
    before.kind === 'synced' &&
    now.kind === 'synced' &&
    before.rev === now.rev &&
    before.id === now.id &&
    before.serviceId === now.serviceId
  )
}

function outcomeOf(
  { key, uid, generation, definition: result, desired }: PreparedService,
  { state, plan }: { readonly state: RegistryState; readonly plan: RegistryPlan },
): ServiceOutcome {
  const about = { uid, generation }
  if (result.kind === 'refused') {
    const { id, problems } = result
    return { ...about, kind: 'refused', id, problems, isKept: state.owners.has(id.toString()) }
  }
  const { id, serviceId } = result.definition
  const conflict = plan.conflicts.get(key)
  if (conflict !== undefined) return { ...about, kind: 'conflict', id, message: conflict }
  const owner = state.owners.get(desired?.idText ?? id.toString())
  return { ...about, kind: 'synced', id, serviceId, rev: owner?.rev ?? state.rev }
}

/** A log line and a condition name the first of many, and others may have written names of any length. */
function some(names: readonly string[]): readonly string[] {
  const first = names.slice(0, 10).map((name) => shortText(name))
  return names.length <= first.length ? first : [...first, `and ${names.length - first.length} more`]
}
