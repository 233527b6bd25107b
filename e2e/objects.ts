/** Objects that the scenarios make and look at. */
import type { Condition, ObjectMeta } from '../operator/api/meta.ts'
import { listObjects } from './kubectl.ts'
import { client, namespace } from './pool.ts'

export type HasConditions = { readonly status?: { readonly conditions?: readonly Condition[] } }
export type HasMetadata = { readonly kind: string; readonly metadata: ObjectMeta }

export function conditionOf(object: HasConditions | undefined, type: string): Condition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type)
}

/** A CasService of the samples' pool that releases all attributes. */
export function casService(name: string, spec: Readonly<Record<string, unknown>>): unknown {
  return {
    apiVersion: 'caspool.io/v1alpha1',
    kind: 'CasService',
    metadata: { name },
    spec: { clusterRef: { name: 'sso' }, attributes: { policy: 'All' }, ...spec },
  }
}

/** The servers that do not let a user sign in for a service, each with what its page says. */
export async function signInRefusals(
  servers: readonly string[],
  service: string,
): Promise<readonly string[]> {
  const refusals = await Promise.all(
    servers.map((server) =>
      client('login', server, service).then(
        () => undefined,
        (error: Error) => `${server}: ${error.message}`,
      ),
    ),
  )
  return refusals.filter((refusal) => refusal !== undefined)
}

/** uid and restarts of each server's pod: the same before and after means that none was restarted. */
export async function uidsOfServers(): Promise<readonly string[]> {
  type Pod = HasMetadata & {
    readonly status: { readonly containerStatuses: readonly { readonly restartCount: number }[] }
  }
  const pods = await listObjects<Pod>(namespace, 'pods', '--selector', 'app.kubernetes.io/component=server')
  return pods
    .map((pod) => `${pod.metadata.uid} ${pod.status.containerStatuses.map((c) => c.restartCount)}`)
    .sort()
}

/** resourceVersion of every object that the operator owns or writes to, by kind and name. */
export async function resourceVersions(): Promise<Readonly<Record<string, string>>> {
  const owned = 'statefulsets,services,secrets,serviceaccounts,poddisruptionbudgets,ingresses,networkpolicies'
  const objects = [
    ...(await listObjects<HasMetadata>(
      namespace,
      owned,
      '--selector',
      'app.kubernetes.io/managed-by=caspool-operator',
    )),
    ...(await listObjects<HasMetadata>(namespace, 'casclusters,casservices')),
  ]
  return Object.fromEntries(
    objects.map((o) => [`${o.kind}/${o.metadata.name}`, o.metadata.resourceVersion ?? '']),
  )
}
