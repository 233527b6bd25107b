/**
 * What a ticket is: a TGT (single sign-on session) and what hangs from it. Pure data; ids are branded so that one
 * kind cannot be passed for another. User and attributes stand on the TGT only.
 */
import type { Instant } from '../../common/clock.ts'

export type TicketGrantingTicketId = string & { readonly brand: 'TGT' }
export type ServiceTicketId = string & { readonly brand: 'ST' }
export type ProxyTicketId = string & { readonly brand: 'PT' }
export type ProxyGrantingTicketId = string & { readonly brand: 'PGT' }

/** Attribute values as CAS releases them: every attribute is a list. */
export type Attributes = Readonly<Record<string, readonly string[]>>

export interface Principal {
  readonly user: string
  readonly attributes: Attributes
}

export type SessionState = { readonly kind: 'live' } | { readonly kind: 'ended'; readonly reason: EndReason }
export type EndReason = 'logout' | 'expired' | 'replaced' | 'administrator'

/** Lifetimes that were in force when a session was made. */
export interface SessionLifetime {
  readonly maxSeconds: number
  readonly idleSeconds: number
}

/** A ticket-granting ticket: one single sign-on session. `key` is the hash of its id, under which it is stored. */
export interface SsoSession {
  readonly key: string
  readonly principal: Principal
  readonly authenticatedAt: Instant
  readonly lastUsedAt: Instant
  readonly lifetime: SessionLifetime
  readonly rememberMe: boolean
  /** "warn" of the login form: ask before each further service. */
  readonly warn: boolean
  readonly state: SessionState
}

/** A service ticket, or a proxy ticket: the same but for its chain. */
export interface ServiceTicket {
  /** Key of the session it was granted in. */
  readonly root: string
  /** The service URL exactly as given at /login, after decoding. */
  readonly service: string
  /** Definition that granted it, decimal text. */
  readonly definitionId: string
  /** True when granted with the credentials themselves, not from single sign-on (`renew`, `isFromNewLogin`). */
  readonly fromNewLogin: boolean
  readonly issuedAt: Instant
  readonly expireAt: Instant
  /** Of a proxy ticket: callback URLs of the proxies it came through, most recent first. Absent: a service ticket. */
  readonly proxies?: readonly string[]
  /** The services of those proxies, in the same order. */
  readonly proxyServices?: readonly string[]
}

/** A proxy-granting ticket: lets the service that holds it obtain proxy tickets while the session lives. */
export interface ProxyGrantingTicket {
  /** Key of the session. */
  readonly root: string
  /** The service that it was granted to, as its ticket was validated. */
  readonly service: string
  /** Callback URLs, most recent first: its own, then those of the proxies before it. */
  readonly proxies: readonly [string, ...string[]]
  /** The services of those proxies, in the same order: `service` first. */
  readonly proxyServices: readonly string[]
  readonly issuedAt: Instant
  /** Not later than the longest life of its session. */
  readonly expireAt: Instant
}
