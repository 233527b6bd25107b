/**
 * Deletes what a pool owned and no longer wants: an Ingress that was taken out of the spec, a budget of one server.
 * Never anything that holds data: workloads, Secrets and claims are not among the kinds.
 */
import type { KubeObject } from '../api/meta.ts'
import type { KubeClient } from '../kube/client.ts'
import { kindOf } from '../kube/kinds.ts'

const prunedKinds = new Set(['Ingress', 'PodDisruptionBudget', 'NetworkPolicy', 'Service', 'ServiceAccount'])

/** Objects of `live` that the CasCluster `owner` (uid) controls and no manifest asks for. */
export function unwanted(
  live: readonly KubeObject[],
  manifests: readonly KubeObject[],
  owner: string,
): KubeObject[] {
  const wanted = new Set(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`))
  return live.filter(
    ({ kind, metadata }) =>
      prunedKinds.has(kind) &&
      metadata.deletionTimestamp === undefined &&
      metadata.ownerReferences?.some(({ uid }) => uid === owner) &&
      !wanted.has(`${kind} ${metadata.name}`),
  )
}

/** Deletes exactly these objects, not others that took their names since. */
export async function prune(kube: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const { name, namespace, uid } = object.metadata
    const ref = { kind: kindOf(object), name, ...(namespace === undefined ? {} : { namespace }) }
    await kube.delete(ref, uid === undefined ? {} : { uid })
  }
}
