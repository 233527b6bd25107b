/** The status of a CasCluster from what is known about its parts. Pure; exact to kstatus. */
import type { Instant } from '../../common/clock.ts'
import type { CasCluster, CasClusterStatus } from '../api/cas-cluster.ts'
import {
  type Progress,
  progressConditions,
  reasons,
  setConditions,
  type WantedCondition,
} from '../api/conditions.ts'
import { selectorText } from '../desired/labels.ts'
import type { ObjectFacts } from '../observe/facts.ts'
import type { Finding } from './findings.ts'

/** What one pass found out. A part that could not be looked at is absent. */
export interface ClusterFindings {
  readonly mongo: Finding
  readonly servers: Finding
  readonly config: Finding
  /** Trouble that is no part's own, such as an invalid spec or an object of somebody else under our name. */
  readonly overall?: Finding
  /** What the spec asks of volumes and they are not: no part is the worse for it. */
  readonly volumes?: Finding
}

/** Numbers that are shown beside the conditions. */
export interface ClusterNumbers {
  readonly objects: ObjectFacts
  readonly primary: string | undefined
  readonly mongodMembers: number | undefined
  readonly registry: CasClusterStatus['registry']
}

/** Before anything is known: seen, and nothing more. Readers of status must not take the object for ready. */
export function firstClusterStatus(cluster: CasCluster, now: Instant): CasClusterStatus {
  const pending = { reason: reasons.pending, message: 'the operator has seen it' }
  return statusWith(cluster, now, [
    { type: 'Ready', status: 'Unknown', ...pending },
    { type: 'Reconciling', status: 'True', ...pending },
  ])
}

export function pausedStatus(cluster: CasCluster, now: Instant): CasClusterStatus {
  const paused = {
    reason: reasons.paused,
    message: 'spec.paused is true: the operator leaves this cluster alone',
  }
  return statusWith(cluster, now, [{ type: 'Ready', status: 'Unknown', ...paused }])
}

export function clusterStatus(
  cluster: CasCluster,
  findings: ClusterFindings,
  at: { readonly now: Instant; readonly numbers?: ClusterNumbers },
): CasClusterStatus {
  const part = (type: 'MongoReady' | 'ServersReady' | 'ConfigSynced', finding: Finding): WantedCondition => {
    const { status, reason, message } = finding
    return { type, status, reason, message }
  }
  const status = statusWith(cluster, at.now, [
    ...progressConditions(progressOf(findings)),
    part('MongoReady', findings.mongo),
    part('ServersReady', findings.servers),
    part('ConfigSynced', findings.config),
  ])
  return at.numbers === undefined ? status : { ...status, ...shown(cluster, at.numbers) }
}

/** What stands in the way most: what needs somebody first, then the first part that is not ready. */
function progressOf({ overall, mongo, servers, config, volumes }: ClusterFindings): Progress {
  const parts = [overall, mongo, servers, config, volumes].filter((part) => part !== undefined)
  const stalled = parts.find((part) => part.stalled)
  if (stalled !== undefined) return { kind: 'stalled', reason: stalled.reason, message: stalled.message }
  const open = parts.find((part) => part.status !== 'True')
  if (open !== undefined) return { kind: 'progressing', reason: open.reason, message: open.message }
  return { kind: 'ready', message: servers.message }
}

/** Carries everything over but the conditions: what was recorded once stays, and numbers stay until known anew. */
function statusWith(cluster: CasCluster, now: Instant, wanted: readonly WantedCondition[]): CasClusterStatus {
  const generation = cluster.metadata.generation ?? 0
  return {
    ...cluster.status,
    observedGeneration: generation,
    conditions: setConditions(cluster.status?.conditions, wanted, { generation, now }),
  }
}

function shown(cluster: CasCluster, numbers: ClusterNumbers): Partial<CasClusterStatus> {
  const { objects, primary, mongodMembers, registry } = numbers
  const statefulSet = objects.servers.statefulSet
  const replicaSet = objects.replicaSetRecord ?? cluster.status?.mongodb?.replicaSet
  const mongodb = {
    ...(mongodMembers === undefined ? {} : { members: mongodMembers }),
    ...(primary === undefined ? {} : { primary }),
    ...(replicaSet === undefined ? {} : { replicaSet }),
  }
  return {
    replicas: statefulSet?.currentReplicas ?? 0,
    readyReplicas: statefulSet?.readyReplicas ?? 0,
    selector: selectorText(cluster.metadata.name, 'server'),
    mongodb,
    ...(registry === undefined ? {} : { registry }),
  }
}
