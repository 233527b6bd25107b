/** What the stores in memory share: sessions and tickets as one "database". */
import type { Instant } from '../../../common/clock.ts'
import type { ServiceTicket, SsoSession } from '../../tickets/ticket.ts'

interface StoredTicket {
  readonly ticket: ServiceTicket
  /** Set by the one caller that spends it, with the clear id. */
  spent?: { readonly id: string; readonly at: Instant }
}

export interface MemoryTickets {
  readonly sessions: Map<string, SsoSession>
  readonly endedAt: Map<string, Instant>
  /** Key of a session -> key of the one that continues it. */
  readonly successors: Map<string, string>
  readonly tickets: Map<string, StoredTicket>
  /** Awaited between steps that a real database takes one after the other: a test puts others in between. */
  readonly pause: () => Promise<void>
}

export const memoryTickets = (pause: MemoryTickets['pause'] = async () => undefined): MemoryTickets => ({
  sessions: new Map(),
  endedAt: new Map(),
  successors: new Map(),
  tickets: new Map(),
  pause,
})
