/** What the contract suites of the logout stores work on. */
import type { FixedClock } from '../../../common/clock.ts'
import type { AddressedMessage } from '../../slo/message.ts'
import type { OutboxStore } from '../../slo/outbox-store.ts'
import type { SessionEndStore } from '../../slo/session-end-store.ts'
import type { TicketStore } from '../../tickets/ticket-store.ts'
import { aSignIn, newSt, signedIn, someInstant } from './ticket-samples.ts'

/** Stores over one set of sessions; `others` are the same outbox as seen by other servers. */
export interface LogoutHarness {
  readonly tickets: TicketStore
  readonly outbox: OutboxStore
  readonly others: readonly OutboxStore[]
  readonly sessionEnds: SessionEndStore
  readonly clock: FixedClock
}

/** A session that has ended by a logout, with its one ticket spent before. */
export async function endedSession({ tickets }: LogoutHarness): Promise<{ key: string; ticket: string }> {
  const { signIn, key } = await signedIn(tickets)
  await tickets.consume(signIn.ticket!.id)
  await tickets.endSession(key, 'logout')
  return { key, ticket: signIn.ticket!.id }
}

/** A message to `host`, with an id of its own. */
export function aMessage(host = 'app.example.org'): AddressedMessage {
  const sessionIndex = newSt()
  return {
    id: `LR-${sessionIndex}`,
    issuedAt: someInstant,
    nameId: '$user & <co>',
    sessionIndex,
    url: `https://${host}/logout?a=1`,
    definitionId: '1001',
  }
}

/** Signs in at `authenticatedAt`, for an hour, and a quarter of an hour when idle. */
export function hourLongSession(harness: LogoutHarness, at: number) {
  const lifetime = { maxSeconds: 3600, idleSeconds: 900 }
  return signedIn(harness.tickets, aSignIn({ session: { authenticatedAt: at, lastUsedAt: at, lifetime } }))
}
