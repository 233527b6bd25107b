/** What the `service` parameter of a sign-in asks for, before anybody is known. Pure. */
import type { Instant } from '../../common/clock.ts'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import { shortText } from '../../common/documents/short-text.ts'
import type { RegistrySnapshot } from '../registry/catalog.ts'
import { type AccessDecision, serviceAccess } from '../services/access.ts'
import { readServiceUrl } from '../services/service-url.ts'

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
  | Unregistered
  | DeniedService

export interface Unregistered {
  readonly kind: 'unregistered'
  readonly url: string
  /** False: it is not written as a URL that everybody reads alike, and can belong to no service. */
  readonly isUrl: boolean
  readonly detail: string
}

export interface DeniedService {
  readonly kind: 'denied'
  readonly url: string
  readonly access: Denied
}

export type Denied = Extract<AccessDecision, { kind: 'denied' }>

/** The registered service behind `url` that may be used now. */
export function decideRequestedService(
  snapshot: RegistrySnapshot,
  url: string | undefined,
  now: Instant,
): ServiceVerdict {
  if (url === undefined) return { kind: 'none' }
  const found = snapshot.findService(url)
  if (found.kind === 'unregistered') {
    const isUrl = readServiceUrl(url) !== undefined
    const detail = isUrl ? 'no definition matches' : 'no URL that every reader takes for the same place'
    return { kind: 'unregistered', url, isUrl, detail }
  }
  if (found.kind === 'refused') {
    return { kind: 'unregistered', url, isUrl: true, detail: shortText(found.reason, maxDetailLength) }
  }
  const access = serviceAccess(found.definition, now)
  if (access.kind === 'denied') return { kind: 'denied', url, access }
  return { kind: 'service', service: { url, definition: found.definition } }
}
