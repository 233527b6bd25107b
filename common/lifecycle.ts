/** Start and stop of a process: parts stop in the reverse order of their start, once, within a deadline. */
import type { Log } from './log.ts'

export interface Part {
  readonly name: string
  stop(): Promise<void>
}

export class Lifecycle {
  readonly #parts: Part[] = []
  readonly #log: Log
  #stopping: Promise<void> | undefined

  constructor(log: Log) {
    this.#log = log
  }

  /** Registers something that was started. What comes while everything stops is stopped at once. */
  add(name: string, stop: () => Promise<void>): void {
    const part = { name, stop }
    if (this.#stopping === undefined) this.#parts.push(part)
    else this.#stopping = this.#stopping.then(() => this.#stopPart(part))
  }

  get isStopping(): boolean {
    return this.#stopping !== undefined
  }

  /** Stops all parts in reverse order; a part that fails does not keep the others from stopping. */
  stop(): Promise<void> {
    this.#stopping ??= Promise.resolve().then(() => this.#stopAll())
    return this.#stopping
  }

  /**
   * Ends the process on SIGTERM or SIGINT: stops all parts, then exits with 0; with 1 when they take longer than
   * `deadlineMs` or on a second signal.
   */
  exitOnSignals(deadlineMs: number, exit: (code: number) => void): void {
    const onSignal = (signal: string): void => {
      if (this.isStopping) {
        exit(1)
        return
      }
      this.#log.info({ signal }, 'stopping')
      setTimeout(() => exit(1), deadlineMs).unref()
      void this.stop().then(() => {
        this.#log.info('stopped')
        exit(0)
      })
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  }

  async #stopAll(): Promise<void> {
    for (const part of this.#parts.toReversed()) await this.#stopPart(part)
  }

  async #stopPart(part: Part): Promise<void> {
    try {
      await part.stop()
    } catch (err) {
      this.#log.warn({ part: part.name, err }, 'part did not stop cleanly')
    }
  }
}
