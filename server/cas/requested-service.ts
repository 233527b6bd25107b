/** What the `service` parameter of a sign-in asks for, before anybody is known. Pure. */
import type { Instant } from '../../common/clock.ts'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import { shortText } from '../../common/documents/short-text.ts'
import type { RegistrySnapshot } from '../registry/catalog.ts'
import { type AccessDecision, serviceAccess } from '../services/access.ts'

/** A detail goes into the log with every request. */
const maxDetailLength = 500

export interface RequestedService {
  /** Exactly as given. */
  readonly url: string
  readonly definition: ServiceDefinition
}

export type ServiceVerdict =
  | { readonly kind: 'none' }
  | { readonly kind: 'service'; readonly service: RequestedService }
  /** Not registered, or not a URL that everybody reads alike. */
  | { readonly kind: 'unregistered'; readonly detail: string }
  | { readonly kind: 'denied'; readonly access: Denied }

export type Denied = Extract<AccessDecision, { kind: 'denied' }>

/** The registered service behind `url` that may be used now. */
export function decideRequestedService(
  snapshot: RegistrySnapshot,
  url: string | undefined,
  now: Instant,
): ServiceVerdict {
  if (url === undefined) return { kind: 'none' }
  const found = snapshot.findService(url)
  if (found.kind === 'unregistered') return { kind: 'unregistered', detail: 'no definition matches' }
  if (found.kind === 'refused')
    return { kind: 'unregistered', detail: shortText(found.reason, maxDetailLength) }
  const access = serviceAccess(found.definition, now)
  if (access.kind === 'denied') return { kind: 'denied', access }
  return { kind: 'service', service: { url, definition: found.definition } }
}
