/**
 * Plans from pass to pass. As long as the database holds what the last plan led to, and services were only added or
 * edited, a plan looks at those services alone: an edit costs the same among ten as among ten thousand. In every
 * other case – something is to be deleted, was held back, stood in conflict, or was read anew – everything is compared.
 */
import { planBatch, type RegistryPlan } from './plan.ts'
import type { PreparedService } from './prepared.ts'
import type { DesiredRegistry, RegistryState, ServiceKey } from './registry.ts'

/** Everything that is wanted but the services. */
export type WantedBeside = Omit<DesiredRegistry, 'services' | 'keep'>

export interface PlannedChanges {
  readonly plan: RegistryPlan
  /** Services of which something new may be said; all others are as the plan before left them. */
  readonly touched: readonly PreparedService[]
  /** Nothing was taken over from the plan before. */
  readonly isWhole: boolean
}

export class Planner {
  /** What the last plan was about, and the state that it led to; absent when the next has to look at everything. */
  #settled: { readonly byKey: Map<ServiceKey, PreparedService>; readonly state: RegistryState } | undefined
  #foreign: readonly string[] = []

  plan(
    services: readonly PreparedService[],
    { beside, state }: { readonly beside: WantedBeside; readonly state: RegistryState },
  ): PlannedChanges {
    const edited = this.#editsOnly(services, beside, state)
    const touched = edited ?? services
    const plan = planBatch(
      {
        ...beside,
        services: touched.flatMap(({ desired }) => desired ?? []),
        keep: new Set(touched.flatMap(({ key, desired }) => (desired === undefined ? [key] : []))),
      },
      state,
      edited === undefined ? 'all' : 'edits',
    )
    if (edited === undefined) return { plan, touched, isWhole: true }
    return { plan: { ...plan, foreign: this.#foreign }, touched, isWhole: false }
  }

  /** The plan was carried out, or there was nothing to do, and led to `state`. */
  settle({ plan, touched, isWhole }: PlannedChanges, state: RegistryState): void {
    const byKey = isWhole ? new Map<ServiceKey, PreparedService>() : this.#settled?.byKey
    this.#foreign = plan.foreign
    this.#settled = undefined
    if (byKey === undefined || plan.conflicts.size > 0 || plan.heldDeletes !== undefined) return
    for (const service of touched) byKey.set(service.key, service)
    this.#settled = { byKey, state }
  }

  /** Services that are new or edited since the last plan; undefined when more than that may have to be done. */
  #editsOnly(
    services: readonly PreparedService[],
    beside: WantedBeside,
    state: RegistryState,
  ): readonly PreparedService[] | undefined {
    const settled = this.#settled
    if (settled === undefined || settled.state !== state) return undefined
    const { byKey } = settled
    if ([...beside.witnessedDeletes].some((key) => byKey.has(key))) return undefined
    const edited = services.filter((service) => byKey.get(service.key) !== service)
    const added = edited.filter(({ key }) => !byKey.has(key)).length
    if (byKey.size + added !== services.length) return undefined
    return edited.every((service) => isFree(service, state)) ? edited : undefined
  }
}

/** Its id is its own already, or nobody's: neither another service's nor a foreign definition's. */
function isFree({ key, desired }: PreparedService, state: RegistryState): boolean {
  if (desired === undefined) return true
  const owner = state.owners.get(desired.idText)
  return owner === undefined
    ? !state.services.has(desired.idText)
    : `${owner.namespace}/${owner.name}` === key
}
