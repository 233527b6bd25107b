/**
 * Validation of service and proxy tickets (CAS 2.4 to 2.6): the ticket is spent first, whatever comes of it, and only then is
 * anything about it decided. Of any number of attempts at any number of servers one gets as far as the decision.
 */
import type { Instant } from '../../common/clock.ts'
import { maskTicket } from '../../common/log.ts'
import type { RegistrySnapshot } from '../registry/catalog.ts'
import { principalAccess, serviceAccess } from '../services/access.ts'
import { releasedPrincipal, releasesProtocolAttributes } from '../services/release.ts'
import { isLive, isTicketExpired } from '../tickets/expiry.ts'
import type { ProxyGrantingTicket, ProxyTicketId, ServiceTicketId } from '../tickets/ticket.ts'
import { parseProxyTicketId, parseServiceTicketId } from '../tickets/ticket-id.ts'
import type { ConsumeOutcome } from '../tickets/ticket-store.ts'
import type { CasDependencies } from './dependencies.ts'
import { type FailureName, failures } from './failure.ts'
import { parseParameters, type RefusedParameters } from './params.ts'
import { callBack, decideCallback, isChainAllowed } from './proxy-callback.ts'
import type { ValidationResult, ValidationSuccess } from './response.ts'
import { parseFormat, type ResponseFormat } from './response-format.ts'
import { isSameService } from './same-service.ts'
import { shownUrl } from './shown-url.ts'

export interface ValidationRequest {
  readonly service: string
  readonly ticket: ServiceTicketId | ProxyTicketId
  readonly renew: boolean
  /** Where a proxy-granting ticket is to be sent. Absent: none is wanted. */
  readonly pgtUrl?: string
  /** Whether proxy tickets are valid as well. Default: only service tickets are. */
  readonly takesProxyTickets?: boolean
}

const parametersOfCas1 = ['service', 'ticket', 'renew']
const parametersOfCas2 = [...parametersOfCas1, 'format', 'pgtUrl']

export type ParsedValidation =
  | { readonly kind: 'request'; readonly request: ValidationRequest; readonly format: ResponseFormat }
  | RefusedQuery

export interface RefusedQuery {
  readonly kind: 'refused'
  readonly failure: FailureName
  readonly format: ResponseFormat
  /** The parameter that cannot be read, and why. */
  readonly parameter?: RefusedParameters
}

/** What distinguishes the endpoints. */
export interface ValidationEndpoint {
  /** CAS 1 knows neither formats nor proxying; CAS 3 has attributes. */
  readonly version: 1 | 2 | 3
  readonly takesProxyTickets?: boolean
}

/** Reads a validation request out of a query. */
export function parseValidationRequest(query: string, endpoint: ValidationEndpoint): ParsedValidation {
  const parsed = parseParameters(query, endpoint.version === 1 ? parametersOfCas1 : parametersOfCas2)
  if (parsed.kind === 'refused') {
    return { kind: 'refused', failure: 'unreadableParameter', format: 'XML', parameter: parsed }
  }
  const { parameters } = parsed
  const format = parseFormat(parameters)
  if (format === undefined) return { kind: 'refused', failure: 'unsupportedFormat', format: 'XML' }
  const refuse = (failure: FailureName): ParsedValidation => ({ kind: 'refused', failure, format })
  const service = parameters.text('service')
  const text = parameters.text('ticket')
  if (service === undefined || text === undefined) return refuse('missingParameter')
  const ticket = parseServiceTicketId(text) ?? parseProxyTicketId(text)
  if (ticket === undefined) return refuse('malformedTicket')
  const pgtUrl = parameters.text('pgtUrl')
  const request: ValidationRequest = {
    service,
    ticket,
    renew: parameters.isSet('renew'),
    takesProxyTickets: endpoint.takesProxyTickets ?? false,
    ...(pgtUrl !== undefined && { pgtUrl }),
  }
  return { kind: 'request', request, format }
}

