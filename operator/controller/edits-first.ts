/**
 * While edits of a pool pour in, statuses wait: a status costs the API server what an edit does, and people wait for
 * edits to be served. Not for ever, as others may pour in edits all day.
 */
import type { Clock, Instant } from '../../common/clock.ts'

/** So many statuses are written at the same time: the API has other things to do as well. */
const usualLanes = 4
/** In a rush statuses wait for so long, in milliseconds; after that they go one by one. */
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

  /** How many statuses of a pool may be written at the same time now; 0: they have to wait. */
  lanes(key: string): number {
    if (!this.#isRush(key)) return usualLanes
    const now = this.#clock.now()
    const since = this.#since.get(key) ?? now
    this.#since.set(key, since)
    return now - since < longestMs ? 0 : 1
  }

  /** All statuses of a pool are written. Before that, a rush that pauses for a moment is still the same. */
  caughtUp(key: string): void {
    this.#since.delete(key)
  }
}
