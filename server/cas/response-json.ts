/** Validation results in JSON (CAS 2.5.5). Every attribute is a list, also a single one, as Apereo CAS sends them. */
import { failures } from './failure.ts'
import { protocolValues, userAttributes, type ValidationResult } from './response.ts'

export const jsonContentType = 'application/json; charset=utf-8'

/** The document; attributes only where the protocol version has them. */
export function jsonResponse(result: ValidationResult, options: { readonly attributes: boolean }): string {
  return JSON.stringify({ serviceResponse: contentOf(result, options) })
}

function contentOf(result: ValidationResult, options: { readonly attributes: boolean }): object {
  if (result.kind === 'failure') {
    const { code, text } = failures[result.failure]
    return { authenticationFailure: { code, description: text } }
  }
  const { success } = result
  const attributes = Object.fromEntries<readonly (string | boolean)[]>([
    ...userAttributes(success),
    ...protocolValues(success).map(([name, value]): [string, [string | boolean]] => [name, [value]]),
  ])
  const user = success.principal.user
  return { authenticationSuccess: options.attributes ? { user, attributes } : { user } }
}
