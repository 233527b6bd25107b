/**
 * RegistrySource on a replica set: one load of everything at one moment, then one change stream over the database from
 * that moment. Owns how to go on after anything that can happen to a stream: it is resumed where the last complete
 * transaction ended; where that is impossible, everything is read again. It never gives up and never forgets what it
 * holds. A slow comparison with the head's digest finds whatever nobody thought of.
 */
import type { ChangeStream, Db, ResumeToken, Timestamp } from 'mongodb'
import { type Clock, delay, type Instant, type Random, systemRandom } from '../../../common/clock.ts'
import type { Log } from '../../../common/log.ts'
import { readOptions } from '../../../common/stored-bytes.ts'
import type { RegistryContents, RegistryFeed, RegistrySource } from '../../services/registry-source.ts'
import { jittered } from './attempts.ts'
import { factsOf, isClosed, isTransient, toStoreFault } from './faults.ts'
import { type ChangeEvent, eventFilter, parseEvent, TransactionAssembler } from './registry-events.ts'
import {
  afterLoad,
  contentsOf,
  digestOf,
  type HeldRegistry,
  isBelievable,
  isBelievableStep,
  isVouchedFor,
  nothingHeld,
  type RegistryChange,
  withChanges,
} from './registry-held.ts'
import { loadHead, loadRegistry } from './registry-load.ts'

export interface MongoRegistrySourceOptions {
  /** Of a client made by `connectMongo`. */
  readonly db: Db
  readonly log: Log
  readonly clock: Clock
  /** For the jitter of pauses. */
  readonly random?: Random
  /** How often the digest is compared with the head's. Default 3 min. */
  readonly compareEveryMs?: number
  /** How long a registry that lacks something, and that no head vouches for, is not believed at least. Default 60 s. */
  readonly restorePatienceMs?: number
  /** Called when the registry is there again after a collection of it, or the whole database, was dropped. */
  readonly onRestored?: () => void
  /** Told how long each change took from its commit to here. */
  readonly lag?: {
    /** Time as the database has it. */
    readonly clock: Clock
    readonly observe: (seconds: number) => void
  }
}

/** Where a stream starts: at the moment of the load, or after the last transaction that was applied. */
type Position = { readonly startAtOperationTime: Timestamp } | { readonly resumeAfter: ResumeToken }

/** A getMore without events comes back after this long. */
const maxAwaitTimeMS = 1_000
/** Without any answer for so long, what is held may be old. */
const silenceMs = 5_000
const firstPauseMs = 50
const longestPauseMs = 5_000

export function mongoRegistrySource(options: MongoRegistrySourceOptions): RegistrySource {
  return {
    async follow(apply) {
      const follower = new RegistryFollower(options, apply)
      await follower.start()
      return follower
    },
  }
}

class RegistryFollower implements RegistryFeed {
  readonly #options: MongoRegistrySourceOptions
  readonly #apply: (contents: RegistryContents) => void
  readonly #stopping = new AbortController()
  readonly #firstLoad = Promise.withResolvers<void>()
  #held: HeldRegistry | undefined
  /** Undefined: everything has to be read (again). */
  #position: Position | undefined
  #stream: ChangeStream | undefined
  /** Since when what the database holds is doubted, until a load is believed again. */
  #doubtedAt: Instant | undefined
  /** It was told that the doubt stays. */
  #isDoubtTold = false
  #wasDropped = false
  /** Commit of the event that was taken last. */
  #committedAt: Date | undefined
  #lastAnswerAt: Instant = Number.NEGATIVE_INFINITY
  #comparedAt: Instant
  /** Own digest that a reload confirmed although the head says another. */
  #confirmedDigest: string | undefined
  /** What is held was not taken over: the last call of `apply` threw. */
  #isApplyFailed = false
  #pauseMs = firstPauseMs
  /** Why the registry could not be followed when it was last told; forgotten when a stream answers. */
  #toldReason: string | undefined

  constructor(options: MongoRegistrySourceOptions, apply: (contents: RegistryContents) => void) {
    this.#options = options
    this.#apply = apply
    this.#comparedAt = options.clock.now()
  }

