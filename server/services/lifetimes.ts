/** How long tickets of a service live: as its definition says, or else as configured. Pure. */
import type { LiveConfig } from '../../common/documents/properties.ts'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import type { SessionLifetime } from '../tickets/ticket.ts'

type Lifetimes = Pick<ServiceDefinition, 'tickets'>

/** Between issue and validation of a service ticket. */
export const serviceTicketSeconds = (
  { tickets }: Lifetimes,
  config: Pick<LiveConfig, 'serviceTicketSeconds'>,
): number => tickets?.serviceTicketSeconds ?? config.serviceTicketSeconds

/** Between issue and validation of a proxy ticket; `definition` is the target service's. */
export const proxyTicketSeconds = (
  { tickets }: Lifetimes,
  config: Pick<LiveConfig, 'proxyTicketSeconds'>,
): number => tickets?.proxyTicketSeconds ?? config.proxyTicketSeconds

/** From the issue of a proxy-granting ticket; undefined: as long as its session. It never outlives the session. */
export const proxyGrantingTicketSeconds = ({ tickets }: Lifetimes): number | undefined =>
  tickets?.proxyGrantingTicketSeconds

/**
 * Of a session that is opened now. The service that is signed in to may shorten the whole session; lengthen it only where
 * the configuration lets services do so, and then it knows no idle limit, as with Apereo. Remember-me knows none either.
 */
export function sessionLifetime(
  definition: Lifetimes | undefined,
  config: Pick<
    LiveConfig,
    'sessionMaxSeconds' | 'sessionIdleSeconds' | 'rememberMeSeconds' | 'servicesMayLengthenSessions'
  >,
  { rememberMe }: { readonly rememberMe: boolean },
): SessionLifetime {
  const own = definition?.tickets?.sessionSeconds
  if (own !== undefined && config.servicesMayLengthenSessions) return { maxSeconds: own, idleSeconds: own }
  const { sessionMaxSeconds, sessionIdleSeconds, rememberMeSeconds } = config
  const maxSeconds = rememberMe ? rememberMeSeconds : sessionMaxSeconds
  const idleSeconds = rememberMe ? rememberMeSeconds : sessionIdleSeconds
  return own === undefined
    ? { maxSeconds, idleSeconds }
    : { maxSeconds: Math.min(own, maxSeconds), idleSeconds: Math.min(own, idleSeconds) }
}
