/** Validation results in JSON (CAS 2.5.5). Every attribute is a list, also a single one, as Apereo CAS sends them. */
import { type FailureName, failures } from './failure.ts'
import { type ProxyResult, protocolValues, userAttributes, type ValidationResult } from './response.ts'

export const jsonContentType = 'application/json; charset=utf-8'

/** The document; attributes only where the protocol version has them. */
export function jsonResponse(result: ValidationResult, options: { readonly attributes: boolean }): string {
  return JSON.stringify({ serviceResponse: contentOf(result, options) })
}

/** The document that answers `/proxy`; a failure has the name that the specification's example gives it (2.7.4). */
export function proxyJsonResponse(result: ProxyResult): string {
  const content =
    result.kind === 'success'
      ? { proxySuccess: { proxyTicket: result.ticket } }
      : failureContent(result.failure)
  return JSON.stringify({ serviceResponse: content })
}

function failureContent(failure: FailureName): object {
  const { code, text } = failures[failure]
  return { authenticationFailure: { code, description: text } }
}

function contentOf(result: ValidationResult, options: { readonly attributes: boolean }): object {
  if (result.kind === 'failure') return failureContent(result.failure)
  const { success } = result
  const attributes = Object.fromEntries<readonly (string | boolean)[]>([
    ...userAttributes(success),
    ...protocolValues(success).map(([name, value]): [string, [string | boolean]] => [name, [value]]),
  ])
  const { principal, proxyGrantingTicketIou, proxies } = success
  return {
    authenticationSuccess: {
      user: principal.user.toWellFormed(),
      ...(options.attributes && { attributes }),
      ...(proxyGrantingTicketIou !== undefined && { proxyGrantingTicket: proxyGrantingTicketIou }),
      ...(proxies !== undefined && { proxies }),
    },
  }
}