  get isCurrent(): boolean {
    return !this.#isApplyFailed && this.#options.clock.now() - this.#lastAnswerAt < silenceMs
  }

  /** Resolves after the first load was applied. Throws StoreFault only if the client was closed before. */
  start(): Promise<void> {
    void this.#run()
    return this.#firstLoad.promise
  }

  /** Nothing is applied any more. What still waits for the database ends by itself, within a second. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#stream?.close().catch(() => undefined)
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        if (this.#position === undefined) await this.#load()
        if (this.#position !== undefined) await this.#followFrom(this.#position)
      } catch (thrown) {
        if (this.#isStopped) break
        if (isClosed(thrown)) return this.#firstLoad.reject(toStoreFault('load the registry', thrown))
        this.#recover(thrown)
      }
      await this.#pause()
    }
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  /** A stream that broke off is resumed; one that cannot be resumed, for whatever reason, is begun anew. */
  #recover(thrown: unknown): void {
    const { log } = this.#options
    const wasCurrent = this.isCurrent
    this.#lastAnswerAt = Number.NEGATIVE_INFINITY
    if (!isTransient(thrown)) this.#position = undefined
    const facts = { ...factsOf(thrown), reload: this.#position === undefined }
    const { reason } = facts
    const isNews = reason !== this.#toldReason
    this.#toldReason = reason
    if (isNews && (wasCurrent || this.#held === undefined)) log.warn(facts, 'registry could not be followed')
    else log.debug(facts, 'registry could not be followed')
  }

  /** Reads everything; leaves `#position` undefined if what was read is not to be believed yet. */
  async #load(): Promise<void> {
    const { db, clock, log, restorePatienceMs = 60_000 } = this.#options
    const loaded = await loadRegistry(db)
    const before = this.#held ?? nothingHeld
    const next = afterLoad(before, loaded)
    const isFirst = this.#held === undefined
    const waitedEnough = clock.now() - (this.#doubtedAt ?? clock.now()) >= restorePatienceMs
    if (!isBelievable(before, next, { isFirst, waitedEnough })) {
      this.#disbelieve(before, next)
      if (waitedEnough) this.#tellDoubt(before, next)
      return
    }
    const isVouched = isVouchedFor(next)
    if (this.#doubtedAt !== undefined && !isVouched) {
      log.warn(factsOfLoad(before, next), 'registry was taken over although its head does not vouch for it')
    }
    this.#doubtedAt = undefined
    this.#isDoubtTold = false
    this.#position = { startAtOperationTime: loaded.at }
    this.#confirmedDigest = isVouched ? undefined : digestOf(next)
    this.#heard()
    if (next !== this.#held) this.#swap(next)
    log.info({ rev: next.head?.rev ?? 0, services: next.services.size }, 'registry was loaded')
    this.#firstLoad.resolve()
    if (this.#wasDropped) this.#options.onRestored?.()
    this.#wasDropped = false
  }

  #disbelieve(before: HeldRegistry, next: HeldRegistry): void {
    const facts = factsOfLoad(before, next)
    const isNews = this.isCurrent || this.#doubtedAt === undefined
    if (isNews) this.#options.log.warn(facts, 'incomplete registry was not taken over')
    else this.#options.log.debug(facts, 'incomplete registry was not taken over')
    this.#doubtedAt ??= this.#options.clock.now()
    this.#lastAnswerAt = Number.NEGATIVE_INFINITY
  }

  /** Nobody has vouched for what is there in all that time: what is held stays, and somebody has to look. */
  #tellDoubt(before: HeldRegistry, next: HeldRegistry): void {
    if (this.#isDoubtTold) return
    this.#isDoubtTold = true
    const facts = { ...factsOfLoad(before, next), rev: before.head?.rev, headRev: next.head?.rev }
    this.#options.log.error(facts, 'incomplete registry is still not taken over')
  }

  async #followFrom(position: Position): Promise<void> {
    const reading = { ...readOptions, enableUtf8Validation: false, maxAwaitTimeMS }
    const stream = this.#options.db.watch([eventFilter], { ...position, ...reading })
    this.#stream = stream
    try {
      const assembler = new TransactionAssembler()
      while (!this.#isStopped && this.#position !== undefined) {
        const event = await stream.tryNext()
        this.#heard()
        // Not after a load alone: a user who may read and not watch would load all the time.
        this.#pauseMs = firstPauseMs
        this.#toldReason = undefined
        if (event === null) await this.#idle(assembler)
        else this.#take(event as unknown as ChangeEvent, assembler)
        if (this.#position !== undefined && !assembler.isPending) {
          this.#position = { resumeAfter: stream.resumeToken }
        }
      }
    } finally {
      await stream.close().catch(() => undefined)
    }
  }

  #take(event: ChangeEvent, assembler: TransactionAssembler): void {
    const parsed = parseEvent(event)
    this.#committedAt = event.wallTime
    if (parsed.kind === 'change') {
      for (const changes of assembler.add(parsed.change, parsed.transaction)) this.#applyChanges(changes)
    } else if (parsed.kind === 'reload') {
      this.#wasDropped ||= parsed.why === 'dropped'
      this.#options.log.info({ why: parsed.why, operation: event.operationType }, 'registry is read again')
      this.#position = undefined
    }
  }

  async #idle(assembler: TransactionAssembler): Promise<void> {
    for (const changes of assembler.flush()) this.#applyChanges(changes)
    if (this.#isApplyFailed && this.#held !== undefined) this.#handOver(this.#held)
    const { clock, db, log, compareEveryMs = 180_000 } = this.#options
    if (clock.now() - this.#comparedAt < compareEveryMs) return
    this.#comparedAt = clock.now()
    const head = await loadHead(db)
    const held = this.#held ?? nothingHeld
    const own = digestOf(held)
    const isSame = head === undefined || (head.rev === held.head?.rev && head.digest === own)
    if (isSame || (head.rev === held.head?.rev && own === this.#confirmedDigest)) return
    log.warn({ rev: held.head?.rev, headRev: head.rev }, 'registry differs from its head and is read again')
    this.#position = undefined
  }

  #applyChanges(changes: readonly RegistryChange[]): void {
    const before = this.#held ?? nothingHeld
    const next = withChanges(before, changes)
    if (!isBelievableStep(before, next)) {
      this.#options.log.warn(factsOfLoad(before, next), 'emptied registry was not taken over')
      this.#position = undefined
      return
    }
    if (next !== before) this.#swap(next)
    this.#observeLag()
  }

  #observeLag(): void {
    const { lag } = this.#options
    if (lag === undefined || this.#committedAt === undefined) return
    // The database's time is an estimate: it may be a little behind.
    lag.observe(Math.max(0, lag.clock.now() - this.#committedAt.getTime()) / 1000)
  }

  #swap(next: HeldRegistry): void {
    if (this.#isStopped) return
    this.#held = next
    this.#handOver(next)
  }

  #handOver(next: HeldRegistry): void {
    const hadFailed = this.#isApplyFailed
    try {
      this.#apply(contentsOf(next))
      this.#isApplyFailed = false
    } catch (err) {
      this.#isApplyFailed = true
      const facts = { err, rev: next.head?.rev }
      if (hadFailed) this.#options.log.debug(facts, 'registry was not taken over')
      else this.#options.log.error(facts, 'registry was not taken over')
    }
  }

  #heard(): void {
    this.#lastAnswerAt = this.#options.clock.now()
  }

  /** Grows from one failure to the next; every answer of a stream makes it short again. */
  async #pause(): Promise<void> {
    const pauseMs = jittered(this.#pauseMs, this.#options.random ?? systemRandom)
    await delay(pauseMs, this.#stopping.signal).catch(() => undefined)
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs)
  }
}

function factsOfLoad(before: HeldRegistry, next: HeldRegistry) {
  const { services, properties } = next
  return {
    services: services.size,
    held: before.services.size,
    properties: properties.size,
    heldProperties: before.properties.size,
  }
}
