/**
 * PORT of how sessions end by themselves, or together. Methods throw StoreFault when the store cannot answer for sure.
 */
import type { Instant } from '../../common/clock.ts'
import type { SsoSession } from '../tickets/ticket.ts'

/** A live session whose time has come to be looked at. */
export interface SweepCandidate {
  readonly session: SsoSession
  /** The session that continues this one, if there was one and it is still known. */
  readonly successor: SsoSession | 'gone' | undefined
}

export interface SessionEndStore {
  /** True for one caller in every `periodMs`, over all servers. */
  claimSweep(periodMs: number): Promise<boolean>

  /** Live sessions whose time to be looked at has come, the longest waiting first. */
  sweepCandidates(limit: number): Promise<readonly SweepCandidate[]>

  /** Ends a session as expired, only if it is live and was not used since it was read. */
  expire(session: SsoSession): Promise<'ended' | 'changed'>

  /** Looks at a session again from `at` on. */
  lookAgain(key: string, at: Instant): Promise<void>

  /** `successor` continues a live session: it ends no earlier than that, and then with it. */
  succeed(key: string, successor: string): Promise<void>
}
