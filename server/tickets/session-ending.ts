/** PORT of ending sessions with everything that follows from it: whoever ends one goes through here. */
import type { EndReason } from './ticket.ts'

export interface EndedOutcome {
  readonly kind: 'ended' | 'notLive'
  /** URLs that the user's browser is to load, so that applications without a back channel hear of the logout. */
  readonly frontChannel: readonly string[]
}

export interface SessionEnding {
  /**
   * Ends a live session and lets its applications know. Resolves when the end is certain; the messages are on their
   * way then, and none is lost when this server is. Throws StoreFault.
   */
  end(key: string, reason: EndReason): Promise<EndedOutcome>

  /** The session `key` goes on as `successor` (the same user has signed in again) and ends when that one does. */
  continueAs(key: string, successor: string): Promise<void>
}
