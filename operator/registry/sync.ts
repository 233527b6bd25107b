/**
 * Brings the database to what the CRs say, and tells per service how far that is. Used by the controller and by the
 * local pool. What the database holds is kept in memory: a pass that changes nothing asks and writes nothing.
 */
import type { Clock, Instant } from '../../common/clock.ts'
import { StoreFault } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import type { CasService } from '../api/cas-service.ts'
import type { Problem } from '../api/problem.ts'
import { applyBatch, divideBatch } from './batch.ts'
import { Contests } from './contests.ts'
import { type DefinitionOf, definitionOf } from './definition.ts'
import { planBatch, type RegistryPlan } from './plan.ts'
import type {
  DesiredRegistry,
  DesiredService,
  HeldDeletes,
  RegistryBatch,
  RegistryState,
  ServiceKey,
} from './registry.ts'
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
  /** `spec.config` of the CasCluster. Undefined: it is refused, and the last good revision stays. */
  readonly properties: Readonly<Record<string, string>> | undefined
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
    /** Rev at which the database held the wanted properties, at the latest. */
    readonly rev: number
    /** Properties that somebody else has written: left alone. */
    readonly conflicts: readonly string[]
  }
  /** Decimal ids of definitions that no pool owns. */
  readonly foreign: readonly string[]
  readonly heldDeletes: HeldDeletes | undefined
  /** Somebody else changes definitions of this pool again and again: some of the conflicts will pass with time. */
  readonly isContested: boolean
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
/** So often everything is read again, to see what others have changed. In milliseconds. */
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

class RegistryPasses {
  readonly #options: RegistrySyncOptions
  readonly #definitions = new WeakMap<CasService, DefinitionOf>()
  #isPrepared = false
  #known: Known | undefined
  #isForgotten = false
  readonly #contests: Contests

  constructor(options: RegistrySyncOptions) {
    this.#options = options
    this.#contests = new Contests(options.clock)
  }

  forget(): void {
    this.#isForgotten = true
  }

  async run(wanted: WantedRegistry): Promise<SyncReport> {
    const known = this.#isForgotten ? undefined : this.#known
    this.#isForgotten = false
    // Whatever happens on the way, a pass that does not end well leaves nothing that the next would rely on.
    this.#known = undefined
    const desired = this.#desired(wanted)
    const { now, written, plan } = await this.#write(desired, known)
    this.#known = now
    return this.#report(wanted, { state: now, written, plan })
  }

