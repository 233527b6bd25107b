import { describe } from '@jest/globals'
import { FixedClock } from '../../../common/clock.ts'
import type { LogoutHarness } from '../contract/outbox-samples.ts'
import { outboxStore } from '../contract/outbox-store.ts'
import { sessionEndStore } from '../contract/session-end-store.ts'
import { someInstant } from '../contract/ticket-samples.ts'
import { memoryOutboxStore } from './outbox-store.ts'
import { memorySessionEndStore } from './session-end-store.ts'
import { memoryTicketStore } from './ticket-store.ts'
import { memoryTickets } from './tickets.ts'

function newHarness(): LogoutHarness {
  const facts = { clock: new FixedClock(someInstant), memory: memoryTickets() }
  return {
    tickets: memoryTicketStore(facts),
    outbox: memoryOutboxStore(facts),
    others: [],
    sessionEnds: memorySessionEndStore(facts),
    clock: facts.clock,
  }
}

describe('the logout stores in memory', () => {
  const harness = newHarness()
  outboxStore(() => harness)
  sessionEndStore(() => harness)
})
