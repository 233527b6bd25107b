/**
 * Conditions of both kinds: their types and reasons as constants, how a list of them is carried from one status to
 * the next, and kstatus, the rules by which kubectl, Helm, Flux and Argo CD read them.
 */
import type { Instant } from '../../common/clock.ts'
import type { CasClusterConditionType } from './cas-cluster.ts'
import type { CasServiceConditionType } from './cas-service.ts'
import type { Condition } from './meta.ts'

export type ConditionType = CasClusterConditionType | CasServiceConditionType
export type ConditionStatus = Condition['status']

/** Reasons are API: once published they keep their spelling. */
export const reasons = {
  /** Everything is as the spec asks. */
  asSpecified: 'AsSpecified',
  /** Work is going on, or something is waited for. */
  progressing: 'Progressing',
  /** Nothing goes on until somebody changes something. */
  stalled: 'Stalled',
  /** The object was seen and is not looked at yet. */
  pending: 'Pending',
  /** The object says something that cannot be done; the message names the fields. */
  invalid: 'Invalid',
  valid: 'Valid',
  paused: 'Paused',
  /** CasService: the CasCluster of clusterRef does not exist. */
  clusterNotFound: 'ClusterNotFound',
  /** CasService: the CasCluster says something that cannot be done. */
  clusterInvalid: 'ClusterInvalid',
  /** CasService: the CasCluster does not take services from this namespace. */
  notAdmitted: 'NotAdmitted',
  /** CasService: another owner's definition stands under the same id. */
  conflict: 'Conflict',
  /** Written to MongoDB. */
  written: 'Written',
  /** MongoDB did not take it; the message says why. */
  storeUnavailable: 'StoreUnavailable',
  /** Deletes wait for a confirmation. */
  deletesHeld: 'DeletesHeld',
  /** Served: every ready server has loaded it. */
  loaded: 'Loaded',
  /** Served: some server has not loaded it yet. */
  loading: 'Loading',
  /** Served: some server refuses it. */
  refused: 'Refused',
  /** Served: some ready server has not reported. */
  notReported: 'NotReported',
  noReadyServer: 'NoReadyServer',
} as const

export type Reason = (typeof reasons)[keyof typeof reasons]

/** A condition as decided, before times and generation are put to it. */
export interface WantedCondition {
  readonly type: ConditionType
  readonly status: ConditionStatus
  /** CamelCase; one of `reasons`, or a named reason of the replica set planner. */
  readonly reason: string
  readonly message: string
}

/** The API takes 32,768 characters; people read less. */
const longestMessage = 4_000

/** Whole lines, and how many there are more: what is too long would be refused, and with it the whole status. */
function shortened(message: string): string {
  if (message.length <= longestMessage) return message
  const start = message.slice(0, longestMessage)
  const end = start.lastIndexOf('\n')
  const shown = end > 0 ? start.slice(0, end) : `${start.slice(0, -1)}…`
  const left = message.slice(shown.length).split('\n').length - 1
  return left === 0 ? shown : `${shown}\nand ${left} more`
}

/**
 * The new list: exactly the wanted conditions, in their order, for `generation`. A condition keeps its
 * lastTransitionTime unless its status changed.
 */
export function setConditions(
  previous: readonly Condition[] | undefined,
  wanted: readonly WantedCondition[],
  at: { readonly generation: number; readonly now: Instant },
): readonly Condition[] {
  return wanted.map((condition) => {
    const before = previous?.find(({ type }) => type === condition.type)
    const kept = before?.status === condition.status ? before.lastTransitionTime : undefined
    return {
      ...condition,
      message: shortened(condition.message),
      observedGeneration: at.generation,
      lastTransitionTime: kept ?? kubernetesTime(at.now),
    }
  })
}

/** RFC 3339 in whole seconds, as metav1.Time writes it. */
export function kubernetesTime(now: Instant): string {
  return new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/** The condition of a type, if there. */
export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: ConditionType,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type)
}

/** How far an object is, in one word; the message says what is waited for or what to change. */
export type Progress =
  | { readonly kind: 'ready'; readonly message: string; readonly reason?: string }
  | { readonly kind: 'progressing'; readonly message: string; readonly reason?: string }
  /** Work goes on, or is not needed, but what was there before is still usable: Ready stays True. */
  | { readonly kind: 'readyAndProgressing'; readonly message: string; readonly reason?: string }
  | { readonly kind: 'stalled'; readonly message: string; readonly reason?: string }

/**
 * The conditions that kstatus reads: Ready always, Reconciling and Stalled only while they hold, as it wants them.
 * Exactly one of these holds: Current (Ready only), InProgress (Reconciling), Failed (Stalled).
 */
export function progressConditions(progress: Progress): readonly WantedCondition[] {
  const { kind, message } = progress
  const reason = progress.reason ?? defaultReasons[kind]
  const isReady = kind === 'ready' || kind === 'readyAndProgressing'
  const ready: WantedCondition = { type: 'Ready', status: isReady ? 'True' : 'False', reason, message }
  if (kind === 'ready') return [ready]
  return [ready, { type: kind === 'stalled' ? 'Stalled' : 'Reconciling', status: 'True', reason, message }]
}

const defaultReasons: Readonly<Record<Progress['kind'], Reason>> = {
  ready: reasons.asSpecified,
  progressing: reasons.progressing,
  readyAndProgressing: reasons.progressing,
  stalled: reasons.stalled,
}

export type Kstatus = 'Current' | 'InProgress' | 'Failed' | 'Terminating'

/** What an object looks like to a reader of status. */
export interface ReadableStatus {
  readonly metadata: { readonly generation?: number; readonly deletionTimestamp?: string }
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] }
}

/**
 * The verdict of sigs.k8s.io/cli-utils kstatus (generic rules): deletion first, then observedGeneration, then
 * Reconciling, Stalled and Ready. An object without conditions counts as Current there, which is why the schema
 * defaults observedGeneration to -1.
 */
export function kstatusOf(object: ReadableStatus): Kstatus {
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating'
  const { observedGeneration, conditions } = object.status ?? {}
  if (observedGeneration !== undefined && observedGeneration !== object.metadata.generation)
    return 'InProgress'
  if (conditionOf(conditions, 'Reconciling')?.status === 'True') return 'InProgress'
  if (conditionOf(conditions, 'Stalled')?.status === 'True') return 'Failed'
  const ready = conditionOf(conditions, 'Ready')
  return ready === undefined || ready.status === 'True' ? 'Current' : 'InProgress'
}
