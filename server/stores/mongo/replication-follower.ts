/** Follows the collection of replicated definitions: everything once, then its change stream, for ever. */
import type { ChangeStream, Collection, Db, ResumeToken, Timestamp } from 'mongodb'
import { type Clock, delay, type Instant, type Random } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import type { Log } from '../../../common/log.ts'
import type { ApplyEntries, ReplicatedEntry, ReplicationFeed } from '../../replication/transport.ts'
import { jittered } from './attempts.ts'
import { factsOf, isClosed, isTransient } from './faults.ts'
import { entryOf, type ReplicationDocument } from './replication-documents.ts'

export interface ReplicationFollowerOptions {
  readonly db: Db
  readonly documents: Collection<ReplicationDocument>
  readonly apply: ApplyEntries
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
  readonly rereadEveryMs?: number
}

type Position = { readonly startAtOperationTime: Timestamp } | { readonly resumeAfter: ResumeToken }

/** A getMore without events comes back after this long. */
const maxAwaitTimeMS = 1_000
/** Without any answer for so long, changes may be missing. */
const silenceMs = 5_000
const loadLimitMs = 15_000
const firstPauseMs = 50
const longestPauseMs = 5_000

export class ReplicationFollower implements ReplicationFeed {
  readonly #options: ReplicationFollowerOptions
  readonly #stopping = new AbortController()
  /** Undefined: everything has to be read (again). */
  #position: Position | undefined
  #stream: ChangeStream | undefined
  #loadedAt: Instant = 0
  #lastAnswerAt: Instant = Number.NEGATIVE_INFINITY
  #pauseMs = firstPauseMs
  readonly #unreadable = new Set<string>()

  constructor(options: ReplicationFollowerOptions) {
    this.#options = options
    void this.#run()
  }

  get isCurrent(): boolean {
    const isHeard = this.#options.clock.now() - this.#lastAnswerAt < silenceMs
    return !this.#isStopped && this.#position !== undefined && isHeard
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#stream?.close().catch(() => undefined)
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        this.#position ??= await this.#load()
        await this.#followFrom(this.#position)
      } catch (thrown) {
        if (this.#isStopped || isClosed(thrown)) return
        this.#recover(thrown)
      }
      if (this.#position !== undefined || this.#pauseMs > firstPauseMs) await this.#pause()
    }
  }

  #recover(thrown: unknown): void {
    const { log } = this.#options
    const isNews = this.#pauseMs === firstPauseMs
    if (!isTransient(thrown)) this.#position = undefined
    const facts = { ...factsOf(thrown), reload: this.#position === undefined }
    if (isNews) log.warn(facts, 'replicated definitions could not be followed')
    else log.debug(facts, 'replicated definitions could not be followed')
    this.#lastAnswerAt = Number.NEGATIVE_INFINITY
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }

  /** Everything at one moment that a majority has; a stream from that moment on misses nothing. */
  async #load(): Promise<Position> {
    const { db, clock, log } = this.#options
    const { operationTime } = await db.command({ ping: 1 })
    const cursor = db.runCursorCommand(
      {
        find: collections.serviceReplication,
        readConcern: { level: 'snapshot', atClusterTime: operationTime },
        maxTimeMS: loadLimitMs,
      },
      { useBigInt64: true },
    )
    const entries = (await cursor.toArray()).flatMap((document) => this.#entryOf(document))
    this.#loadedAt = clock.now()
    this.#heard()
    this.#give(entries, true)
    log.debug({ entries: entries.length }, 'replicated definitions were read')
    return { startAtOperationTime: operationTime }
  }

  async #followFrom(position: Position): Promise<void> {
    const { clock, documents, rereadEveryMs = 600_000 } = this.#options
    const stream = documents.watch([], { ...position, useBigInt64: true, maxAwaitTimeMS })
    this.#stream = stream
    try {
      while (!this.#isStopped && this.#position !== undefined) {
        const event = await stream.tryNext()
        this.#heard()
        this.#position = { resumeAfter: stream.resumeToken }
        if (event !== null) this.#take(event)
        else if (clock.now() - this.#loadedAt >= rereadEveryMs) this.#position = undefined
      }
    } finally {
      await stream.close().catch(() => undefined)
    }
  }

  /** Nodes only ever replace. Whatever else happened to the collection, what is left of it is read again. */
  #take(event: { readonly operationType: string; readonly fullDocument?: object | null | undefined }): void {
    const { operationType, fullDocument } = event
    const isWritten = operationType === 'insert' || operationType === 'replace'
    if (isWritten && fullDocument) {
      this.#give(this.#entryOf({ ...fullDocument }), false)
    } else {
      this.#options.log.info({ operation: operationType }, 'replicated definitions are read again')
      this.#position = undefined
    }
  }

  #give(entries: readonly ReplicatedEntry[], isWhole: boolean): void {
    if (!this.#isStopped) this.#options.apply(entries, { isWhole })
  }

  #entryOf(document: Readonly<Record<string, unknown>>): readonly ReplicatedEntry[] {
    const entry = entryOf(document)
    if (entry !== undefined) return [entry]
    const id = String(document['_id'])
    if (!this.#unreadable.has(id)) this.#options.log.warn({ id }, 'replicated definition was unreadable')
    this.#unreadable.add(id)
    return []
  }

  #heard(): void {
    this.#lastAnswerAt = this.#options.clock.now()
    this.#pauseMs = firstPauseMs
  }

  async #pause(): Promise<void> {
    await delay(jittered(this.#pauseMs, this.#options.random), this.#stopping.signal).catch(() => undefined)
  }
}
