/**
 * Counts how often a document was put back, so that the operator and whoever changes it do not fight for ever: after
 * three times in ten minutes it is left as it is until the oldest of them is ten minutes old.
 */
import type { Clock, Instant } from '../../common/clock.ts'

const windowMs = 600_000
/** So often a document is put back within the window. */
export const mostRepairs = 3

export class Contests {
  readonly #clock: Clock
  readonly #repairs = new Map<string, Instant[]>()

  /** `clock` must not go backwards for long: it measures the ten minutes. */
  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What was put back too often to be put back once more now, by the key that it was told with. */
  current(): ReadonlySet<string> {
    const oldest = this.#clock.now() - windowMs
    const contested = new Set<string>()
    for (const [key, times] of this.#repairs) {
      const recent = times.filter((time) => time > oldest)
      if (recent.length === 0) this.#repairs.delete(key)
      else this.#repairs.set(key, recent)
      if (recent.length >= mostRepairs) contested.add(key)
    }
    return contested
  }

  /** These were put back now. */
  repaired(keys: readonly string[]): void {
    const now = this.#clock.now()
    for (const key of keys) this.#repairs.set(key, [...(this.#repairs.get(key) ?? []), now])
  }
}
