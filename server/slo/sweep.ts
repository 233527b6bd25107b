/** Ends sessions whose time is over, so that applications hear of it although nobody pressed "sign out". */
import type { Instant } from '../../common/clock.ts'
import { isLive, sessionEndsAt } from '../tickets/expiry.ts'
import type { SessionEndStore, SweepCandidate } from './session-end-store.ts'

export type SweepDecision = { readonly kind: 'end' } | { readonly kind: 'lookAgain'; readonly at: Instant }

/** A session whose successor is over as well is looked at again so soon: it ends when that one has been ended. */
const successorPauseMs = 60_000

/** Pure. A session that another one continues ends with that one, whatever its own time. */
export function decideSweep({ session, successor }: SweepCandidate, now: Instant): SweepDecision {
  if (successor !== undefined && successor !== 'gone' && successor.state.kind === 'live') {
    return { kind: 'lookAgain', at: Math.max(sessionEndsAt(successor), now + successorPauseMs) }
  }
  if (successor !== undefined) return { kind: 'end' }
  return isLive(session, now) ? { kind: 'lookAgain', at: sessionEndsAt(session) } : { kind: 'end' }
}

/** Works through what is due, in batches; `ended` is called for each session that this caller has ended. */
export async function sweep(
  store: SessionEndStore,
  options: {
    readonly now: () => Instant
    readonly ended: (key: string) => Promise<unknown>
    readonly signal: AbortSignal
  },
): Promise<number> {
  let count = 0
  for (let round = 0; round < mostRounds && !options.signal.aborted; round++) {
    const candidates = await store.sweepCandidates(batchSize)
    for (const candidate of candidates) {
      if (options.signal.aborted) return count
      const { session } = candidate
      const decision = decideSweep(candidate, options.now())
      if (decision.kind === 'lookAgain') await store.lookAgain(session.key, decision.at)
      else if ((await store.expire(session)) === 'ended') {
        count += 1
        await options.ended(session.key)
      }
    }
    if (candidates.length < batchSize) break
  }
  return count
}

const batchSize = 100
/** What is left after so many batches waits for the next sweep. */
const mostRounds = 50
