/** `/logout` (CAS 2.3): the session ends by one update; where the browser goes afterwards is a pure decision. */
import { maskTicket } from '../../common/log.ts'
import type { RegistrySnapshot } from '../registry/catalog.ts'
import type { TicketGrantingTicketId } from '../tickets/ticket.ts'
import { ticketKey } from '../tickets/ticket-id.ts'
import type { CasDependencies } from './dependencies.ts'
import { decideRequestedService } from './requested-service.ts'

type LogoutTarget = { readonly kind: 'signedOut' } | { readonly kind: 'goToService'; readonly url: string }

export type LogoutOutcome = LogoutTarget & {
  /** URLs that the browser is to load first: applications that hear of a logout in no other way. */
  readonly frontChannel: readonly string[]
}

/** Ends the session, if there is one, and says where to go. */
export async function logout(
  deps: CasDependencies,
  input: { readonly sessionId: TicketGrantingTicketId | undefined; readonly service: string | undefined },
): Promise<LogoutOutcome> {
  const { sessionId, service } = input
  const target = decideLogoutTarget(deps.catalog.current, service)
  if (sessionId === undefined) return { ...target, frontChannel: [] }
  const ended = await deps.sessionEnding.end(ticketKey(sessionId), 'logout')
  if (ended.kind === 'ended') deps.log.info({ session: maskTicket(sessionId) }, 'signed out')
  return { ...target, frontChannel: ended.frontChannel }
}

/** Only a registered service is gone to, and only where the configuration says so: this is no open redirector. */
function decideLogoutTarget(snapshot: RegistrySnapshot, service: string | undefined): LogoutTarget {
  if (!snapshot.config.followLogoutRedirects) return { kind: 'signedOut' }
  const verdict = decideRequestedService(snapshot, service)
  return verdict.kind === 'service'
    ? { kind: 'goToService', url: verdict.service.url }
    : { kind: 'signedOut' }
}
