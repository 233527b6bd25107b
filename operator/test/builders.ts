/** Builders of CasClusters, services and pods for tests. */
import type { CasCluster, CasClusterSpec } from '../api/cas-cluster.ts'
import type { CasService, CasServiceSpec } from '../api/cas-service.ts'
import { resolveClusterSpec } from '../api/defaults.ts'
import { apiVersion } from '../api/meta.ts'
import { type Pool, type PoolFacts, poolOf } from '../desired/pool.ts'
import type { PodFact, StatefulSetFact, WorkloadFact } from '../observe/facts.ts'

export const images = { server: 'example.org/server:1', mongodb: 'example.org/mongo:8.0' }

/** A cluster `c` in namespace `ns`. */
export function clusterOf(spec: Partial<CasClusterSpec> = {}): CasCluster {
  return {
    apiVersion,
    kind: 'CasCluster',
    metadata: { name: 'c', namespace: 'ns', uid: 'uid-of-c', generation: 1 },
    spec: { serverUrl: 'https://sso.example.org/cas', ...spec },
  }
}

export function poolFor(cluster: CasCluster): Pool {
  return poolOf(cluster, resolveClusterSpec(cluster.spec, images))
}

export const factsOf = (facts: Partial<PoolFacts> = {}): PoolFacts => ({
  mongodReplicas: 3,
  operatorNamespace: 'operator',
  ...facts,
})

export function serviceOf(name: string, spec: Partial<CasServiceSpec> = {}): CasService {
  return {
    apiVersion,
    kind: 'CasService',
    metadata: { name, namespace: 'ns', uid: `uid-of-${name}`, generation: 1 },
    spec: { clusterRef: { name: 'c' }, match: { hosts: [`${name}.example.org`] }, ...spec },
  }
}

/** A pod that is ready at revision `new`. */
export function podFact(name: string, facts: Partial<PodFact> = {}): PodFact {
  return {
    name,
    namespace: 'ns',
    uid: `uid-of-${name}`,
    ordinal: Number(name.split('-').at(-1)),
    revision: 'new',
    terminating: false,
    containersReady: true,
    ready: true,
    readySinceMs: 0,
    trouble: undefined,
    gate: undefined,
    ...facts,
  }
}

/** A StatefulSet at revision `new` with these pods. */
export function workloadFact(pods: readonly PodFact[], facts: Partial<StatefulSetFact> = {}): WorkloadFact {
  const statefulSet: StatefulSetFact = {
    replicas: pods.length,
    readyReplicas: pods.filter(({ ready }) => ready).length,
    currentReplicas: pods.length,
    updateRevision: 'new',
    observed: true,
    object: { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'any' } },
    ...facts,
  }
  return { statefulSet, pods }
}
