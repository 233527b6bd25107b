/**
 * Documents of the collection `tickets`, and how sessions and tickets become such documents and come back. `_id` is
 * a hash; the one clear id that is ever stored is that of a spent ST or PT. `expireAt` is logic, `purgeAt` housekeeping.
 */
import type { Instant } from '../../../common/clock.ts'
import { graceMs } from '../../slo/outbox-store.ts'
import { applicationOf, clockErrorMs } from '../../slo/targets.ts'
import type { EndReason, ProxyGrantingTicket, ServiceTicket, SsoSession } from '../../tickets/ticket.ts'
import { ticketKey } from '../../tickets/ticket-id.ts'
import type { SignIn } from '../../tickets/ticket-store.ts'

const dayMs = 24 * 60 * 60 * 1000

/** Until a spent ST is known to end with its session: the longest usual session (14 days, remember-me) and a day. */
const spentTicketKeepMs = 15 * dayMs

const replacedTicketKeepMs = 10 * 60 * 1000

export interface SessionDocument {
  readonly _id: string
  readonly kind: 'TGT'
  readonly state: 'live' | 'ended'
  readonly user: string
  /** A list, because attribute names come from outside and field names have meaning. */
  readonly attributes: readonly { readonly name: string; readonly values: readonly string[] }[]
  readonly authenticatedAt: Date
  readonly lastUsedAt: Date
  readonly lifetime: { readonly maxSeconds: number; readonly idleSeconds: number }
  readonly rememberMe: boolean
  readonly warn: boolean
  readonly expireAt: Date
  readonly purgeAt: Date
  readonly endReason?: EndReason
  readonly endedAt?: Date
  /** Random; tells the caller that ended it from one that came later, also after a lost acknowledgement. */
  readonly endClaim?: string
  /** While live: when the sweeper looks at it; it may have been used by then. */
  readonly sweepAt: Date
  /** Key of the session that continues this one. */
  readonly successor?: string
  /** While its logout messages are not planned: when any server may do so. */
  readonly fanOutAt?: Date
  /** Names the server that plans them. */
  readonly fanOutClaim?: string
}

/** A service ticket or a proxy ticket. */
export interface ServiceTicketDocument {
  readonly _id: string
  readonly kind: 'ST' | 'PT'
  readonly state: 'issued' | 'spent'
  readonly root: string
  readonly service: string
  readonly definitionId: string
  readonly fromNewLogin: boolean
  /** Of a PT only. */
  readonly proxies?: readonly string[]
  readonly proxyServices?: readonly string[]
  /** What counts as one application for single logout. */
  readonly application: string
  readonly issuedAt: Date
  readonly expireAt: Date
  readonly purgeAt: Date
  /** The clear id, written by the update that spends it: single logout sends it as SessionIndex. */
  readonly id?: string
  readonly spentAt?: Date
  /** Random; names the one caller that spent it. */
  readonly claim?: string
}

/** A proxy-granting ticket. Its clear id is never stored: its holder has it. */
export interface ProxyGrantingTicketDocument {
  readonly _id: string
  readonly kind: 'PGT'
  readonly root: string
  readonly service: string
  readonly proxies: readonly [string, ...string[]]
  readonly proxyServices: readonly string[]
  readonly issuedAt: Date
  readonly expireAt: Date
  readonly purgeAt: Date
}

/** The mark of a spent login token. */
export interface LoginTokenDocument {
  readonly _id: string
  readonly kind: 'LT'
  readonly claim: string
  readonly expireAt: Date
  readonly purgeAt: Date
}

export type TicketDocument =
  | SessionDocument
  | ServiceTicketDocument
  | ProxyGrantingTicketDocument
  | LoginTokenDocument

export function sessionDocument({ id, value }: SignIn['session']): SessionDocument {
  const expireAt = value.authenticatedAt + value.lifetime.maxSeconds * 1000
  return {
    _id: ticketKey(id),
    kind: 'TGT',
    state: 'live',
    user: value.principal.user,
    attributes: Object.entries(value.principal.attributes).map(([name, values]) => ({ name, values })),
    authenticatedAt: new Date(value.authenticatedAt),
    lastUsedAt: new Date(value.lastUsedAt),
    lifetime: { maxSeconds: value.lifetime.maxSeconds, idleSeconds: value.lifetime.idleSeconds },
    rememberMe: value.rememberMe,
    warn: value.warn,
    expireAt: new Date(expireAt),
    purgeAt: new Date(expireAt + dayMs),
    sweepAt: new Date(Math.min(expireAt, value.lastUsedAt + value.lifetime.idleSeconds * 1000)),
  }
}

