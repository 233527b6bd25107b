/**
 * What manifests are built from: the CasCluster with all defaults filled in, and the few facts that a manifest
 * depends on. And the parts of a manifest that every file here needs.
 */

import type { CasCluster } from '../api/cas-cluster.ts'
import type { ResolvedClusterSpec, ResolvedStorage } from '../api/defaults.ts'
import { apiVersion, type KubeObject, type OwnerReference } from '../api/meta.ts'
import { type Component, labels } from './labels.ts'

/** A manifest as it is applied. */
export type Manifest = KubeObject

/** One CasCluster on its way to manifests. */
export interface Pool {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly spec: ResolvedClusterSpec
}

/** Facts about the world that manifests depend on. */
export interface PoolFacts {
  /** Size of the mongod StatefulSet (`decide/mongod-size.ts`). */
  readonly mongodReplicas: number
  /** What the claims of the living StatefulSet ask for; they cannot be changed, so they win over the spec. */
  readonly storage?: ResolvedStorage
  /** Replica set that was initiated, recorded on the key file Secret. */
  readonly replicaSetInitiated?: string
  /** Password of the servers' database user, from the Secret that was made once. Absent: not made yet. */
  readonly serverPassword?: string
  /** Namespace of the operator, which may reach mongod. */
  readonly operatorNamespace: string
}

/** The CasCluster as the owner: the object goes when the CasCluster goes. */
export function ownedBy(pool: Pool): OwnerReference[] {
  return [
    {
      apiVersion,
      kind: 'CasCluster',
      name: pool.name,
      uid: pool.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]
}

/** Metadata of an object that goes with the CasCluster. */
export function metadata(pool: Pool, component: Component, name: string): KubeObject['metadata'] {
  return {
    name,
    namespace: pool.namespace,
    labels: labels(pool.name, component),
    ownerReferences: ownedBy(pool),
  }
}

/** Identity of a CasCluster plus its resolved spec. */
export function poolOf(cluster: CasCluster, spec: ResolvedClusterSpec): Pool {
  const { name, namespace = '', uid = '' } = cluster.metadata
  return { name, namespace, uid, spec }
}

/** `value` as a member of a spread, or nothing: absent fields are never written as null. */
export function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V })
}
