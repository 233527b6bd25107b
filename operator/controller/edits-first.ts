/**
 * While edits of a pool pour in, statuses wait: a status costs the API server what an edit does, and people wait for
 * edits to be served. Not for ever, as others may pour in edits all day.
 */
import type { Clock, Instant } from '../../common/clock.ts'

/** Statuses are late by this much at most. In milliseconds. */
const longestMs = 30_000

export class EditsFirst {
  readonly #clock: Clock
  readonly #isRush: (key: string) => boolean
  readonly #since = new Map<string, Instant>()

  /** `clock` must not go backwards. */
  constructor(clock: Clock, isRush: (key: string) => boolean) {
    this.#clock = clock
    this.#isRush = isRush
  }

  /** Asked before statuses of a pool are written: whether they have to wait. */
  holds(key: string): boolean {
    const now = this.#clock.now()
    const since = this.#since.get(key) ?? now
    if (this.#isRush(key) && now - since < longestMs) {
      this.#since.set(key, since)
      return true
    }
    this.#since.delete(key)
    return false
  }
}
