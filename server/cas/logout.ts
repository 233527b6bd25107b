/** `/logout` (CAS 2.3): the session ends by one update; where the browser goes afterwards is a pure decision. */
import type { Instant } from '../../common/clock.ts'
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

/** Ends each of the sessions that are live, and says where to go. */
export async function logout(
  deps: CasDependencies,
  input: {
    readonly sessionIds: readonly TicketGrantingTicketId[]
    readonly service: string | undefined
  },
): Promise<LogoutOutcome> {
  const target = decideLogoutTarget(deps.catalog.current, input.service, deps.clock.now())
  const ended = await Promise.all(
    input.sessionIds.map(async (id) => {
      const { kind, frontChannel } = await deps.sessionEnding.end(ticketKey(id), 'logout')
      if (kind === 'ended') deps.log.info({ session: maskTicket(id) }, 'signed out')
      return frontChannel
    }),
  )
  return { ...target, frontChannel: [...new Set(ended.flat())] }
}

/** Only a registered service is gone to, and only where the configuration says so: this is no open redirector. */
function decideLogoutTarget(
  snapshot: RegistrySnapshot,
  service: string | undefined,
  now: Instant,
): LogoutTarget {
  if (!snapshot.config.followLogoutRedirects) return { kind: 'signedOut' }
  const verdict = decideRequestedService(snapshot, service, now)
  return verdict.kind === 'service'
    ? { kind: 'goToService', url: verdict.service.url }
    : { kind: 'signedOut' }
}
