/** SessionEndStore in the memory of one process, on the sessions of a memory ticket store. */
import type { Clock, Instant } from '../../../common/clock.ts'
import type { SessionEndStore, SweepCandidate } from '../../slo/session-end-store.ts'
import { sessionEndsAt } from '../../tickets/expiry.ts'
import type { SsoSession } from '../../tickets/ticket.ts'
import type { MemoryTickets } from './tickets.ts'

/** Passes the same contract suite as the MongoDB store. */
export function memorySessionEndStore({
  clock,
  memory,
}: {
  readonly clock: Clock
  readonly memory: MemoryTickets
}): SessionEndStore {
  const lookAt = new Map<string, Instant>()
  let nextSweepAt = 0
  const isLive = ({ state }: SsoSession): boolean => state.kind === 'live'
  const dueAt = (session: SsoSession): Instant => lookAt.get(session.key) ?? sessionEndsAt(session)

  function candidate(session: SsoSession): SweepCandidate {
    const successor = memory.successors.get(session.key)
    if (successor === undefined) return { session, successor: undefined }
    return { session, successor: memory.sessions.get(successor) ?? 'gone' }
  }

  return {
    async claimSweep(periodMs) {
      if (nextSweepAt > clock.now()) return false
      nextSweepAt = clock.now() + periodMs
      return true
    },

    async sweepCandidates(limit) {
      const due = [...memory.sessions.values()].filter((s) => isLive(s) && dueAt(s) <= clock.now())
      return due
        .toSorted((a, b) => dueAt(a) - dueAt(b))
        .slice(0, limit)
        .map(candidate)
    },

    async expire({ key, lastUsedAt }) {
      const session = memory.sessions.get(key)
      if (session === undefined || !isLive(session) || session.lastUsedAt !== lastUsedAt) return 'changed'
      memory.sessions.set(key, { ...session, state: { kind: 'ended', reason: 'expired' } })
      memory.endedAt.set(key, clock.now())
      return 'ended'
    },

    async lookAgain(key, at) {
      lookAt.set(key, at)
    },

    async succeed(key, successor) {
      const session = memory.sessions.get(key)
      if (session !== undefined && isLive(session)) memory.successors.set(key, successor)
    },
  }
}
