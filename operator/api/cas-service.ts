/**
 * The CasService kind: one registered service, spelled as a Kubernetes user expects, mapping one to one onto an
 * Apereo definition. `crds/casservices.yaml` is the same schema; `crds.test.ts` fails when the two differ.
 */
import type { Condition, ObjectMeta } from './meta.ts'

export interface CasService {
  readonly apiVersion: string
  readonly kind: 'CasService'
  readonly metadata: ObjectMeta
  readonly spec: CasServiceSpec
  readonly status?: CasServiceStatus
}

export interface CasServiceSpec {
  /** The CasCluster that serves it; `namespace` only when the cluster takes services from other namespaces. */
  readonly clusterRef: { readonly name: string; readonly namespace?: string }
  /** Normal form: which URLs belong to the service. Exactly one of `match` and `serviceId`. */
  readonly match?: ServiceMatch
  /** Expert form: Apereo's regular expression, matched case-insensitively against the whole URL. */
  readonly serviceId?: string
  /** Name shown to users and stored in the definition. Default: metadata.name. */
  readonly displayName?: string
  readonly description?: string
  /** Lower is asked first; first match wins. Default 0. */
  readonly evaluationOrder?: number
  readonly theme?: string
  readonly logo?: string
  readonly informationUrl?: string
  readonly privacyUrl?: string
  readonly access?: AccessSpec
  readonly attributes?: AttributeReleaseSpec
  readonly username?: UsernameSpec
  readonly proxy?: ProxySpec
  readonly logout?: LogoutSpec
  readonly contacts?: readonly ContactSpec[]
}

export interface ServiceMatch {
  /** Default [https]. */
  readonly schemes?: readonly ('http' | 'https')[]
  /** `app.example.org`, `app.example.org:8443`, `localhost:*` (any port), `*.example.org` (one label). */
  readonly hosts: readonly string[]
  /** Path prefixes that end at a segment boundary; default [/]. */
  readonly paths?: readonly string[]
}

export interface AccessSpec {
  /** Default true. */
  readonly enabled?: boolean
  /** False: credentials are asked for every time. Default true. */
  readonly ssoEnabled?: boolean
  /** User must hold these: attribute -> accepted values (regular expressions as Apereo's). */
  readonly requiredAttributes?: Readonly<Record<string, readonly string[]>>
  /** All (default) or any of the required attributes. */
  readonly requireAllAttributes?: boolean
  /** User must not hold these. */
  readonly rejectedAttributes?: Readonly<Record<string, readonly string[]>>
  readonly caseInsensitive?: boolean
  readonly unauthorizedRedirectUrl?: string
}

export interface AttributeReleaseSpec {
  /** Default Allowed with no names: nothing is released. */
  readonly policy: 'All' | 'Allowed' | 'Mapped' | 'Denied'
  /** For Allowed. */
  readonly allowed?: readonly string[]
  /** For Mapped: attribute of the user -> name released. */
  readonly mapped?: Readonly<Record<string, string>>
}

export interface UsernameSpec {
  /** Attribute whose value becomes the user name for this service. */
  readonly attribute: string
}

export interface ProxySpec {
  /** Regular expression that a proxy callback URL must match as a whole; absent: proxying refused. */
  readonly callbackPattern?: string
}

export interface LogoutSpec {
  readonly type?: 'None' | 'BackChannel' | 'FrontChannel'
  readonly url?: string
}

export interface ContactSpec {
  readonly name: string
  readonly email?: string
  readonly phone?: string
  readonly department?: string
  readonly type?: string
}

/** Condition types of a CasService. Ready, Reconciling and Stalled are kstatus'. */
export type CasServiceConditionType = 'Ready' | 'Reconciling' | 'Stalled' | 'Accepted' | 'Synced' | 'Served'

export interface CasServiceStatus {
  /** Schema default -1 on the whole status. */
  readonly observedGeneration: number
  readonly conditions?: readonly Condition[]
  /** Numeric id of the definition, derived from namespace and name; text, because it has 63 bits. */
  readonly definitionId?: string
  /** The regular expression that was written. */
  readonly serviceId?: string
}
