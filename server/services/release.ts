/** What a service learns about a user: attribute release policy and username attribute. Pure. */
import type {
  ReleasePolicy,
  ServiceDefinition,
  UsernameProvider,
} from '../../common/documents/service-definition.ts'
import type { Attributes, Principal } from '../tickets/ticket.ts'

/**
 * The user as this service sees it. Where the username attribute is missing the user's own name stands, as with
 * Apereo; it is looked for among what is released first, so that a renamed attribute serves.
 */
export function releasedPrincipal(definition: ServiceDefinition, principal: Principal): Principal {
  const attributes = releasedAttributes(definition.release, principal.attributes)
  return { user: usernameFor(definition.username, principal, attributes), attributes }
}

function releasedAttributes(policy: ReleasePolicy, held: Attributes): Attributes {
  switch (policy.kind) {
    case 'all':
      return held
    case 'denied':
      return {}
    case 'allowed':
      return collect(
        policy.names.map((name) => [name, name]),
        held,
      )
    case 'mapped':
      return collect(
        Object.entries(policy.names).flatMap(([name, targets]) =>
          [targets].flat().map((target): [string, string] => [name, target]),
        ),
        held,
      )
  }
}

/** Attributes by pairs of own name and released name; two that share a released name are joined. */
function collect(pairs: readonly (readonly [string, string])[], held: Attributes): Attributes {
  const released = new Map<string, readonly string[]>()
  for (const [name, target] of pairs) {
    const values = Object.hasOwn(held, name) ? held[name] : undefined
    if (values !== undefined) released.set(target, [...new Set([...(released.get(target) ?? []), ...values])])
  }
  return Object.fromEntries(released)
}

function usernameFor(provider: UsernameProvider, principal: Principal, released: Attributes): string {
  const user =
    provider.kind === 'default' ? principal.user : attributeOf(provider.attribute, principal, released)
  if (provider.canonicalization === undefined) return user
  return provider.canonicalization === 'lower' ? user.toLowerCase() : user.toUpperCase()
}

function attributeOf(attribute: string, principal: Principal, released: Attributes): string {
  const own = (attributes: Attributes) =>
    Object.hasOwn(attributes, attribute) ? attributes[attribute]?.[0] : undefined
  return own(released) ?? own(principal.attributes) ?? principal.user
}
