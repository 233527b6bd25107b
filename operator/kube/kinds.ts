/**
 * The kinds of Kubernetes objects that the operator reads or writes, and where the API serves them. A fixed table
 * instead of discovery: start needs no extra calls, and a kind that is not here cannot be touched.
 */
import { group, version } from '../api/meta.ts'

/** Where the API serves a kind. `group` is empty for the core group. */
interface Resource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly namespaced: boolean
}

const namespaced = (apiGroup: string, apiVersion: string, plural: string): Resource => ({
  group: apiGroup,
  version: apiVersion,
  plural,
  namespaced: true,
})

/** Every kind that `KubeClient` knows. */
const kinds = {
  CasCluster: namespaced(group, version, 'casclusters'),
  CasService: namespaced(group, version, 'casservices'),
  ConfigMap: namespaced('', 'v1', 'configmaps'),
  Event: namespaced('events.k8s.io', 'v1', 'events'),
  Ingress: namespaced('networking.k8s.io', 'v1', 'ingresses'),
  Lease: namespaced('coordination.k8s.io', 'v1', 'leases'),
  NetworkPolicy: namespaced('networking.k8s.io', 'v1', 'networkpolicies'),
  PersistentVolumeClaim: namespaced('', 'v1', 'persistentvolumeclaims'),
  Pod: namespaced('', 'v1', 'pods'),
  PodDisruptionBudget: namespaced('policy', 'v1', 'poddisruptionbudgets'),
  Secret: namespaced('', 'v1', 'secrets'),
  Service: namespaced('', 'v1', 'services'),
  ServiceAccount: namespaced('', 'v1', 'serviceaccounts'),
  StatefulSet: namespaced('apps', 'v1', 'statefulsets'),
  CustomResourceDefinition: {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    namespaced: false,
  },
  Namespace: { group: '', version: 'v1', plural: 'namespaces', namespaced: false },
} as const satisfies Readonly<Record<string, Resource>>

export type Kind = keyof typeof kinds

/** The `apiVersion` that objects of a kind carry: `v1`, `apps/v1`. */
export function apiVersionOf(kind: Kind): string {
  const resource: Resource = kinds[kind]
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

/** The kind of a manifest. Throws TypeError for a kind, or an apiVersion of it, that the table does not hold. */
export function kindOf(object: { readonly kind: string; readonly apiVersion: string }): Kind {
  const kind = (Object.keys(kinds) as Kind[]).find((name) => name === object.kind)
  if (kind === undefined || apiVersionOf(kind) !== object.apiVersion) {
    throw new TypeError(`${object.apiVersion} ${object.kind} is not a kind that this client serves`)
  }
  return kind
}

/**
 * URL path of a kind, and of one object of it: `/apis/apps/v1/namespaces/sso/statefulsets/sso-server`. Without a
 * namespace: the whole cluster. Throws TypeError where an object of a namespaced kind comes without one.
 */
export function pathOf(kind: Kind, at: { readonly namespace?: string; readonly name?: string } = {}): string {
  const resource: Resource = kinds[kind]
  if (resource.namespaced && at.name !== undefined && at.namespace === undefined) {
    throw new TypeError(`${kind} ${at.name} needs a namespace`)
  }
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`
  const scope =
    resource.namespaced && at.namespace !== undefined ? `/namespaces/${encodeURIComponent(at.namespace)}` : ''
  const name = at.name === undefined ? '' : `/${encodeURIComponent(at.name)}`
  return `${root}/${resource.version}${scope}/${resource.plural}${name}`
}
