/** Who somebody is, by the credentials that a form or a program hands in. */
import type { ParsedCredential } from '../authn/credential.ts'
import type { Principal } from '../tickets/ticket.ts'
import type { CasDependencies } from './dependencies.ts'

type Complete = Exclude<ParsedCredential, { readonly kind: 'incomplete' }>

/**
 * Undefined: refused, and logged with the address that asked. A name that no user has is left out: it may be a password
 * in the wrong field. Throws the login source's Fault.
 */
export async function authenticated(
  { authenticator, log }: Pick<CasDependencies, 'authenticator' | 'log'>,
  parsed: Complete,
  client: string,
): Promise<Principal | undefined> {
  if (parsed.kind === 'unacceptable') {
    log.info({ why: 'unacceptable', client }, 'credentials refused')
    return undefined
  }
  const { credential } = parsed
  const result = await authenticator.authenticate(credential, client)
  if (result.kind === 'authenticated') return result.principal
  const user = result.detail === 'wrongPassword' ? { user: credential.username } : {}
  log.info({ why: result.detail, ...user, client }, 'credentials refused')
  return undefined
}
