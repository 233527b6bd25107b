/**
 * The specs with all defaults in: the only place that knows them, besides the schema's descriptions. Resolved
 * specs are frozen; nothing after this asks whether a field was there.
 */
import { defaultDatabase } from '../../common/contract.ts'
import type {
  CasClusterSpec,
  DeletionPolicy,
  IngressSpec,
  MongodbSpec,
  PodTemplateSpec,
  ResourceRequirements,
  TrustedCASpec,
} from './cas-cluster.ts'
import type { CasService } from './cas-service.ts'

/** A CasCluster's spec with defaults. Absent members mean that the feature is not asked for. */
export interface ResolvedClusterSpec {
  readonly replicas: number
  readonly image: string
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never'
  /** Public URL, no slash at its end. */
  readonly serverUrl: string
  readonly mongodb: ResolvedMongodbSpec
  readonly config: Readonly<Record<string, string>>
  /** Secret with the key `users.yaml`, in the cluster's namespace. */
  readonly staticUsersSecret?: string
  readonly trustedCAs: readonly ResolvedTrustedCA[]
  /** Entries as `common/outbound-allow.ts` reads them. */
  readonly outboundAllow: readonly string[]
  readonly servicesFrom: 'Same' | 'All'
  readonly ingress?: IngressSpec
  readonly resources: ResourceRequirements
  readonly podTemplate: PodTemplateSpec
  readonly deletionPolicy: DeletionPolicy
  readonly paused: boolean
}

/** An object in the cluster's namespace, and the key under which it holds PEM certificates. */
export interface ResolvedTrustedCA {
  readonly kind: 'secret' | 'configMap'
  readonly name: string
  readonly key: string
}

export type ResolvedMongodbSpec = ManagedMongodb | ExternalMongodb

/** A replica set that the operator runs. */
export interface ManagedMongodb {
  readonly kind: 'managed'
  readonly members: number
  readonly image: string
  readonly storage: ResolvedStorage
  readonly resources: ResourceRequirements
  /** GB as decimal text; absent: mongod's own default. */
  readonly cacheSizeGB?: string
  readonly database: string
}

export interface ResolvedStorage {
  /** Kubernetes quantity. */
  readonly size: string
  /** Absent: the cluster's default class. */
  readonly storageClassName?: string
}

/** A replica set that somebody else runs. */
export interface ExternalMongodb {
  readonly kind: 'external'
  readonly uriSecret: { readonly name: string; readonly key: string }
  readonly database: string
}

/** Images that are used when a CasCluster names none: the operator's settings. */
export interface DefaultImages {
  readonly server: string
  readonly mongodb: string
}

const clusterDefaults = {
  replicas: 3,
  imagePullPolicy: 'IfNotPresent',
  members: 3,
  storageSize: '10Gi',
  database: defaultDatabase,
  uriKey: 'uri',
  certificateKey: 'ca.crt',
  servicesFrom: 'Same',
  deletionPolicy: 'Retain',
} as const

/** Fills in the defaults of a spec that passed validation. */
export function resolveClusterSpec(spec: CasClusterSpec, images: DefaultImages): ResolvedClusterSpec {
  return deepFreeze({
    replicas: spec.replicas ?? clusterDefaults.replicas,
    image: spec.image ?? images.server,
    imagePullPolicy: spec.imagePullPolicy ?? clusterDefaults.imagePullPolicy,
    serverUrl: spec.serverUrl,
    mongodb: resolveMongodb(spec.mongodb ?? {}, images.mongodb),
    config: { ...spec.config },
    ...optional('staticUsersSecret', spec.authentication?.staticUsers?.secretRef.name),
    trustedCAs: (spec.trustedCAs ?? []).flatMap(resolveTrustedCA),
    outboundAllow: [...(spec.outbound?.allow ?? [])],
    servicesFrom: spec.services?.from ?? clusterDefaults.servicesFrom,
    ...optional('ingress', structuredClone(spec.ingress)),
    resources: structuredClone(spec.resources ?? {}),
    podTemplate: structuredClone(spec.podTemplate ?? {}),
    deletionPolicy: spec.deletionPolicy ?? clusterDefaults.deletionPolicy,
    paused: spec.paused ?? false,
  })
}

function resolveTrustedCA({ secretRef, configMapRef }: TrustedCASpec): ResolvedTrustedCA[] {
  const reference = secretRef ?? configMapRef
  if (reference === undefined) return []
  const kind = secretRef === undefined ? 'configMap' : 'secret'
  return [{ kind, name: reference.name, key: reference.key ?? clusterDefaults.certificateKey }]
}

function resolveMongodb(spec: MongodbSpec, image: string): ResolvedMongodbSpec {
  const database = spec.database ?? clusterDefaults.database
  if (spec.external !== undefined) {
    const { name, key = clusterDefaults.uriKey } = spec.external.uriSecretRef
    return { kind: 'external', uriSecret: { name, key }, database }
  }
  return {
    kind: 'managed',
    members: spec.members ?? clusterDefaults.members,
    image: spec.image ?? image,
    storage: {
      size: spec.storage?.size ?? clusterDefaults.storageSize,
      ...optional('storageClassName', spec.storage?.storageClassName),
    },
    resources: structuredClone(spec.resources ?? {}),
    ...optional('cacheSizeGB', spec.cacheSizeGB),
    database,
  }
}

/** The CasCluster that a service asks for. */
export function clusterOf(service: CasService): { readonly namespace: string; readonly name: string } {
  const { name, namespace } = service.spec.clusterRef
  return { namespace: namespace ?? service.metadata.namespace ?? 'default', name }
}

/** `{ [key]: value }`, or nothing for an absent value. */
function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
