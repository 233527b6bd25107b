/**
 * Server pods that a roll will not get to by itself: a StatefulSet may wait for a pod of a bad revision before it
 * replaces it by the one that would cure it.
 */
import type { Instant } from '../../common/clock.ts'
import type { PodFact, WorkloadFact } from '../observe/facts.ts'

/** So long a pod of an older revision may be unready before it is replaced; a blip of MongoDB is shorter. */
export const stuckAfterMs = 30_000

export interface ServerRoll {
  /** Pods to delete now. */
  readonly replace: readonly PodFact[]
  /** When to look again; undefined: no pod is on its way there. */
  readonly againInMs: number | undefined
}

export function decideServerRoll(servers: WorkloadFact, now: Instant): ServerRoll {
  const { statefulSet, pods } = servers
  if (statefulSet?.updateRevision === undefined || !statefulSet.observed) {
    return { replace: [], againInMs: undefined }
  }
  const idle = pods.filter(
    (pod) => !pod.ready && !pod.terminating && pod.revision !== statefulSet.updateRevision,
  )
  const stuckFor = (pod: PodFact): number => now - (pod.readySinceMs ?? now)
  const replace = idle.filter((pod) => stuckFor(pod) >= stuckAfterMs)
  const waits = idle.filter((pod) => !replace.includes(pod)).map((pod) => stuckAfterMs - stuckFor(pod))
  return { replace, againInMs: waits.length === 0 ? undefined : Math.min(...waits) }
}
