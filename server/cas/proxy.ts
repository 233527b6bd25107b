/**
 * `/proxy` (CAS 2.7): a service that holds a proxy-granting ticket obtains a proxy ticket for another service. The
 * rules of this moment count, on both sides: the proxy must still be allowed to proxy, the target still registered.
 */
import type { Instant } from '../../common/clock.ts'
import { maskTicket } from '../../common/log.ts'
import type { RegistrySnapshot } from '../registry/catalog.ts'
import { principalAccess, serviceAccess } from '../services/access.ts'
import { proxyTicketSeconds } from '../services/lifetimes.ts'
import { isLive, isTicketExpired, isTouchDue } from '../tickets/expiry.ts'
import type { ProxyGrantingTicketId, ServiceTicket, SsoSession } from '../tickets/ticket.ts'
import { newProxyTicketId, parseProxyGrantingTicketId } from '../tickets/ticket-id.ts'
import type { FoundProxyGrantingTicket } from '../tickets/ticket-store.ts'
import type { CasDependencies } from './dependencies.ts'
import { type FailureName, failures } from './failure.ts'
import { parseParameters } from './params.ts'
import { isChainAllowed } from './proxy-callback.ts'
import type { ProxyResult } from './response.ts'
import { parseFormat, type ResponseFormat } from './response-format.ts'
import { shownUrl } from './shown-url.ts'
import type { RefusedQuery } from './validate.ts'

export interface ProxyRequest {
  readonly pgt: ProxyGrantingTicketId
  readonly targetService: string
}

export type ParsedProxyRequest =
  | { readonly kind: 'request'; readonly request: ProxyRequest; readonly format: ResponseFormat }
  | RefusedQuery

/** Reads a request for a proxy ticket out of a query. */
export function parseProxyRequest(query: string): ParsedProxyRequest {
  const parsed = parseParameters(query, ['pgt', 'targetService', 'format'])
  if (parsed.kind === 'refused') {
    return { kind: 'refused', failure: 'unreadableParameter', format: 'XML', parameter: parsed }
  }
  const { parameters } = parsed
  const format = parseFormat(parameters)
  if (format === undefined) return { kind: 'refused', failure: 'unsupportedFormat', format: 'XML' }
  const text = parameters.text('pgt')
  const targetService = parameters.text('targetService')
  if (text === undefined || targetService === undefined) {
    return { kind: 'refused', failure: 'missingProxyParameter', format }
  }
  const pgt = parseProxyGrantingTicketId(text)
  if (pgt === undefined) return { kind: 'refused', failure: 'unknownProxyGrantingTicket', format }
  return { kind: 'request', request: { pgt, targetService }, format }
}

/** Grants a proxy ticket for the target service, or says why not. */
export async function requestProxyTicket(deps: CasDependencies, request: ProxyRequest): Promise<ProxyResult> {
  const found = await deps.tickets.findProxyGranting(request.pgt)
  const now = deps.clock.now()
  const decision = decideProxyTicket({ request, found, snapshot: deps.catalog.current, now })
  const facts = { proxyGrantingTicket: maskTicket(request.pgt), target: shownUrl(request.targetService) }
  if (decision.kind === 'failure') {
    const { code } = failures[decision.failure]
    deps.log.info({ ...facts, code, why: decision.failure }, 'proxy ticket refused')
    return decision
  }
  const { ticket, session } = decision
  const id = newProxyTicketId(deps.random)
  await Promise.all([
    deps.tickets.grant(id, ticket),
    isTouchDue(session, now) && deps.tickets.touch(session.key, now),
  ])
  deps.log.info({ ...facts, ticket: maskTicket(id), service: ticket.definitionId }, 'proxy ticket granted')
  return { kind: 'success', ticket: id }
}

export type ProxyTicketDecision =
  | { readonly kind: 'grant'; readonly ticket: ServiceTicket; readonly session: SsoSession }
  | { readonly kind: 'failure'; readonly failure: FailureName }

export function decideProxyTicket(facts: {
  readonly request: ProxyRequest
  readonly found: FoundProxyGrantingTicket | undefined
  readonly snapshot: RegistrySnapshot
  readonly now: Instant
}): ProxyTicketDecision {
  const { request, found, snapshot, now } = facts
  if (found === undefined) return refused('unknownProxyGrantingTicket')
  const { ticket: granting, session } = found
  if (session === undefined || !isLive(session, now)) return refused('proxyGrantingTicketOver')
  if (isTicketExpired(granting, now)) return refused('proxyGrantingTicketOver')
  if (!isChainAllowed(snapshot, granting, { principal: session.principal, now }))
    return refused('proxyNotAuthorized')
  const target = snapshot.findTarget(request.targetService)
  if (target.kind !== 'service') return refused('targetUnregistered')
  const { definition } = target
  // Where single sign-on is switched off, nobody comes in without typing a password, proxies included.
  if (!definition.access.ssoEnabled) return refused('targetNotAuthorized')
  if (serviceAccess(definition, now).kind === 'denied') return refused('targetNotAuthorized')
  if (principalAccess(definition, session.principal).kind === 'denied') return refused('targetNotAuthorized')
  const ticket: ServiceTicket = {
    root: granting.root,
    service: request.targetService,
    definitionId: String(definition.id),
    fromNewLogin: false,
    issuedAt: now,
    expireAt: now + proxyTicketSeconds(definition, snapshot.config) * 1000,
    proxies: granting.proxies,
    proxyServices: granting.proxyServices,
  }
  return { kind: 'grant', ticket, session }
}

const refused = (failure: FailureName): ProxyTicketDecision => ({ kind: 'failure', failure })
