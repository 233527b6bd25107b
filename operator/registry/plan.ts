/**
 * Decides which documents have to change: what is wanted against what stands. Definitions and properties without an
 * owner document of this pool are somebody else's and are never touched. Deletes that nobody was seen to ask for
 * are held back when there are many: a list that came back too short must not empty the registry.
 */
import type { OwnerDocument } from '../../common/documents/pool.ts'
import { mostRepairs } from './contests.ts'
import { planProperties, type Repairs } from './plan-properties.ts'
import {
  type DesiredRegistry,
  type DesiredService,
  type HeldDeletes,
  type RegistryBatch,
  type RegistryState,
  type ServiceChange,
  type ServiceKey,
  stateDigest,
} from './registry.ts'

export interface RegistryPlan {
  /** Undefined: the database holds what is wanted, and its head says so. */
  readonly batch: RegistryBatch | undefined
  /** Services whose id is taken by somebody else, with what to do about it. */
  readonly conflicts: ReadonlyMap<ServiceKey, string>
  /** Services whose definitions somebody else has changed or deleted, and which the batch puts back. */
  readonly repairs: Repairs
  /** Names of properties that it puts back. */
  readonly propertyRepairs: Repairs
  /**
   * Names that documents of somebody else say, in order: wanted ones, and those that are in force although nobody here
   * asks for them. A wanted one that this pool owns is in force as it should be, unless somebody changes it again and again.
   */
  readonly propertyConflicts: readonly string[]
  /** Decimal ids of definitions that no pool owns. */
  readonly foreign: readonly string[]
  readonly heldDeletes: HeldDeletes | undefined
}

/** Up to this many deletes are done without having been seen … */
const unguardedDeletes = 10
/** … and up to this share of the pool's definitions. */
const unguardedShare = 0.3

/** `extent`: with `edits`, services that are not named stay as they are, and nobody looks for foreign definitions. */
export function planBatch(
  desired: DesiredRegistry,
  state: RegistryState,
  extent: 'all' | 'edits' = 'all',
): RegistryPlan {
  const { replaces, conflicts, repairs } = planReplaces(desired, state)
  const isAll = extent === 'all'
  const { deletes, heldDeletes } = isAll
    ? planDeletes(desired, state)
    : { deletes: [], heldDeletes: undefined }
  const properties = planProperties(desired, state)
  const services = [...replaces, ...deletes]
  const isHeadTrue = state.headDigest === stateDigest(state)
  const isChanged = services.length > 0 || properties.changes.length > 0 || !isHeadTrue
  return {
    batch: isChanged ? { services, properties: properties.changes } : undefined,
    conflicts,
    repairs,
    propertyRepairs: properties.repairs,
    propertyConflicts: properties.conflicts,
    foreign: isAll ? foreignIds(state, replaces) : [],
    heldDeletes,
  }
}

/** Definitions that have no owner, and get none by this batch either. */
function foreignIds(state: RegistryState, replaces: readonly ServiceChange[]): readonly string[] {
  const ownerless = [...state.services.keys()].filter((id) => !state.owners.has(id))
  if (ownerless.length === 0) return ownerless
  const taken = new Set(replaces.map((change) => idOf(change).toString()))
  return ownerless.filter((id) => !taken.has(id))
}

function idOf(change: ServiceChange): bigint {
  return change.kind === 'delete' ? change.id : change.owner._id
}

function planReplaces(desired: DesiredRegistry, state: RegistryState) {
  const conflicts = new Map<ServiceKey, string>()
  const claimed = new Map<string, ServiceKey>()
  const repairs: { changed: ServiceKey[]; deleted: ServiceKey[] } = { changed: [], deleted: [] }
  const replaces: ServiceChange[] = []
  for (const service of desired.services) {
    const holder = claimed.get(service.idText)
    const conflict = holder === undefined ? conflictOf(service, desired, state) : sameIdAs(holder)
    if (conflict !== undefined) {
      conflicts.set(service.key, conflict)
      continue
    }
    claimed.set(service.idText, service.key)
    const drift = driftOf(service, state)
    if (drift !== undefined) repairs[drift].push(service.key)
    const replace = replaceOf(service, desired.pool, state)
    if (replace !== undefined) replaces.push(replace)
  }
  return { replaces, conflicts, repairs }
}

/** What somebody else has done to the definition since it was written: it is neither as it was nor as it should be. */
function driftOf(service: DesiredService, state: RegistryState): 'changed' | 'deleted' | undefined {
  const { idText: id } = service
  const [owner, standing] = [state.owners.get(id), state.services.get(id)]
  if (owner === undefined || standing === owner.hash || standing === service.hash) return undefined
  return standing === undefined ? 'deleted' : 'changed'
}

function replaceOf(service: DesiredService, pool: string, state: RegistryState): ServiceChange | undefined {
  const { id, idText, namespace, name, uid, generation, hash } = service
  const stands = state.services.get(idText) === hash
  if (stands && state.owners.get(idText)?.hash === hash) return undefined
  const owner = { _id: id, pool, namespace, name, uid, generation, hash }
  return { kind: 'replace', document: stands ? undefined : service.document, owner }
}

function conflictOf(
  service: DesiredService,
  { pool, contested }: DesiredRegistry,
  state: RegistryState,
): string | undefined {
  const { idText: id } = service
  const owner = state.owners.get(id)
  if (owner?.pool === pool) {
    // Nobody fights over a definition that is not there: it is put back each time. What was edited since is no fight.
    const isFight = owner.hash === service.hash && driftOf(service, state) === 'changed'
    if (!contested.has(service.key) || !isFight) return undefined
    return `somebody else changes definition ${id} back: put back ${mostRepairs} times, now left alone for a while; stop the other writer, or delete this CasService`
  }
  if (owner !== undefined) return `definition ${id} belongs to the pool ${owner.pool}: use another name`
  const standing = state.services.get(id)
  // The same content without an owner is our own, from a copy that was restored without its owners.
  if (standing === undefined || standing === service.hash) return undefined
  return `definition ${id} was written by somebody else: delete it in the database, or use another name`
}

function sameIdAs(holder: ServiceKey): string {
  return `${holder} has the same definition id: use another name`
}

function planDeletes(desired: DesiredRegistry, state: RegistryState) {
  const wanted = new Set(desired.services.map(({ idText }) => idText))
  const own = [...state.owners].filter(([, { pool }]) => pool === desired.pool)
  const superfluous = own
    .filter(
      ([id, owner]) =>
        !wanted.has(id) && !desired.keep.has(keyOf(owner)) && desired.isInScope(owner.namespace),
    )
    .map(([, owner]) => owner)
  const unseen = superfluous.filter(
    (owner) =>
      !desired.witnessedDeletes.has(keyOf(owner)) && !desired.isElsewhere(owner.namespace, owner.name),
  )
  const isHeld =
    !desired.areDeletesConfirmed &&
    unseen.length > unguardedDeletes &&
    unseen.length > unguardedShare * own.length
  const held = new Set(isHeld ? unseen : [])
  const deletes = superfluous
    .filter((owner) => !held.has(owner))
    .map((owner): ServiceChange => ({ kind: 'delete', id: owner._id }))
  const heldDeletes = isHeld ? { services: unseen.map(keyOf).toSorted(), of: own.length } : undefined
  return { deletes, heldDeletes }
}

function keyOf(owner: OwnerDocument): ServiceKey {
  return `${owner.namespace}/${owner.name}`
}
