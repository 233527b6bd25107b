/**
 * What the operator knows about one CasCluster at one moment: the facts on which decide/ judges. Gathered once per
 * pass (gather.ts); nothing here asks anybody.
 */
import type { KubeObject } from '../api/meta.ts'
import type { SecretPurpose } from '../desired/secrets.ts'

/** A pod of one of the pool's StatefulSets. */
export interface PodFact {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly ordinal: number
  /** Label `controller-revision-hash`. */
  readonly revision: string | undefined
  readonly terminating: boolean
  /** All containers are ready; says nothing about readiness gates. */
  readonly containersReady: boolean
  /** Condition Ready, readiness gates included. */
  readonly ready: boolean
  /** Since when `ready` is as it is, in milliseconds since the epoch; undefined: no condition yet. */
  readonly readySinceMs: number | undefined
  /** Why it does not run, in Kubernetes' words: `ImagePullBackOff`, `Unschedulable: …`. */
  readonly trouble: string | undefined
  /** The readiness gate of mongod pods as it stands. */
  readonly gate: { readonly status: string; readonly reason: string; readonly message: string } | undefined
}

/** A StatefulSet as its controller reports it. */
export interface StatefulSetFact {
  readonly replicas: number
  readonly readyReplicas: number
  readonly currentReplicas: number
  readonly updateRevision: string | undefined
  /** The controller has seen the newest spec. */
  readonly observed: boolean
  /** The living object. */
  readonly object: KubeObject
}

export interface WorkloadFact {
  readonly statefulSet: StatefulSetFact | undefined
  /** In order of their ordinals. */
  readonly pods: readonly PodFact[]
}

/** Objects of a pool as the caches hold them. */
export interface LiveObjects {
  /** Everything that carries the pool's labels. */
  readonly all: readonly KubeObject[]
  find(kind: string, name: string): KubeObject | undefined
}

/** Decoded values of the generated Secrets that are there. */
export type SecretValues = ReadonlyMap<SecretPurpose, Readonly<Record<string, string>>>

export interface ObjectFacts {
  readonly live: LiveObjects
  readonly mongod: WorkloadFact
  readonly servers: WorkloadFact
  /** Names of the claims that hold members' data. */
  readonly claims: readonly string[]
  readonly secrets: SecretValues
  /** Name of the replica set that was initiated once, as the key file Secret remembers it. */
  readonly replicaSetRecord: string | undefined
}