export function sessionOf(document: SessionDocument): SsoSession {
  return {
    key: document._id,
    principal: {
      user: document.user,
      attributes: Object.fromEntries(document.attributes.map(({ name, values }) => [name, values])),
    },
    authenticatedAt: document.authenticatedAt.getTime(),
    lastUsedAt: document.lastUsedAt.getTime(),
    lifetime: { ...document.lifetime },
    rememberMe: document.rememberMe,
    warn: document.warn,
    state:
      document.state === 'live'
        ? { kind: 'live' }
        : { kind: 'ended', reason: document.endReason ?? 'administrator' },
  }
}

export function serviceTicketDocument(id: string, ticket: ServiceTicket): ServiceTicketDocument {
  return {
    _id: ticketKey(id),
    kind: ticket.proxies === undefined ? 'ST' : 'PT',
    state: 'issued',
    root: ticket.root,
    service: ticket.service,
    definitionId: ticket.definitionId,
    fromNewLogin: ticket.fromNewLogin,
    ...(ticket.proxies !== undefined && { proxies: ticket.proxies }),
    ...(ticket.proxyServices !== undefined && { proxyServices: ticket.proxyServices }),
    application: applicationOf(ticket),
    issuedAt: new Date(ticket.issuedAt),
    expireAt: new Date(ticket.expireAt),
    purgeAt: new Date(ticket.expireAt + dayMs),
  }
}

export function serviceTicketOf(document: ServiceTicketDocument): ServiceTicket {
  return {
    root: document.root,
    service: document.service,
    definitionId: document.definitionId,
    fromNewLogin: document.fromNewLogin,
    issuedAt: document.issuedAt.getTime(),
    expireAt: document.expireAt.getTime(),
    ...(document.proxies !== undefined && { proxies: document.proxies }),
    ...(document.proxyServices !== undefined && { proxyServices: document.proxyServices }),
  }
}

export function proxyGrantingTicketDocument(
  id: string,
  ticket: ProxyGrantingTicket,
): ProxyGrantingTicketDocument {
  return {
    _id: ticketKey(id),
    kind: 'PGT',
    root: ticket.root,
    service: ticket.service,
    proxies: ticket.proxies,
    proxyServices: ticket.proxyServices,
    issuedAt: new Date(ticket.issuedAt),
    expireAt: new Date(ticket.expireAt),
    purgeAt: new Date(ticket.expireAt + dayMs),
  }
}

export function proxyGrantingTicketOf(document: ProxyGrantingTicketDocument): ProxyGrantingTicket {
  return {
    root: document.root,
    service: document.service,
    proxies: document.proxies,
    proxyServices: document.proxyServices,
    issuedAt: document.issuedAt.getTime(),
    expireAt: document.expireAt.getTime(),
  }
}

export function loginTokenDocument(token: string, expireAt: Instant, claim: string): LoginTokenDocument {
  return {
    _id: ticketKey(token),
    kind: 'LT',
    claim,
    expireAt: new Date(expireAt),
    purgeAt: new Date(expireAt + dayMs),
  }
}

/** What the update that spends an ST or a PT sets. The ticket outlives its session's end, for the logout messages. */
export function spentFields(id: string, claim: string, now: Instant) {
  const spentAt = new Date(now)
  return { state: 'spent', id, claim, spentAt, purgeAt: new Date(now + spentTicketKeepMs) } as const
}

/** What the update that ends a session sets: the ended session is the root of its logout messages. */
export function endedFields(reason: EndReason, claim: string, now: Instant) {
  const fanOutAt = new Date(now + graceMs)
  return { state: 'ended', endReason: reason, endClaim: claim, endedAt: new Date(now), fanOutAt } as const
}

/**
 * Spent tickets that this one has replaced: its application asked for it after they were spent (`sessionTickets` says which
 * count for single logout). They are kept a little for who repeats a command. Undefined when it was spent too late.
 */
export function replacedTickets(
  spent: ServiceTicketDocument,
  now: Instant,
): { readonly filter: object; readonly purgeAt: Date } | undefined {
  if (spent.spentAt === undefined || spent.spentAt >= spent.expireAt) return undefined
  const purgeAt = new Date(now + replacedTicketKeepMs)
  const { root, application } = spent
  const spentAt = { $lt: new Date(spent.issuedAt.getTime() - clockErrorMs) }
  return { filter: { root, state: 'spent', application, spentAt, purgeAt: { $gt: purgeAt } }, purgeAt }
}

/** When a spent ticket may go: together with the session it belongs to. */
export function spentTicketPurgeAt(session: SessionDocument | null, now: Instant): Date {
  return session === null ? new Date(now + dayMs) : session.purgeAt
}
