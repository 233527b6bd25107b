/**
 * Notices what others write into the registry: a person, an Apereo CAS, a restore. One change stream over the
 * database that carries no documents, only who wrote where; what is there is read again by the next pass. Whatever
 * the stream may have missed counts as written by others.
 */
import type { ChangeStream, Db, Document, Timestamp } from 'mongodb'
import { delay } from '../../common/clock.ts'
import { collections } from '../../common/contract.ts'
import { reasonOf } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'

export interface ForeignWritesOptions {
  readonly db: Db
  /** Whether a session, by the hexadecimal text of its id, is one that this process writes the registry with. */
  readonly isOwn: (session: string) => boolean
  /** Called when others have written, at most every two seconds. */
  readonly onForeign: () => void
  readonly log: Log
}

export interface ForeignWrites {
  /** Resolves when everything from now on is noticed, or when the database is away. */
  readonly started: Promise<void>
  /** `onForeign` is not called after this. */
  stop(): Promise<void>
}

/** Others may write all day long: everything is read again for them so often at most. */
const betweenCallsMs = 2_000
const firstPauseMs = 200
const longestPauseMs = 5_000
const maxAwaitTimeMS = 1_000

const { services, properties, owners, poolState } = collections
const drops = ['drop', 'rename', 'dropDatabase', 'invalidate']

/** Who takes the registry over raises the head's epoch in place: that alone is no news. */
const pipeline = [
  {
    $match: {
      $or: [
        { 'ns.coll': { $in: [services, properties, owners] } },
        { 'ns.coll': poolState, operationType: { $ne: 'update' } },
        { 'to.coll': { $in: [services, properties, owners, poolState] } },
        { operationType: { $in: ['dropDatabase', 'invalidate'] } },
      ],
    },
  },
  { $project: { operationType: 1, ns: 1, lsid: 1 } },
]

/** Follows until stopped; never rejects. */
export function followForeignWrites(options: ForeignWritesOptions): ForeignWrites {
  const follower = new ForeignWriteFollower(options)
  const running = follower.run()
  return {
    started: follower.started.promise,
    stop: async () => {
      await follower.stop()
      await running
    },
  }
}

/** The part of a change event that matters here. */
interface Write extends Document {
  readonly operationType: string
  readonly ns?: { readonly coll?: string }
  /** Only on writes in a transaction, as ours are. */
  readonly lsid?: { readonly id: { toString(encoding: 'hex'): string } }
}

class ForeignWriteFollower {
  readonly started = Promise.withResolvers<void>()
  readonly #options: ForeignWritesOptions
  readonly #stopping = new AbortController()
  #stream: ChangeStream<Document, Write> | undefined
  #call: NodeJS.Timeout | undefined
  #isCallDue = false
  #isAnotherStream = false

  constructor(options: ForeignWritesOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        await this.#follow(() => {
          pauseMs = firstPauseMs
        })
      } catch (thrown) {
        if (!signal.aborted) this.#options.log.debug({ reason: reasonOf(thrown) }, 'registry is not watched')
      } finally {
        // Who waits for it learns from its own attempt that the database is away.
        this.started.resolve()
        this.#isAnotherStream = true
        await this.#stream?.close().catch(() => undefined)
      }
      await delay(pauseMs, signal).catch(() => undefined)
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    clearTimeout(this.#call)
    await this.#stream?.close().catch(() => undefined)
  }

  async #follow(answered: () => void): Promise<void> {
    const { db } = this.#options
    const { operationTime } = await db.command({ ping: 1, maxTimeMS: 5_000 })
    this.started.resolve()
    const startAtOperationTime: Timestamp = operationTime
    const stream = db.watch<Document, Write>(pipeline, { startAtOperationTime, maxAwaitTimeMS })
    this.#stream = stream
    // Between two streams anything may have been written.
    if (this.#isAnotherStream) this.#tell()
    this.#isAnotherStream = true
    while (!this.#stopping.signal.aborted) {
      const write = await stream.tryNext()
      answered()
      if (write === null) continue
      if (this.#isForeign(write)) this.#tell()
      if (write.operationType === 'invalidate') return
    }
  }

  #isForeign({ operationType, lsid }: Write): boolean {
    if (drops.includes(operationType)) return true
    return lsid === undefined || !this.#options.isOwn(lsid.id.toString('hex'))
  }

  /** At once, and then once more for all that comes within the next two seconds. */
  #tell(): void {
    if (this.#stopping.signal.aborted) return
    if (this.#call !== undefined) {
      this.#isCallDue = true
      return
    }
    this.#call = setTimeout(() => {
      this.#call = undefined
      if (!this.#isCallDue) return
      this.#isCallDue = false
      this.#tell()
    }, betweenCallsMs)
    this.#options.onForeign()
  }
}
