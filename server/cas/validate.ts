/**
 * Validation of service tickets (CAS 2.4, 2.5): the ticket is spent first, whatever comes of it, and only then is
 * anything about it decided. Of any number of attempts at any number of servers one gets as far as the decision.
 */
import type { Instant } from '../../common/clock.ts'
import { maskTicket } from '../../common/log.ts'
import type { RegistrySnapshot } from '../registry/catalog.ts'
import { principalAccess, serviceAccess } from '../services/access.ts'
import { releasedPrincipal, releasesProtocolAttributes } from '../services/release.ts'
import { isLive, isTicketExpired } from '../tickets/expiry.ts'
import type { ServiceTicketId } from '../tickets/ticket.ts'
import { parseServiceTicketId } from '../tickets/ticket-id.ts'
import type { ConsumeOutcome } from '../tickets/ticket-store.ts'
import type { CasDependencies } from './dependencies.ts'
import { type FailureName, failures } from './failure.ts'
import { parseParameters } from './params.ts'
import { withoutTicket } from './redirect-url.ts'
import type { ValidationResult } from './response.ts'

export interface ValidationRequest {
  readonly service: string
  readonly ticket: ServiceTicketId
  readonly renew: boolean
  /** A proxy callback was asked for. */
  readonly proxying: boolean
}

type ResponseFormat = 'XML' | 'JSON'

const parametersOfCas1 = ['service', 'ticket', 'renew']
const parametersOfCas2 = [...parametersOfCas1, 'format', 'pgtUrl']

export type ParsedValidation =
  | { readonly kind: 'request'; readonly request: ValidationRequest; readonly format: ResponseFormat }
  | { readonly kind: 'refused'; readonly failure: FailureName; readonly format: ResponseFormat }

/** Reads a validation request out of a query. CAS 1 knows neither formats nor proxying. */
export function parseValidationRequest(query: string, version: 1 | 2 | 3): ParsedValidation {
  const parsed = parseParameters(query, version === 1 ? parametersOfCas1 : parametersOfCas2)
  if (parsed.kind === 'refused') return { kind: 'refused', failure: 'unreadableParameter', format: 'XML' }
  const { parameters } = parsed
  const wanted = (parameters.text('format') ?? 'XML').toUpperCase()
  if (wanted !== 'XML' && wanted !== 'JSON') {
    return { kind: 'refused', failure: 'unsupportedFormat', format: 'XML' }
  }
  const refuse = (failure: FailureName): ParsedValidation => ({ kind: 'refused', failure, format: wanted })
  const service = parameters.text('service')
  const text = parameters.text('ticket')
  if (service === undefined || text === undefined) return refuse('missingParameter')
  if (text.startsWith('PT-')) return refuse('proxyTicket')
  const ticket = parseServiceTicketId(text)
  if (ticket === undefined) return refuse('malformedTicket')
  const renew = parameters.isSet('renew')
  const proxying = parameters.text('pgtUrl') !== undefined
  return { kind: 'request', request: { service, ticket, renew, proxying }, format: wanted }
}

/** Spends the ticket and says what it was worth. */
export async function validate(deps: CasDependencies, request: ValidationRequest): Promise<ValidationResult> {
  const consumed = await deps.tickets.consume(request.ticket)
  const result = decideValidation({
    request,
    consumed,
    snapshot: deps.catalog.current,
    now: deps.clock.now(),
  })
  const facts = { ticket: maskTicket(request.ticket) }
  deps.counters.validations.increment({ result: result.kind === 'success' ? 'success' : result.failure })
  if (result.kind === 'success') deps.log.info(facts, 'service ticket validated')
  else {
    const code = failures[result.failure].code
    deps.log.info({ ...facts, code, why: result.failure }, 'service ticket refused')
  }
  return result
}

export function decideValidation(facts: {
  readonly request: ValidationRequest
  readonly consumed: ConsumeOutcome
  readonly snapshot: RegistrySnapshot
  readonly now: Instant
}): ValidationResult {
  const { request, consumed, snapshot, now } = facts
  if (consumed.kind === 'unknown') return refused('unknownTicket')
  if (consumed.kind === 'alreadyUsed') return refused('usedTicket')
  const { ticket, session } = consumed
  if (isTicketExpired(ticket, now)) return refused('expiredTicket')
  if (session === undefined || !isLive(session, now)) return refused('sessionOver')
  if (!isSameService(ticket.service, request.service)) return refused('otherService')
  if (request.renew && !ticket.fromNewLogin) return refused('notFromNewLogin')
  // Rules may have changed between issue and validation: the ones of this moment count.
  const found = snapshot.findService(request.service)
  if (found.kind !== 'service') return refused('unregisteredService')
  const { definition } = found
  if (serviceAccess(definition).kind === 'denied') return refused('unregisteredService')
  if (principalAccess(definition, session.principal).kind === 'denied') return refused('accessDenied')
  if (request.proxying) {
    return refused(definition.proxy.kind === 'refuse' ? 'proxyingRefused' : 'proxyingNotOffered')
  }
  return {
    kind: 'success',
    success: {
      principal: releasedPrincipal(definition, session.principal, {
        service: ticket.service,
        config: snapshot.config,
      }),
      protocolAttributes: releasesProtocolAttributes(definition, snapshot.config),
      authenticatedAt: session.authenticatedAt,
      rememberMe: session.rememberMe,
      fromNewLogin: ticket.fromNewLogin,
    },
  }
}

/**
 * Whether a ticket granted for `granted` may be validated for `presented`: the same text, apart from session ids and
 * from an old ticket, which the new one has replaced.
 */
export const isSameService = (granted: string, presented: string): boolean =>
  withoutOldTicket(withoutSessionId(granted)) === withoutOldTicket(withoutSessionId(presented))

const withoutOldTicket = (url: string): string => withoutTicket(withoutTicket(url), 'SAMLart')

// Servlet containers add `;jsessionid=…` to a path when cookies are off: it differs between request and validation.
const withoutSessionId = (url: string): string => url.replace(/;jsessionid=[^?#;/]*/i, '')

const refused = (failure: FailureName): ValidationResult => ({ kind: 'failure', failure })
