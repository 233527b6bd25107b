/** Pauses between attempts at what fails: longer from one failure to the next, for each kind of work on its own. */
import { delay, type Random } from '../../../common/clock.ts'

const firstPauseMs = 100
const longestPauseMs = 5_000

export class Retry {
  readonly #random: Random
  readonly #stopping: AbortSignal
  readonly #pausesMs = new Map<string, number>()

  constructor(random: Random, stopping: AbortSignal) {
    this.#random = random
    this.#stopping = stopping
  }

  /** The next failure of this work is the first again. */
  succeeded(what: string): void {
    this.#pausesMs.delete(what)
  }

  /** Resolves when it is time to try again, or the process stops. */
  async pause(what: string): Promise<void> {
    const pauseMs = this.#pausesMs.get(what) ?? firstPauseMs
    this.#pausesMs.set(what, Math.min(pauseMs * 2, longestPauseMs))
    const share = this.#random.bytes(1).readUInt8() / 255
    await delay(pauseMs / 2 + (pauseMs / 2) * share, this.#stopping).catch(() => undefined)
  }

  /** Tries until it works; undefined when the process stops before. */
  async until<T>(work: () => Promise<T>, failed: (thrown: unknown) => void): Promise<T | undefined> {
    while (!this.#stopping.aborted) {
      try {
        const result = await work()
        this.succeeded('until')
        return result
      } catch (thrown) {
        failed(thrown)
        await this.pause('until')
      }
    }
    return undefined
  }
}
