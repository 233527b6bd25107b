/** Who is told that a session has ended: pure, from the tickets that were validated in it. */
import { createHash } from 'node:crypto'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import type { RegistrySnapshot } from '../registry/catalog.ts'
import { releasedPrincipal } from '../services/release.ts'
import type { AddressedMessage, LogoutMessage } from './message.ts'
import type { EndedSession, SpentTicket } from './outbox-store.ts'

export interface LogoutPlan {
  /** Posted by a server. */
  readonly backChannel: readonly AddressedMessage[]
  /** Carried by the browser, if there is one. */
  readonly frontChannel: readonly AddressedMessage[]
  /** Applications that are not told because nobody knows how: definition gone, or a URL that is none. */
  readonly unaddressed: readonly { readonly definitionId: string; readonly why: string }[]
}

type Registry = Pick<RegistrySnapshot, 'definitionById' | 'config'>

/** Every application that holds a session gets a message for it. */
export function planLogout(ended: EndedSession, registry: Registry): LogoutPlan {
  const backChannel: AddressedMessage[] = []
  const frontChannel: AddressedMessage[] = []
  const unaddressed: { definitionId: string; why: string }[] = []
  for (const ticket of sessionTickets(ended.tickets)) {
    const { definitionId } = ticket
    const definition = registry.definitionById(definitionId)
    const type = definition?.logout.type
    if (type === 'none') continue
    const url = definition && targetOf(definition, ticket)
    if (definition === undefined || url === undefined) {
      const why = definition === undefined ? 'the definition is gone' : 'the URL is not http or https'
      unaddressed.push({ definitionId, why })
      continue
    }
    const facts = { service: ticket.service, config: registry.config }
    const nameId = releasedPrincipal(definition, ended.principal, facts).user
    const list = type === 'frontChannel' ? frontChannel : backChannel
    list.push({ ...messageFor(ended, ticket), nameId, url, definitionId })
  }
  return { backChannel, frontChannel, unaddressed }
}

/**
 * The tickets by which applications know sessions that may still be there. An application that came back for another
 * ticket after its last was validated has replaced that session; tickets that overlap are sessions side by side. A
 * ticket that was presented too late opened no session.
 */
export function sessionTickets(tickets: readonly SpentTicket[]): readonly SpentTicket[] {
  const usable = tickets.filter(({ spentAt, expireAt }) => spentAt < expireAt)
  const newest = new Map<string, number>()
  for (const ticket of usable) {
    const application = applicationOf(ticket)
    newest.set(application, Math.max(newest.get(application) ?? 0, ticket.issuedAt))
  }
  return usable.filter((ticket) => {
    const { spentAt, issuedAt } = ticket
    return (newest.get(applicationOf(ticket)) ?? 0) <= Math.max(spentAt + clockErrorMs, issuedAt)
  })
}

/** Servers agree on the time to about this: one message too many is better than one too few. */
export const clockErrorMs = 20

/** One application: a definition and an address without what changes from page to page. */
export function applicationOf({
  definitionId,
  service,
}: Pick<SpentTicket, 'definitionId' | 'service'>): string {
  return `${definitionId} ${service.replace(/[?#].*$/s, '').replace(/;jsessionid=[^/]*/i, '')}`
}

/** `logoutUrl`, or the service URL as it was when the ticket was granted, without a ticket and without a fragment. */
function targetOf({ logout }: ServiceDefinition, ticket: SpentTicket): string | undefined {
  const [base = ''] = (logout.url ?? ticket.service).split('#', 1)
  const url = URL.parse(logout.url === undefined ? withoutTicket(base) : base)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined
  return url.href
}

const withoutTicket = (url: string): string =>
  url.replace(/([?&])ticket=[^&]*(&|$)/g, (_all, before, after) => (after === '&' ? before : ''))

/** The id depends on the ticket alone: whoever plans this logout again plans the same message. */
function messageFor(ended: EndedSession, ticket: SpentTicket): Omit<LogoutMessage, 'nameId'> {
  const digest = createHash('sha256').update(`logout ${ended.key} ${ticket.id}`).digest('base64url')
  return { id: `LR-${digest}`, issuedAt: ended.endedAt, sessionIndex: ticket.id }
}
