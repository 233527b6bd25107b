/**
 * The CasCluster kind: one pool of CAS servers and its replica set. `crds/casclusters.yaml` is the same schema
 * for the API server; `crds.test.ts` fails when the two differ.
 */
import type { Condition, ObjectMeta } from './meta.ts'

export interface CasCluster {
  readonly apiVersion: string
  readonly kind: 'CasCluster'
  readonly metadata: ObjectMeta
  readonly spec: CasClusterSpec
  readonly status?: CasClusterStatus
}

export interface CasClusterSpec {
  /** Number of CAS servers. Default 3. */
  readonly replicas?: number
  /** Server image. Default: the operator's own default. */
  readonly image?: string
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never'
  /** Public URL of the pool including the context path: `https://sso.example.org/cas`. http only for loopback hosts. */
  readonly serverUrl: string
  readonly mongodb?: MongodbSpec
  /** CAS properties in Apereo's spelling, values as text: `cas.ticket.st.time-to-kill-in-seconds: "30"`. */
  readonly config?: Readonly<Record<string, string>>
  readonly authentication?: AuthenticationSpec
  /** Authorities that proxy callbacks and logout messages trust besides the public ones. */
  readonly trustedCAs?: readonly TrustedCASpec[]
  readonly outbound?: OutboundSpec
  /** Which namespaces may register services. Default: the cluster's own. */
  readonly services?: ServicesSpec
  readonly ingress?: IngressSpec
  /** Compute resources of a server container (Kubernetes ResourceRequirements). */
  readonly resources?: ResourceRequirements
  /** Escape hatch for the server pods; what the operator sets itself wins. */
  readonly podTemplate?: PodTemplateSpec
  /** What happens to volumes and key Secrets when the CasCluster is deleted. Default Retain. */
  readonly deletionPolicy?: DeletionPolicy
  /** True: the operator leaves this cluster alone. */
  readonly paused?: boolean
}

export type DeletionPolicy = 'Retain' | 'Delete'

export interface MongodbSpec {
  /** Members of the replica set that the operator runs: 1, 3, 5 or 7. Default 3. Not with `external`. */
  readonly members?: number
  readonly image?: string
  readonly storage?: { readonly size?: string; readonly storageClassName?: string }
  readonly resources?: ResourceRequirements
  /** WiredTiger cache in GB (mongod --wiredTigerCacheSizeGB). Default: mongod's own. */
  readonly cacheSizeGB?: string
  /** Database name. Default `cas`. */
  readonly database?: string
  /** A set run by somebody else: Secret with key `uri`. */
  readonly external?: { readonly uriSecretRef: { readonly name: string; readonly key?: string } }
}

export interface AuthenticationSpec {
  /** Static users: Secret with key `users.yaml`, see docs/users.md. */
  readonly staticUsers?: { readonly secretRef: { readonly name: string } }
}

/** PEM certificates in a Secret or in a ConfigMap; exactly one of both. */
export interface TrustedCASpec {
  readonly secretRef?: KeyReference
  readonly configMapRef?: KeyReference
}

export interface KeyReference {
  readonly name: string
  /** Default `ca.crt`. */
  readonly key?: string
}

/** Requests that servers make: proxy callbacks and logout messages. */
export interface OutboundSpec {
  /** Host names, addresses and networks that may be called although they are not public. */
  readonly allow?: readonly string[]
}

export interface ServicesSpec {
  /** Namespaces whose CasServices this cluster takes: Same (default) or All. */
  readonly from?: 'Same' | 'All'
}

export interface IngressSpec {
  readonly className?: string
  /** TLS Secret for the host of `serverUrl`. */
  readonly tlsSecretName?: string
  readonly annotations?: Readonly<Record<string, string>>
}

export interface ResourceRequirements {
  readonly requests?: Readonly<Record<string, string>>
  readonly limits?: Readonly<Record<string, string>>
}

/** Additions to the server pods, in Kubernetes' own spelling. */
export interface PodTemplateSpec {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly env?: readonly Readonly<Record<string, unknown>>[]
  readonly imagePullSecrets?: readonly { readonly name: string }[]
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly tolerations?: readonly Readonly<Record<string, unknown>>[]
  readonly affinity?: Readonly<Record<string, unknown>>
  readonly topologySpreadConstraints?: readonly Readonly<Record<string, unknown>>[]
  readonly priorityClassName?: string
}

/** Condition types of a CasCluster. Ready, Reconciling and Stalled are kstatus'. */
export type CasClusterConditionType =
  | 'Ready'
  | 'Reconciling'
  | 'Stalled'
  | 'MongoReady'
  | 'ServersReady'
  | 'ConfigSynced'

export interface CasClusterStatus {
  /** Schema default -1 on the whole status, so that a new object is never taken for ready. */
  readonly observedGeneration: number
  readonly conditions?: readonly Condition[]
  /** Scale subresource. */
  readonly replicas?: number
  readonly readyReplicas?: number
  readonly selector?: string
  readonly mongodb?: {
    readonly members?: number
    readonly primary?: string
    /** Set name, recorded by the first successful initiate and never removed: "recorded but empty" is data loss. */
    readonly replicaSet?: string
  }
  readonly registry?: {
    readonly rev?: number
    readonly services?: number
    /** Definitions that others have put beside them; absent: none. */
    readonly foreign?: number
  }
}
