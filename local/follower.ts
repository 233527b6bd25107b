/**
 * Keeps the registry as the manifests say while the pool runs: takes edits over, mends what others have written, and
 * tries again while the database does not take it. One pass after the other, each with the newest good manifests.
 */
import { delay } from '../common/clock.ts'
import { Fault, reasonOf } from '../common/fault.ts'
import type { Log } from '../common/log.ts'
import { editSentences, renameProblems } from './edits.ts'
import type { LoadedManifests, PoolManifests } from './manifests.ts'
import type { Registry } from './registry.ts'

export interface FollowerOptions {
  readonly registry: Pick<Registry, 'sync'>
  /** Names of the servers that are waited for. */
  readonly servers: readonly string[]
  /** What the pool was started with. */
  readonly running: PoolManifests
  /** Writes what of manifests stands in the home, before they are taken over. */
  readonly keep: (manifests: PoolManifests) => Promise<void>
  readonly progress: (sentence: string) => void
  readonly log: Log
  /** Resolves after the time, or rejects when the signal is aborted. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>
}

const firstPauseMs = 1_000
const longestPauseMs = 30_000
const byItself = `trying again, every ${longestPauseMs / 1000} s at least`

export class Follower {
  readonly #options: FollowerOptions
  readonly #stopping = new AbortController()
  #news = Promise.withResolvers<void>()
  /** Taken over. */
  #last: PoolManifests
  /** The newest that are good. */
  #wanted: PoolManifests
  /** Whether somebody waits to hear that an edit was taken over. */
  #isEdited = false
  #nextPassInMs: number | undefined
  #failures = 0
  /** Of the failures since the last good pass. */
  #toldFailure: string | undefined

  /** Follows until stopped. */
  constructor(options: FollowerOptions) {
    this.#options = options
    this.#last = options.running
    this.#wanted = options.running
    void this.#run()
  }

  /** Files that hold objects, as far as they were good. */
  get held(): ReadonlySet<string> {
    return this.#wanted.files
  }

  /** Takes over what was read after an edit, or says what is wrong and leaves the last good state serving. */
  edited(loaded: LoadedManifests): void {
    const problems =
      loaded.kind === 'refused' ? loaded.problems : renameProblems(this.#last.pool, loaded.pool.pool)
    if (loaded.kind === 'refused' || problems.length > 0) {
      const lines = problems.map((problem) => `  ${problem}`).join('\n')
      this.#options.progress(`manifests refused, the pool goes on with what it had:\n${lines}`)
      return
    }
    this.#wanted = loaded.pool
    this.#isEdited = true
    this.#failures = 0
    this.#toldFailure = undefined
    this.#news.resolve()
  }

  /** Somebody else has written the registry, or it was lost. */
  written(): void {
    this.#news.resolve()
  }

  /** Nothing is said after this. Does not wait for a database that does not answer. */
  stop(): void {
    this.#stopping.abort()
    this.#news.resolve()
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.#untilDue()
      if (!this.#isStopped) await this.#pass()
    }
  }

  async #untilDue(): Promise<void> {
    const { pause = delay } = this.#options
    const waited = new AbortController()
    const signal = AbortSignal.any([this.#stopping.signal, waited.signal])
    const again = this.#nextPassInMs === undefined ? [] : [pause(this.#nextPassInMs, signal)]
    await Promise.race([this.#news.promise, ...again]).catch(() => undefined)
    waited.abort()
    this.#news = Promise.withResolvers()
  }

  async #pass(): Promise<void> {
    const { registry, servers, running, progress, keep } = this.#options
    const wanted = this.#wanted
    const isEdited = this.#isEdited
    this.#isEdited = false
    try {
      if (wanted !== this.#last) await keep(wanted)
      const { sentence, isNews, nextPassInMs } = await registry.sync(wanted, servers)
      if (this.#isStopped) return
      const words = [`${this.#opening(isEdited)}${sentence}`, ...editSentences(running, this.#last, wanted)]
      if (isEdited || isNews || this.#toldFailure !== undefined) progress(words.join('; '))
      this.#last = wanted
      this.#nextPassInMs = nextPassInMs
      this.#failures = 0
      this.#toldFailure = undefined
    } catch (err) {
      if (!this.#isStopped) this.#failed(err, isEdited)
    }
  }

  #opening(isEdited: boolean): string {
    if (isEdited) return this.#toldFailure === undefined ? '' : 'manifests taken over: '
    return this.#toldFailure === undefined
      ? 'somebody else has written the registry: '
      : 'registry compared: '
  }

  #failed(err: unknown, isEdited: boolean): void {
    const { log, progress } = this.#options
    const what = isEdited ? 'manifests not taken over' : 'registry not compared with the manifests'
    const canHelp = !(err instanceof Fault) || err.retryable
    this.#nextPassInMs = canHelp ? retryPauseMs(this.#failures) : undefined
    this.#failures += 1
    this.#isEdited ||= isEdited
    log.warn({ err, retryInMs: this.#nextPassInMs }, what)
    const failure = `${what} (${reasonOf(err)}); ${canHelp ? byItself : 'the next edit tries again'}`
    if (failure !== this.#toldFailure) progress(failure)
    this.#toldFailure = failure
  }
}

/** Until the next attempt, after so many failures before this one. */
function retryPauseMs(failures: number): number {
  return Math.min(firstPauseMs * 2 ** failures, longestPauseMs)
}
