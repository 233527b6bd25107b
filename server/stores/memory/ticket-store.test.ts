import { describe } from '@jest/globals'
import { FixedClock } from '../../../common/clock.ts'
import { someInstant } from '../contract/ticket-samples.ts'
import { ticketStoreBasics } from '../contract/ticket-store-basic.ts'
import { ticketStoreExpiry } from '../contract/ticket-store-expiry.ts'
import { ticketStoreParallel } from '../contract/ticket-store-parallel.ts'
import { ticketStoreProxies } from '../contract/ticket-store-proxies.ts'
import { memoryTicketStore } from './ticket-store.ts'

function newHarness() {
  const clock = new FixedClock(someInstant)
  return { store: memoryTicketStore({ clock }), others: [], advanceMs: (ms: number) => clock.advanceMs(ms) }
}

describe('the ticket store in memory', () => {
  const harness = newHarness()
  ticketStoreBasics(() => harness)
  ticketStoreExpiry(newHarness)
  ticketStoreParallel(() => harness)
  ticketStoreProxies(() => harness)
})
