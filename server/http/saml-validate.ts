/** `/samlValidate` over HTTP (CAS 4.2): validation of a service ticket for clients of SAML 1.1. */
import type { Request, Response } from 'express'
import type { FailureName } from '../cas/failure.ts'
import { type Parameters, parseParameters, queryOf } from '../cas/params.ts'
import type { ValidationRequest } from '../cas/validate.ts'
import { type ParsedSamlRequest, parseSamlRequest } from '../saml1/request.ts'
import { samlContentType, samlResponse } from '../saml1/response.ts'
import { parseProxyTicketId, parseServiceTicketId, randomText } from '../tickets/ticket-id.ts'
import type { HttpContext } from './context.ts'
import { resultOf } from './validate.ts'

/** POST /samlValidate. Whatever is wrong is a status inside the answer; whatever the body calls itself, it is read. */
export async function postSamlValidate(
  context: HttpContext,
  request: Request,
  response: Response,
): Promise<void> {
  const query = parseParameters(queryOf(request.url), ['TARGET', 'renew'])
  const target = query.kind === 'parameters' ? query.parameters.text('TARGET') : undefined
  const soap = parseSamlRequest(typeof request.body === 'string' ? request.body : '')
  const wanted = query.kind === 'refused' ? 'unreadableParameter' : validationOf(query.parameters, soap)
  const result = await resultOf(
    context,
    typeof wanted === 'string'
      ? { kind: 'refused', failure: wanted, ...(query.kind === 'refused' && { parameter: query }) }
      : { kind: 'request', request: wanted },
  )
  const { clock, random } = context.cas
  const answer = samlResponse({
    result,
    inResponseTo: soap.kind === 'request' ? soap.requestId : undefined,
    recipient: target,
    issuer: context.publicUrl,
    now: clock.now(),
    ids: { response: randomText(random), assertion: randomText(random) },
  })
  response.set('Content-Type', samlContentType).send(answer)
}

/** `renew` is no parameter of the specification here; Apache's client sends it, and means it. */
function validationOf(query: Parameters, soap: ParsedSamlRequest): ValidationRequest | FailureName {
  const target = query.text('TARGET')
  if (target === undefined) return 'missingTarget'
  if (soap.kind === 'refused') return soap.failure
  const ticket = parseServiceTicketId(soap.artifact) ?? parseProxyTicketId(soap.artifact)
  return ticket === undefined ? 'malformedTicket' : { service: target, ticket, renew: query.isSet('renew') }
}
