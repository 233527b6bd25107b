/**
 * `/login` as credential requestor (CAS 2.1): somebody comes with or without a single sign-on session. The decision
 * is pure; the flow around it reads the session and grants the ticket.
 */
import { maskTicket } from '../../common/log.ts'
import { principalAccess } from '../services/access.ts'
import { serviceTicketSeconds } from '../services/lifetimes.ts'
import { isLive, isTouchDue } from '../tickets/expiry.ts'
import type { ServiceTicket, ServiceTicketId, SsoSession, TicketGrantingTicketId } from '../tickets/ticket.ts'
import { newServiceTicketId } from '../tickets/ticket-id.ts'
import { type Delivery, deliver, type ReplyForm, returnWithoutTicket } from './delivery.ts'
import type { CasDependencies } from './dependencies.ts'
import {
  type DeniedService,
  decideRequestedService,
  type RequestedService,
  type Unregistered,
} from './requested-service.ts'

export interface LoginRequest {
  readonly service: string | undefined
  readonly renew: boolean
  readonly gateway: boolean
  /** How the service wants its ticket. */
  readonly reply: ReplyForm
}

export type LoginDecision =
  | { readonly kind: 'askCredentials' }
  | { readonly kind: 'alreadySignedIn'; readonly session: SsoSession }
  | { readonly kind: 'returnWithoutTicket'; readonly service: RequestedService }
  | DeniedService
  | { readonly kind: 'confirm'; readonly service: RequestedService; readonly session: SsoSession }
  | { readonly kind: 'grantTicket'; readonly service: RequestedService; readonly session: SsoSession }

export type LoginOutcome =
  | { readonly kind: 'askCredentials'; readonly service: RequestedService | undefined }
  | { readonly kind: 'alreadySignedIn'; readonly user: string }
  | Unregistered
  | DeniedService
  | { readonly kind: 'confirm'; readonly service: RequestedService }
  | { readonly kind: 'goToService'; readonly delivery: Delivery }

export interface LoginFacts {
  readonly request: Pick<LoginRequest, 'renew' | 'gateway'>
  readonly service: RequestedService | undefined
  /** Only a live one. */
  readonly session: SsoSession | undefined
  /** The user of the "warn" page just agreed. */
  readonly confirmed: boolean
}

export function decideLogin({ request, service, session, confirmed }: LoginFacts): LoginDecision {
  // With renew, gateway is ignored (CAS 2.1.1); without a service it means nothing.
  const gateway = request.gateway && !request.renew && service !== undefined
  const mayUseSession = !request.renew && (service?.definition.access.ssoEnabled ?? true)
  if (session === undefined || !mayUseSession) {
    return gateway ? { kind: 'returnWithoutTicket', service } : { kind: 'askCredentials' }
  }
  if (service === undefined) return { kind: 'alreadySignedIn', session }
  const access = principalAccess(service.definition, session.principal)
  if (access.kind === 'denied') {
    return gateway ? { kind: 'returnWithoutTicket', service } : { kind: 'denied', url: service.url, access }
  }
  if (session.warn && !confirmed) return { kind: 'confirm', service, session }
  return { kind: 'grantTicket', service, session }
}

/** Answers a request to sign in. */
export async function requestLogin(
  deps: CasDependencies,
  input: {
    readonly request: LoginRequest
    /** As the browser sent them: the first live one counts. */
    readonly sessionIds: readonly TicketGrantingTicketId[]
    readonly confirmed?: boolean
  },
): Promise<LoginOutcome> {
  const { request, sessionIds, confirmed = false } = input
  const verdict = decideRequestedService(deps.catalog.current, request.service, deps.clock.now())
  if (verdict.kind === 'unregistered' || verdict.kind === 'denied') return verdict
  const service = verdict.kind === 'service' ? verdict.service : undefined
  const [session] = await liveSessions(deps, sessionIds)
  const decision = decideLogin({ request, service, session, confirmed })
  switch (decision.kind) {
    case 'askCredentials':
      return { kind: 'askCredentials', service }
    case 'alreadySignedIn':
      return { kind: 'alreadySignedIn', user: decision.session.principal.user }
    case 'returnWithoutTicket':
      return { kind: 'goToService', delivery: returnWithoutTicket(decision.service.url, request.reply) }
    case 'denied':
    case 'confirm':
      return decision
    case 'grantTicket': {
      const ticket = await grantTicket(deps, { ...decision, fromNewLogin: false })
      return { kind: 'goToService', delivery: deliver(decision.service, ticket, request.reply) }
    }
  }
}

/** The session of a TGC value, if it is live. */
export async function liveSession(
  deps: CasDependencies,
  id: TicketGrantingTicketId | undefined,
): Promise<SsoSession | undefined> {
  if (id === undefined) return undefined
  const session = await deps.tickets.findSession(id)
  return session !== undefined && isLive(session, deps.clock.now()) ? session : undefined
}

/** The live ones among the sessions that a browser names, in its order. */
export async function liveSessions(
  deps: CasDependencies,
  ids: readonly TicketGrantingTicketId[],
): Promise<readonly SsoSession[]> {
  const found = await Promise.all(ids.map((id) => liveSession(deps, id)))
  return found.filter((session) => session !== undefined)
}

/** A new ticket's content, apart from the session it hangs from. */
export function serviceTicketFor(
  deps: CasDependencies,
  service: RequestedService,
  fromNewLogin: boolean,
): Omit<ServiceTicket, 'root'> {
  const now = deps.clock.now()
  return {
    service: service.url,
    definitionId: String(service.definition.id),
    fromNewLogin,
    issuedAt: now,
    expireAt: now + serviceTicketSeconds(service.definition, deps.catalog.current.config) * 1000,
  }
}

/** A ticket for `service` out of an existing session. */
export async function grantTicket(
  deps: CasDependencies,
  grant: {
    readonly service: RequestedService
    readonly session: SsoSession
    /** The credentials themselves were shown once more. */
    readonly fromNewLogin: boolean
  },
): Promise<ServiceTicketId> {
  const { service, session, fromNewLogin } = grant
  const id = newServiceTicketId(deps.random)
  const ticket = { ...serviceTicketFor(deps, service, fromNewLogin), root: session.key }
  await Promise.all([
    deps.tickets.grant(id, ticket),
    isTouchDue(session, ticket.issuedAt) && deps.tickets.touch(session.key, ticket.issuedAt),
  ])
  deps.log.info({ ticket: maskTicket(id), service: ticket.definitionId }, 'service ticket granted')
  return id
}
