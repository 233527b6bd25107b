/** Pods and StatefulSets as facts. Reads only what decisions need out of the raw objects. */
import type { KubeObject } from '../api/meta.ts'
import { memberGate } from '../desired/labels.ts'
import { ordinalOf } from '../desired/names.ts'
import type { PodFact, StatefulSetFact, WorkloadFact } from './facts.ts'

/** The parts of a Pod that are read. */
interface PodStatus {
  readonly conditions?: readonly PodCondition[]
  readonly containerStatuses?: readonly ContainerStatus[]
  readonly initContainerStatuses?: readonly ContainerStatus[]
}

interface PodCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

interface ContainerStatus {
  readonly name: string
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } }
}

interface StatefulSetShape {
  readonly spec?: { readonly replicas?: number }
  readonly status?: {
    readonly observedGeneration?: number
    readonly readyReplicas?: number
    readonly replicas?: number
    readonly updateRevision?: string
  }
}

/** The StatefulSet `name` and its pods, out of the pool's objects. */
export function workloadOf(objects: readonly KubeObject[], name: string): WorkloadFact {
  const statefulSet = objects.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === name)
  const pods = objects
    .filter(({ kind }) => kind === 'Pod')
    .flatMap((pod) => {
      const ordinal = ordinalOf(pod.metadata.name, name)
      return ordinal === undefined ? [] : [podFact(pod, ordinal)]
    })
    .toSorted((a, b) => a.ordinal - b.ordinal)
  return { statefulSet: statefulSet && statefulSetFact(statefulSet), pods }
}

function statefulSetFact(object: KubeObject): StatefulSetFact {
  const { spec, status } = object as StatefulSetShape
  return {
    replicas: spec?.replicas ?? 1,
    readyReplicas: status?.readyReplicas ?? 0,
    currentReplicas: status?.replicas ?? 0,
    updateRevision: status?.updateRevision,
    observed: status?.observedGeneration === object.metadata.generation,
    object,
  }
}

function podFact(pod: KubeObject, ordinal: number): PodFact {
  const status = (pod['status'] ?? {}) as PodStatus
  const condition = (type: string): PodCondition | undefined =>
    status.conditions?.find((candidate) => candidate.type === type)
  const ready = condition('Ready')
  const gate = condition(memberGate)
  const since = ready?.lastTransitionTime ?? pod.metadata.creationTimestamp
  return {
    name: pod.metadata.name,
    namespace: pod.metadata.namespace ?? '',
    uid: pod.metadata.uid ?? '',
    ordinal,
    revision: pod.metadata.labels?.['controller-revision-hash'],
    terminating: pod.metadata.deletionTimestamp !== undefined,
    containersReady: condition('ContainersReady')?.status === 'True',
    ready: ready?.status === 'True',
    readySinceMs: since === undefined ? undefined : Date.parse(since),
    trouble: troubleOf(status, condition('PodScheduled')),
    gate: gate && { status: gate.status, reason: gate.reason ?? '', message: gate.message ?? '' },
  }
}

/** Waiting for these is no trouble. */
const ordinaryWaits = new Set(['ContainerCreating', 'PodInitializing'])

function troubleOf(status: PodStatus, scheduled: PodCondition | undefined): string | undefined {
  if (scheduled?.status === 'False')
    return `${scheduled.reason ?? 'not scheduled'}: ${scheduled.message ?? ''}`
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  const waits = containers.flatMap(({ state }) => state?.waiting?.reason ?? [])
  return waits.find((reason) => !ordinaryWaits.has(reason))
}
