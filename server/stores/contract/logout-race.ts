/** One session, tickets for several applications, and a logout in the middle of their validations. */

import type { Applications } from '../../slo/testing/applications.ts'
import { isLive } from '../../tickets/expiry.ts'
import { ticketKey } from '../../tickets/ticket-id.ts'
import type { TicketStore } from '../../tickets/ticket-store.ts'
import { aSignIn, aTicket, newSt } from './ticket-samples.ts'

/** Four tickets granted at one moment, two of them for one application; none is presented yet. */
export async function sessionWithTickets(tickets: TicketStore, now: number) {
  const { ticket: _none, ...signIn } = aSignIn({ session: { authenticatedAt: now, lastUsedAt: now } })
  await tickets.signIn(signIn)
  const key = ticketKey(signIn.session.id)
  const services = ['https://a.example/', 'https://b.example/', 'https://b.example/', 'https://c.example/']
  const granted = services.map((service) => ({ id: newSt(), service }))
  await Promise.all(
    granted.map(({ id, service }) =>
      tickets.grant(id, aTicket(key, { service, definitionId: '1', issuedAt: now, expireAt: now + 30_000 })),
    ),
  )
  return { key, granted }
}

type Granted = Awaited<ReturnType<typeof sessionWithTickets>>['granted']

/** Presents the tickets, each at a store of its own choice; returns those whose validation said yes. */
export async function validated(
  granted: Granted,
  present: (index: number) => { readonly tickets: TicketStore; readonly now: number },
): Promise<Granted> {
  const answers = await Promise.all(
    granted.map(async (ticket, index) => {
      const { tickets, now } = present(index)
      const outcome = await tickets.consume(ticket.id)
      const isValid = outcome.kind === 'consumed' && outcome.session && isLive(outcome.session, now)
      return isValid ? [ticket] : []
    }),
  )
  return answers.flat()
}

/** Tickets that were accepted and whose application was not told, or was told more than once. */
export function untold(accepted: Granted, applications: Applications): Granted {
  return accepted.filter(({ id, service }) => {
    const told = applications.told.get(service) ?? []
    return told.filter((ticket) => ticket === id).length !== 1
  })
}
