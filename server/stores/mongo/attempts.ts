/**
 * Repeats an operation until it is certain, within one deadline. A failover takes up to 12 s (election, discovery,
 * new connections) and must not fail a login, so transient errors are tried again until the deadline; then the answer
 * is a StoreFault and never a "no". Operations given here must be safe to repeat, also while an earlier attempt may
 * still arrive late at the server: that is the caller's part (claims, ids chosen beforehand).
 */

import { unlessAborted } from '../../../common/abort.ts'
import { type Clock, delay, type Random } from '../../../common/clock.ts'
import { StoreFault } from '../../../common/fault.ts'
import type { Histogram, Metrics } from '../../../common/metrics.ts'
import { isTransient, toStoreFault } from './faults.ts'

/** Returned by an attempt that learned nothing for sure, for example from a primary that was no longer one. */
export const again = Symbol('again')

export interface Attempts {
  /**
   * Calls `attempt` until it returns something other than `again`. `signal` aborts at the deadline. Throws
   * StoreFault: retryable after the deadline, not retryable when the database refuses for good.
   */
  run<T>(doing: string, attempt: (signal: AbortSignal) => Promise<T | typeof again>): Promise<T>
}

export interface AttemptsOptions {
  readonly clock: Clock
  readonly random: Random
  /** For one operation with all its attempts. */
  readonly deadlineMs?: number
  /** Receives the histogram `caspool_store_operation_seconds` by operation and outcome. */
  readonly metrics?: Metrics | undefined
}

/** Longer than a failover, shorter than the patience of a browser. */
const defaultDeadlineMs = 15_000
const firstPauseMs = 20
const longestPauseMs = 500

/** Limits of a single command at the server, in its own options. Without them a stalled member is waited for. */
export const limits = {
  maxTimeMS: 5_000,
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 5_000 },
} as const

export function attempts(options: AttemptsOptions): Attempts {
  const deadlineMs = options.deadlineMs ?? defaultDeadlineMs
  const durations = options.metrics?.histogram(
    'caspool_store_operation_seconds',
    'Time of a ticket store operation with all its attempts',
  )
  return {
    async run(doing, attempt) {
      const startedAt = options.clock.now()
      const observe = (outcome: string) =>
        observeOutcome(durations, { doing, outcome, seconds: (options.clock.now() - startedAt) / 1000 })
      try {
        const outcome = await repeat(doing, attempt, { deadlineMs, random: options.random })
        observe('ok')
        return outcome
      } catch (thrown) {
        observe('fault')
        throw thrown
      }
    },
  }
}

async function repeat<T>(
  doing: string,
  attempt: (signal: AbortSignal) => Promise<T | typeof again>,
  { deadlineMs, random }: { deadlineMs: number; random: Random },
): Promise<T> {
  const deadline = AbortSignal.timeout(deadlineMs)
  let cause: unknown = new Error('no primary that is sure of itself')
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      const outcome = await unlessAborted(attempt(deadline), deadline)
      if (outcome !== again) return outcome
    } catch (thrown) {
      if (!deadline.aborted && !isTransient(thrown)) throw toStoreFault(doing, thrown)
      if (!deadline.aborted) cause = thrown
    }
    if (!deadline.aborted) await delay(jittered(pauseMs, random), deadline).catch(() => undefined)
    if (deadline.aborted) {
      throw new StoreFault(`${doing} (not certain within ${deadlineMs} ms)`, { retryable: true, cause })
    }
  }
}

/** Between half of `ms` and `ms`: many waiting callers must not come back at one moment. */
export function jittered(ms: number, random: Random): number {
  return ms / 2 + (ms / 2) * (random.bytes(1).readUInt8() / 255)
}

function observeOutcome(
  histogram: Histogram | undefined,
  entry: { doing: string; outcome: string; seconds: number },
): void {
  histogram?.observe(entry.seconds, { operation: entry.doing, outcome: entry.outcome })
}
