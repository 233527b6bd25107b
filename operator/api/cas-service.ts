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
  /** RFC 3339; from then on nobody may sign in. */
  readonly expiresAt?: string
  readonly theme?: string
  readonly logo?: string
  readonly informationUrl?: string
  readonly privacyUrl?: string
  readonly access?: AccessSpec
  readonly attributes?: AttributeReleaseSpec
  readonly username?: UsernameSpec
  readonly proxy?: ProxySpec
  readonly logout?: LogoutSpec
  readonly tickets?: TicketsSpec
  /** How tickets go to the service when its request names no method. Default Redirect. */
  readonly responseType?: 'Redirect' | 'Post' | 'Header'
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
  /** Part: a pattern is searched for in a value, as Apereo does. Default Whole. */
  readonly requiredAttributeMatch?: 'Whole' | 'Part'
  /** User must not hold these. */
  readonly rejectedAttributes?: Readonly<Record<string, readonly string[]>>
  readonly caseInsensitive?: boolean
  /** RFC 3339; first moment at which users may sign in. */
  readonly notBefore?: string
  /** RFC 3339; last moment. */
  readonly notAfter?: string
  readonly unauthorizedRedirectUrl?: string
}

export interface AttributeReleaseSpec {
  /** Default Allowed with no names: nothing is released. */
  readonly policy: 'All' | 'Allowed' | 'Mapped' | 'MultiMapped' | 'Pattern' | 'Static' | 'Chain' | 'Denied'
  /** For Allowed. */
  readonly allowed?: readonly string[]
  /** For Mapped: attribute of the user -> name released. */
  readonly mapped?: Readonly<Record<string, string>>
  /** For MultiMapped: attribute of the user -> names released. */
  readonly multiMapped?: Readonly<Record<string, readonly string[]>>
  /** For Pattern: attribute of the user -> what its values become. */
  readonly patterns?: Readonly<Record<string, ValuePatternSpec>>
  /** For Static: the same for every user. */
  readonly static?: Readonly<Record<string, readonly string[]>>
  /** For Chain. */
  readonly chain?: ReleaseChainSpec
  /** Only values that match as a whole are released. Not with Chain. */
  readonly valuePattern?: string
  /** Default false: what the pool releases to everybody comes along. Not with Chain. */
  readonly excludeDefaults?: boolean
  /** Default true: the protocol's own attributes come along. Not with Chain. */
  readonly protocolAttributes?: boolean
}

export interface ValuePatternSpec {
  readonly pattern: string
  /** `${1}` stands for the first group. */
  readonly transform: string
}

export interface ReleaseChainSpec {
  /** For an attribute that two policies release: the later one's values (default), the earlier one's, all. */
  readonly merging?: 'Replace' | 'Add' | 'Multivalued'
  /** In this order; each sees what the ones before it released. */
  readonly policies: readonly ChainedReleaseSpec[]
}

/** As AttributeReleaseSpec, but for a chain. */
export interface ChainedReleaseSpec {
  readonly policy: 'All' | 'Allowed' | 'Mapped' | 'MultiMapped' | 'Pattern' | 'Static' | 'Denied'
  readonly allowed?: readonly string[]
  readonly mapped?: Readonly<Record<string, string>>
  readonly multiMapped?: Readonly<Record<string, readonly string[]>>
  readonly patterns?: Readonly<Record<string, ValuePatternSpec>>
  readonly static?: Readonly<Record<string, readonly string[]>>
  readonly valuePattern?: string
  readonly excludeDefaults?: boolean
  readonly protocolAttributes?: boolean
}

/** At most one of `attribute`, `anonymous` and `static`; none: the name that was signed in with. */
export interface UsernameSpec {
  /** Attribute whose value becomes the user name for this service. */
  readonly attribute?: string
  /** A name that tells nothing about the user and differs from service URL to service URL. */
  readonly anonymous?: AnonymousUsernameSpec
  /** The same name for every user. */
  readonly static?: string
  /** Default None. */
  readonly canonicalization?: 'None' | 'Lower' | 'Upper'
}

export interface AnonymousUsernameSpec {
  /** Who knows it can find out whom a name stands for. */
  readonly salt: string
  /** Made from this attribute instead of the name that was signed in with. */
  readonly attribute?: string
}

/** Lifetimes that differ from the pool's. */
export interface TicketsSpec {
  readonly serviceTicket?: TicketSpec
  readonly proxyTicket?: TicketSpec
  readonly proxyGrantingTicket?: TicketSpec
  /** Of the whole session that is opened by signing in to this service. */
  readonly session?: TicketSpec
}

export interface TicketSpec {
  readonly seconds: number
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
  /** Numeric id of the definition, derived from namespace and name; text, as ids may be larger than numbers of JSON. */
  readonly definitionId?: string
  /** The regular expression that was written. */
  readonly serviceId?: string
}
