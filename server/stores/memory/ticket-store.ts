/** TicketStore in the memory of one process: for tests of flows, and nothing that has to survive. */
import type { Clock, Instant } from '../../../common/clock.ts'
import type { ProxyGrantingTicket } from '../../tickets/ticket.ts'
import { ticketKey } from '../../tickets/ticket-id.ts'
import type { TicketStore } from '../../tickets/ticket-store.ts'
import { type MemoryTickets, memoryTickets } from './tickets.ts'

/** Spent login tokens are kept this much longer than they are acceptable, as the MongoDB store does. */
const spentTokenKeepMs = 24 * 60 * 60 * 1000

/** Passes the same contract suite as the MongoDB store. */
export function memoryTicketStore(options: {
  readonly clock: Clock
  /** To be shared with the other stores in memory. */
  readonly memory?: MemoryTickets
}): TicketStore {
  const { clock, memory = memoryTickets() } = options
  const { sessions, tickets, pause } = memory
  const proxyGranting = new Map<string, ProxyGrantingTicket>()
  const spentTokens = new Map<string, Instant>()

  function spend(token: string, expireAt: Instant): 'spent' | 'loginTokenUsed' {
    for (const [key, purgeAt] of spentTokens) if (purgeAt <= clock.now()) spentTokens.delete(key)
    if (spentTokens.has(token)) return 'loginTokenUsed'
    spentTokens.set(token, expireAt + spentTokenKeepMs)
    return 'spent'
  }

  return {
    async signIn({ loginToken, loginTokenExpireAt, session, ticket }) {
      if (spend(loginToken, loginTokenExpireAt) === 'loginTokenUsed') return 'loginTokenUsed'
      const key = ticketKey(session.id)
      sessions.set(key, { ...structuredClone(session.value), key, state: { kind: 'live' } })
      if (ticket) tickets.set(ticketKey(ticket.id), { ticket: { ...ticket.value, root: key } })
      return 'signedIn'
    },

    isLoginTokenSpent: async (loginToken) => spentTokens.has(loginToken),

    spendLoginToken: async (loginToken, expireAt) => spend(loginToken, expireAt),

    findSession: async (id) => sessions.get(ticketKey(id)),

    async grant(id, ticket) {
      tickets.set(ticketKey(id), { ticket: { ...ticket } })
    },

    async grantProxying(id, ticket) {
      proxyGranting.set(ticketKey(id), structuredClone(ticket))
    },

    async findProxyGranting(id) {
      const ticket = proxyGranting.get(ticketKey(id))
      return ticket && { ticket, session: sessions.get(ticket.root) }
    },

    async findTicket(id) {
      const stored = tickets.get(ticketKey(id))
      if (stored === undefined || stored.spent) return undefined
      return { ticket: stored.ticket, session: sessions.get(stored.ticket.root) }
    },

    async touch(key, lastUsedAt) {
      const session = sessions.get(key)
      if (session?.state.kind !== 'live') return
      sessions.set(key, { ...session, lastUsedAt: Math.max(session.lastUsedAt, lastUsedAt) })
    },

    async consume(id) {
      const stored = tickets.get(ticketKey(id))
      if (stored === undefined) return { kind: 'unknown' }
      if (stored.spent) return { kind: 'alreadyUsed' }
      stored.spent = { id, at: clock.now() }
      await pause()
      return { kind: 'consumed', ticket: stored.ticket, session: sessions.get(stored.ticket.root) }
    },

    async endSession(key, reason) {
      const session = sessions.get(key)
      if (session?.state.kind !== 'live') return 'notLive'
      sessions.set(key, { ...session, state: { kind: 'ended', reason } })
      memory.endedAt.set(key, clock.now())
      return 'ended'
    },
  }
}
