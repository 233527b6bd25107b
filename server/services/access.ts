/** Who may use a service: the access strategy of its definition. Pure. */
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import type { Principal } from '../tickets/ticket.ts'

export type AccessDecision =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'denied'; readonly why: 'disabled' | 'attributes'; readonly redirectUrl?: string }

/** Before anybody signs in: is the service in use at all? */
export function serviceAccess(definition: ServiceDefinition): AccessDecision {
  return definition.access.enabled ? { kind: 'allowed' } : { kind: 'denied', why: 'disabled' }
}

/** Once the user is known: do the attributes allow this service? Asked at issue and again at validation. */
export function principalAccess(definition: ServiceDefinition, _principal: Principal): AccessDecision {
  return serviceAccess(definition)
}
