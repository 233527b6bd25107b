/** The user name that a service sees. Pure. */
import { createHash } from 'node:crypto'
import type { UsernameProvider } from '../../common/documents/service-definition.ts'
import type { Attributes, Principal } from '../tickets/ticket.ts'

export interface UsernameFacts {
  readonly principal: Principal
  /** What the service receives of the attributes. */
  readonly released: Attributes
  /** The service URL. */
  readonly service: string
}

/** Without blanks around it and in the wanted case, as Apereo gives it. */
export function usernameFor(provider: UsernameProvider, facts: UsernameFacts): string {
  const user = resolved(provider, facts).trim()
  if (provider.canonicalization === undefined) return user
  return provider.canonicalization === 'lower' ? user.toLowerCase() : user.toUpperCase()
}

function resolved(provider: UsernameProvider, { principal, released, service }: UsernameFacts): string {
  switch (provider.kind) {
    case 'default':
      return principal.user
    case 'attribute': {
      // Among what is released first, so that a renamed attribute serves; without it the user's own name stands.
      const { attribute } = provider
      return firstOf(released, attribute) ?? firstOf(principal.attributes, attribute) ?? principal.user
    }
    case 'anonymous': {
      const own =
        provider.attribute === undefined ? undefined : firstOf(principal.attributes, provider.attribute)
      return persistentId({ user: own ?? principal.user, service, salt: provider.salt })
    }
    case 'static':
      return provider.value
  }
}

/** The id that Apereo's ShibbolethCompatiblePersistentIdGenerator makes: the same one for ever, others elsewhere. */
function persistentId(parts: {
  readonly user: string
  readonly service: string
  readonly salt: string
}): string {
  const service = withoutServletSession(parts.service)
  const hash = createHash('sha1')
  if (service.trim() !== '') hash.update(`${service}!`)
  return hash.update(`${parts.user}!`).update(parts.salt.replaceAll('\n', ' ')).digest('base64')
}

/** Apereo's service id: the URL up to `;jsession…`, and its query. */
function withoutServletSession(url: string): string {
  const session = url.indexOf(';jsession')
  if (session < 0) return url
  const query = url.indexOf('?')
  return url.slice(0, session) + (query < session ? '' : url.slice(query))
}

function firstOf(attributes: Attributes, name: string): string | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name]?.[0] : undefined
}
