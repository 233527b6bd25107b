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
 * Of a session that is opened now. The service that is signed in to comes first (its lifetime is that of the whole
 * session, as with Apereo), then remember-me; neither knows an idle limit.
 */
export function sessionLifetime(
  definition: Lifetimes | undefined,
  config: Pick<LiveConfig, 'sessionMaxSeconds' | 'sessionIdleSeconds' | 'rememberMeSeconds'>,
  { rememberMe }: { readonly rememberMe: boolean },
): SessionLifetime {
  const own = definition?.tickets?.sessionSeconds
  if (own !== undefined) return { maxSeconds: own, idleSeconds: own }
  const { sessionMaxSeconds, sessionIdleSeconds, rememberMeSeconds } = config
  return rememberMe
    ? { maxSeconds: rememberMeSeconds, idleSeconds: rememberMeSeconds }
    : { maxSeconds: sessionMaxSeconds, idleSeconds: sessionIdleSeconds }
}
