/** What a service learns about a user: attribute release policy and username attribute. Pure. */
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import type { Principal } from '../tickets/ticket.ts'

/** The user as this service sees it. */
export function releasedPrincipal(_definition: ServiceDefinition, principal: Principal): Principal {
  return { user: principal.user, attributes: {} }
}
