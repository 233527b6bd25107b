/**
 * PORT of sessions and tickets. Every method throws StoreFault when the store cannot answer for sure; "unknown"
 * is only ever said when a majority of the replica set has confirmed it. Ids never reach the store's disk: `_id` is
 * their hash (`ticketKey`), except the clear id of a *spent* ST or PT, which single logout sends as SessionIndex.
 */
import type { Instant } from '../../common/clock.ts'
import type {
  EndReason,
  ProxyGrantingTicket,
  ProxyGrantingTicketId,
  ProxyTicketId,
  ServiceTicket,
  ServiceTicketId,
  SsoSession,
  TicketGrantingTicketId,
} from './ticket.ts'

export interface SignIn {
  /** One-time login token, spent by the same batch. */
  readonly loginToken: string
  /** When the token stops being acceptable anyway; its spent mark is kept at least so long. */
  readonly loginTokenExpireAt: Instant
  readonly session: { readonly id: TicketGrantingTicketId; readonly value: Omit<SsoSession, 'key' | 'state'> }
  readonly ticket?: { readonly id: ServiceTicketId; readonly value: Omit<ServiceTicket, 'root'> }
}

export type ConsumeOutcome =
  | { readonly kind: 'consumed'; readonly ticket: ServiceTicket; readonly session: SsoSession | undefined }
  | { readonly kind: 'alreadyUsed' }
  | { readonly kind: 'unknown' }

/** A proxy-granting ticket and its session, live or ended; undefined when the session is gone. */
export interface FoundProxyGrantingTicket {
  readonly ticket: ProxyGrantingTicket
  readonly session: SsoSession | undefined
}

/** A service or proxy ticket and its session, live or ended; undefined when the session is gone. */
export interface FoundTicket {
  readonly ticket: ServiceTicket
  readonly session: SsoSession | undefined
}

export interface TicketStore {
  /**
   * Stores the spent login token, the new session and its first ticket, in this order, majority-acknowledged.
   * Of any number of concurrent calls with one login token at most one is `signedIn`; repeating after a lost
   * acknowledgement is recognised as one's own.
   */
  signIn(signIn: SignIn): Promise<'signedIn' | 'loginTokenUsed'>

  /**
   * Whether a login token is known to be spent, by a plain read. A hint that spares work for tokens which are used
   * again and again; what counts is who spends it.
   */
  isLoginTokenSpent(loginToken: string): Promise<boolean>

  /** Spends a login token without signing in (wrong credentials). */
  spendLoginToken(loginToken: string, expireAt: Instant): Promise<'spent' | 'loginTokenUsed'>

  /** The session of a TGC value, live or ended; undefined when there is none. */
  findSession(id: TicketGrantingTicketId): Promise<SsoSession | undefined>

  /** Stores a ticket granted from an existing session: a proxy ticket if it has `proxies`. */
  grant(id: ServiceTicketId | ProxyTicketId, ticket: ServiceTicket): Promise<void>

  /** Stores a proxy-granting ticket. It is never changed, and dies with its session. */
  grantProxying(id: ProxyGrantingTicketId, ticket: ProxyGrantingTicket): Promise<void>

  /** The proxy-granting ticket and its session; undefined when there is no such ticket. */
  findProxyGranting(id: ProxyGrantingTicketId): Promise<FoundProxyGrantingTicket | undefined>

  /** A service or proxy ticket that nobody has spent yet, and its session. It stays as it is. */
  findTicket(id: ServiceTicketId | ProxyTicketId): Promise<FoundTicket | undefined>

  /** Moves the idle clock of a live session forward, never back; an ended session stays as it is. */
  touch(key: string, lastUsedAt: Instant): Promise<void>

  /**
   * Spends a ticket. Atomic over all servers: of any number of concurrent callers exactly one gets `consumed`.
   * The session is read after the ticket was spent, so that a logout which came first is seen.
   */
  consume(id: ServiceTicketId | ProxyTicketId): Promise<ConsumeOutcome>

  /** Ends a live session by one update. */
  endSession(key: string, reason: EndReason): Promise<'ended' | 'notLive'>
}
