/**
 * A registered service as both processes know it: `ServiceDefinition` (typed, what CAS means) and its document in
 * `cas-service-registry` (Apereo's MongoDB form: `_class` discriminators, 64-bit `_id`, plain arrays and maps).
 * The operator encodes, the server decodes. What restricts access and is not understood is refused with its path.
 */

import type { Instant } from '../clock.ts'

/** A document as the driver returns it: plain JSON values, Date, and bigint for 64-bit numbers. */
export type StoredDocument = { readonly [field: string]: unknown }

export interface ServiceDefinition {
  /** 64-bit id. */
  readonly id: bigint
  readonly name: string
  /** Regular expression, whole-string and case-insensitive; in other words where it asks for the end in its midst (`wholeMatch`). */
  readonly serviceId: string
  readonly description?: string
  readonly evaluationOrder: number
  readonly theme?: string
  readonly logo?: string
  readonly informationUrl?: string
  readonly privacyUrl?: string
  readonly access: AccessStrategy
  readonly release: ReleasePolicy
  readonly username: UsernameProvider
  readonly proxy: ProxyPolicy
  readonly logout: { readonly type: 'none' | 'backChannel' | 'frontChannel'; readonly url?: string }
  /** Lifetimes that differ from the configuration's. */
  readonly tickets?: TicketLifetimes
  /** How the ticket goes to the service when `/login` names no method. Absent: by redirect. */
  readonly responseType?: ResponseType
  readonly contacts: readonly ServiceContact[]
  /** From this moment on nobody signs in to the service any more; its URLs stay its own. */
  readonly expiresAt?: Instant
}

export type ResponseType = 'redirect' | 'post' | 'header'

/** In seconds; what is absent is as configured. */
export interface TicketLifetimes {
  readonly serviceTicketSeconds?: number
  readonly proxyTicketSeconds?: number
  readonly proxyGrantingTicketSeconds?: number
  /** Of the whole single sign-on session that is opened by signing in to this service. */
  readonly sessionSeconds?: number
}

/** What decides which URLs belong to a definition, and in which order definitions are asked. */
export type ServiceClaim = Pick<ServiceDefinition, 'id' | 'name' | 'serviceId' | 'evaluationOrder'>

export interface AccessStrategy {
  readonly enabled: boolean
  readonly ssoEnabled: boolean
  readonly requireAllAttributes: boolean
  readonly caseInsensitive: boolean
  readonly requiredAttributes: Readonly<Record<string, readonly string[]>>
  readonly rejectedAttributes: Readonly<Record<string, readonly string[]>>
  readonly unauthorizedRedirectUrl?: string
  /** First moment at which the service may be used. */
  readonly notBefore?: Instant
  /** Last moment at which the service may be used. */
  readonly notAfter?: Instant
}

/** Which attributes of the user a service receives. */
export type ReleasePolicy = SingleRelease | ReleaseChain

export type SingleRelease = ReleaseRule & ReleaseLimits

type ReleaseRule =
  | { readonly kind: 'all' }
  | { readonly kind: 'allowed'; readonly names: readonly string[] }
  /** Attribute of the user -> name or names under which it is released. */
  | { readonly kind: 'mapped'; readonly names: Readonly<Record<string, string | readonly string[]>> }
  /** Attribute of the user -> what its values are rewritten to. */
  | { readonly kind: 'pattern'; readonly rules: Readonly<Record<string, PatternRule>> }
  /** The same attributes for everybody. */
  | { readonly kind: 'static'; readonly attributes: Readonly<Record<string, readonly string[]>> }
  | { readonly kind: 'denied' }

/** A value in which `pattern` is found becomes `transform`, in which `${1}` stands for the first group. */
export interface PatternRule {
  readonly pattern: string
  readonly transform: string
}

/** What further narrows a release. */
interface ReleaseLimits {
  /** Only values that match as a whole are released. */
  readonly valuePattern?: string
  /** True: attributes that the configuration releases to everybody are not released here. */
  readonly excludesDefaults?: boolean
  /** True: the protocol's own attributes (`authenticationDate`, …) are not released. */
  readonly withholdsProtocolAttributes?: boolean
}

/** Policies that are asked in this order; each sees what the ones before it released. */
export interface ReleaseChain {
  readonly kind: 'chain'
  /** For an attribute that two of them release: the later one's values, the earlier one's, or all. */
  readonly merging: 'replace' | 'add' | 'multivalued'
  readonly policies: readonly SingleRelease[]
}

/** Where the user name that a service sees comes from, and the case it is brought to. */
export type UsernameProvider = (
  | { readonly kind: 'default' }
  | { readonly kind: 'attribute'; readonly attribute: string }
  /** A hash of service URL, user (or an attribute's value) and salt: another one at every service. */
  | { readonly kind: 'anonymous'; readonly salt: string; readonly attribute?: string }
  /** The same name for everybody. */
  | { readonly kind: 'static'; readonly value: string }
) & { readonly canonicalization?: 'lower' | 'upper' }

export type ProxyPolicy =
  | { readonly kind: 'refuse' }
  | { readonly kind: 'matching'; readonly pattern: string }

export interface ServiceContact {
  readonly name: string
  readonly email?: string
  readonly phone?: string
  readonly department?: string
  readonly type?: string
}

/** What is wrong with a document, with the path of the field: `accessStrategy._class: unknown class …`. */
export interface DefinitionProblem {
  readonly path: string
  readonly message: string
  /** Of a field that is not known: the known one that was probably meant. The message asks for it. */
  readonly meant?: string
}

/** A decoded document. `ignored` lists fields that are not honoured but do not restrict access. */
export type DecodedDefinition =
  | {
      readonly kind: 'definition'
      readonly definition: ServiceDefinition
      readonly ignored: readonly DefinitionProblem[]
    }
  | {
      readonly kind: 'refused'
      readonly id: bigint | undefined
      readonly name: string | undefined
      readonly problems: readonly DefinitionProblem[]
      /**
       * The URLs that the document claims, whenever its `serviceId` is text; only known classes of other protocols'
       * clients claim none. They are nobody else's: a wider definition behind it must not take them over with rights
       * of its own. Without a readable `_id` its id is the lowest there is.
       */
      readonly claim: ServiceClaim | undefined
    }