/** Spends the ticket and says what it was worth. */
export async function validate(deps: CasDependencies, request: ValidationRequest): Promise<ValidationResult> {
  const consumed = await deps.tickets.consume(request.ticket)
  const decision = decideValidation({
    request,
    consumed,
    snapshot: deps.catalog.current,
    now: deps.clock.now(),
  })
  const result = decision.kind === 'callBack' ? await validateWithCallback(deps, decision) : decision
  const facts = { ticket: maskTicket(request.ticket), url: shownUrl(request.service) }
  deps.counters.validations.increment({ result: result.kind === 'success' ? 'success' : result.failure })
  if (result.kind === 'success') deps.log.info(facts, 'service ticket validated')
  else {
    const { code } = failures[result.failure]
    const isOther = result.failure === 'otherService' && consumed.kind === 'consumed'
    const grantedTo = isOther ? { grantedTo: shownUrl(consumed.ticket.service) } : {}
    deps.log.info({ ...facts, ...grantedTo, code, why: result.failure }, 'service ticket refused')
  }
  return result
}

export type ValidationDecision =
  | ValidationResult
  /** Everything is right, and a proxy-granting ticket is to be sent: only if that works is it a success. */
  | { readonly kind: 'callBack'; readonly success: ValidationSuccess; readonly grant: ProxyGrantingTicket }

async function validateWithCallback(
  deps: CasDependencies,
  { success, grant }: Extract<ValidationDecision, { kind: 'callBack' }>,
): Promise<ValidationResult> {
  const called = await callBack(deps, grant)
  if (called === undefined) return refused('failedCallback')
  const { proxyGrantingTicketIou, session } = called
  // The callback takes its time: a logout meanwhile has told the application already, and nobody would tell it again.
  if (session === undefined || !isLive(session, deps.clock.now())) return refused('sessionOver')
  return { kind: 'success', success: { ...success, proxyGrantingTicketIou } }
}

export function decideValidation(facts: {
  readonly request: ValidationRequest
  readonly consumed: ConsumeOutcome
  readonly snapshot: RegistrySnapshot
  readonly now: Instant
}): ValidationDecision {
  const { request, consumed, snapshot, now } = facts
  // Presented where only service tickets are: that was its one attempt (CAS 3.2).
  if (!request.takesProxyTickets && request.ticket.startsWith('PT-')) return refused('proxyTicket')
  if (consumed.kind === 'unknown') return refused('unknownTicket')
  if (consumed.kind === 'alreadyUsed') return refused('usedTicket')
  const { ticket, session } = consumed
  if (isTicketExpired(ticket, now)) return refused('expiredTicket')
  if (session === undefined || !isLive(session, now)) return refused('sessionOver')
  if (!isSameService(snapshot, ticket.service, request.service)) return refused('otherService')
  if (request.renew && !ticket.fromNewLogin) return refused('notFromNewLogin')
  // Rules may have changed between issue and validation: the ones of this moment count.
  const isProxied = ticket.proxies !== undefined
  const found = isProxied ? snapshot.findTarget(request.service) : snapshot.findService(request.service)
  if (found.kind !== 'service') return refused('unregisteredService')
  const { definition } = found
  if (serviceAccess(definition, now).kind === 'denied') return refused('unregisteredService')
  if (principalAccess(definition, session.principal).kind === 'denied') return refused('accessDenied')
  if (!isChainAllowed(snapshot, ticket, { principal: session.principal, now }))
    return refused('proxyChainRefused')
  // The URL may have been written so that another definition granted it (a session id in its path, say).
  if (!definition.access.ssoEnabled && !ticket.fromNewLogin) return refused('notFromNewLogin')
  const released = { service: ticket.service, config: snapshot.config }
  const success: ValidationSuccess = {
    principal: releasedPrincipal(definition, session.principal, released),
    protocolAttributes: releasesProtocolAttributes(definition, snapshot.config),
    authenticatedAt: session.authenticatedAt,
    rememberMe: session.rememberMe,
    fromNewLogin: ticket.fromNewLogin,
    ...(ticket.proxies !== undefined && { proxies: ticket.proxies }),
  }
  if (request.pgtUrl === undefined) return { kind: 'success', success }
  const callback = decideCallback({ pgtUrl: request.pgtUrl, definition, ticket, session, now })
  return callback.kind === 'refused' ? refused(callback.failure) : { ...callback, success }
}

const refused = (failure: FailureName): { readonly kind: 'failure'; readonly failure: FailureName } => ({
  kind: 'failure',
  failure,
})