  async #write(desired: DesiredRegistry, known: Known | undefined) {
    let written = 0
    for (let attempt = 1, now = await this.#current(known); ; attempt++, now = await this.#load(now.epoch)) {
      const plan = planBatch(desired, now.state)
      const after = plan.batch === undefined ? now : await this.#commit(plan.batch, now)
      if (after !== 'stale') {
        if (plan.batch !== undefined) this.#noteRepairs(plan)
        written += plan.batch === undefined ? 0 : plan.batch.services.length + plan.batch.properties.length
        return { now: after, written, plan }
      }
      if (attempt === maxAttempts) {
        throw new StoreFault('write the registry while others write it too', { retryable: true })
      }
    }
  }

  #noteRepairs({ repairs: { changed, deleted } }: RegistryPlan): void {
    this.#contests.repaired(changed)
    if (changed.length + deleted.length === 0) return
    const facts = { pool: this.#options.pool, changed: some(changed), deleted: some(deleted) }
    this.#options.log.warn(facts, 'definitions were changed by somebody else and are put back')
  }

  /** What is known, if it is still to be relied on. */
  async #current(known: Known | undefined): Promise<Known> {
    const epoch = this.#options.epoch()
    const isFresh =
      known !== undefined &&
      known.epoch === epoch &&
      this.#options.clock.now() - known.loadedAt < compareEveryMs
    return isFresh ? known : this.#load(epoch)
  }

  async #load(epoch: number): Promise<Known> {
    const { store, clock } = this.#options
    if (!this.#isPrepared) await store.prepare()
    this.#isPrepared = true
    await store.claim(epoch)
    const state = await store.load()
    // Which rev deleted a property is not recorded: with the head's, servers are asked for too much, never too little.
    return { state, epoch, loadedAt: clock.now(), configRev: state.rev }
  }

  async #commit(batch: RegistryBatch, before: Known): Promise<Known | 'stale'> {
    const { store, log, pool } = this.#options
    let now = before
    for (const part of divideBatch(batch, before.state, maxAdditionsPerBatch)) {
      const state = applyBatch(now.state, part)
      const at = { rev: now.state.rev, digest: state.headDigest ?? '', epoch: before.epoch }
      const result = await store.commit(part, at)
      if (result.kind === 'stale') return 'stale'
      now = { ...now, state, configRev: part.properties.length > 0 ? state.rev : now.configRev }
      const counts = { services: part.services.length, properties: part.properties.length }
      log.info({ pool, rev: state.rev, ...counts }, 'registry written')
    }
    return now
  }

  #desired(wanted: WantedRegistry): DesiredRegistry {
    const all = wanted.services.map((service) => ({ service, outcome: this.#definitionOf(service) }))
    return {
      pool: this.#options.pool,
      services: all.flatMap(({ service, outcome }) =>
        outcome.kind === 'definition' ? [desiredService(service, outcome)] : [],
      ),
      keep: new Set(
        all.filter(({ outcome }) => outcome.kind === 'refused').map(({ service }) => serviceKey(service)),
      ),
      properties: wanted.properties,
      witnessedDeletes: wanted.witnessedDeletes ?? new Set(),
      contested: this.#contests.current(),
      areDeletesConfirmed: wanted.areDeletesConfirmed ?? false,
      isInScope: wanted.isInScope ?? (() => true),
    }
  }

  /** Remembered per object: a CR that did not change is the same object in the next pass. */
  #definitionOf(service: CasService): DefinitionOf {
    const known = this.#definitions.get(service)
    if (known !== undefined) return known
    const definition = definitionOf(service)
    this.#definitions.set(service, definition)
    return definition
  }

  #report(
    wanted: WantedRegistry,
    { state: known, written, plan }: { state: Known; written: number; plan: RegistryPlan },
  ): SyncReport {
    const { state, configRev } = known
    const services = wanted.services.map(
      (service) =>
        [
          serviceKey(service),
          outcomeOf(serviceKey(service), this.#definitionOf(service), { state, plan }),
        ] as const,
    )
    return {
      rev: state.rev,
      digest: state.headDigest ?? '',
      services: new Map(services),
      config: { rev: configRev, conflicts: plan.propertyConflicts },
      foreign: plan.foreign,
      heldDeletes: plan.heldDeletes,
      isContested: this.#contests.current().size > 0,
      written,
    }
  }
}

function desiredService(
  { metadata }: CasService,
  { definition, document, hash }: Extract<DefinitionOf, { kind: 'definition' }>,
): DesiredService {
  const { name, namespace = 'default', uid = '', generation = 0 } = metadata
  return { key: `${namespace}/${name}`, namespace, name, uid, generation, id: definition.id, document, hash }
}

function outcomeOf(
  key: ServiceKey,
  result: DefinitionOf,
  { state, plan }: { readonly state: RegistryState; readonly plan: RegistryPlan },
): ServiceOutcome {
  if (result.kind === 'refused') {
    const { id, problems } = result
    return { kind: 'refused', id, problems, isKept: state.owners.has(id.toString()) }
  }
  const { id, serviceId } = result.definition
  const conflict = plan.conflicts.get(key)
  if (conflict !== undefined) return { kind: 'conflict', id, message: conflict }
  return { kind: 'synced', id, serviceId, rev: state.owners.get(id.toString())?.rev ?? state.rev }
}

/** A log line names the first of many. */
function some(keys: readonly ServiceKey[]): readonly string[] {
  return keys.length <= 10 ? keys : [...keys.slice(0, 10), `and ${keys.length - 10} more`]
}

/** `namespace/name` of a CasService. */
export function serviceKey({ metadata }: CasService): ServiceKey {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`
}
