/** Whether changes pour in, as when a pipeline applies a directory. */
import type { Instant } from '../../common/clock.ts'

/** So many changes within so long are a rush: more than people or a single `kubectl` make. In milliseconds. */
const changes = 10
const withinMs = 500

export class Rush {
  /** When the last of them came, oldest first. */
  readonly #times: Instant[] = []

  note(now: Instant): void {
    this.#times.push(now)
    if (this.#times.length > changes) this.#times.shift()
  }

  isOn(now: Instant): boolean {
    const [oldest] = this.#times
    return this.#times.length === changes && oldest !== undefined && now - oldest <= withinMs
  }
}
