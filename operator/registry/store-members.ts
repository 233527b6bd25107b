/**
 * The reports of the servers (`pool-members`), held in memory and followed by a change stream. While the database is
 * away the last reports stay; afterwards everything is read again.
 */
import type { ChangeStream, ChangeStreamDocument, Db, Document } from 'mongodb'
import { delay } from '../../common/clock.ts'
import { collections } from '../../common/contract.ts'
import type { MemberDocument } from '../../common/documents/pool.ts'
import type { Log } from '../../common/log.ts'

export type MemberReports = ReadonlyMap<string, MemberDocument>

export interface FollowMembersOptions {
  /** Of a client made with `useBigInt64: true`. */
  readonly db: Db
  readonly log: Log
  /** Called with all reports after the first load and after each change; once for changes that come together. */
  readonly onChange: (reports: MemberReports) => void
}

export interface MemberFeed {
  /** By member name; empty until first loaded. */
  current(): MemberReports
  /** Ends the stream; `onChange` is not called after this resolves. */
  stop(): Promise<void>
}

/** More members than any pool has: reports beyond are not held. */
const maxMembers = 1000
const firstPauseMs = 200
const longestPauseMs = 5_000

/** Follows until stopped; never rejects. */
export function followMembers(options: FollowMembersOptions): MemberFeed {
  const follower = new MemberFollower(options)
  const running = follower.run()
  return {
    current: () => follower.reports,
    stop: async () => {
      await follower.stop()
      await running
    },
  }
}

type MemberChange = ChangeStreamDocument<MemberDocument>

class MemberFollower {
  reports: MemberReports = new Map()
  readonly #options: FollowMembersOptions
  readonly #stopping = new AbortController()
  #stream: ChangeStream<MemberDocument> | undefined
  #isPublishing = false

  constructor(options: FollowMembersOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    const { signal } = this.#stopping
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        await this.#follow(() => {
          pauseMs = firstPauseMs
        })
      } catch (err) {
        if (!signal.aborted) this.#options.log.info({ err, retryInMs: pauseMs }, 'member reports interrupted')
      } finally {
        await this.#stream?.close().catch(() => undefined)
      }
      await delay(pauseMs, signal).catch(() => undefined)
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#stream?.close().catch(() => undefined)
  }

  /** Resolves when everything has to be read again, rejects when the database is away. */
  async #follow(loaded: () => void): Promise<void> {
    const { db } = this.#options
    const members = db.collection<MemberDocument>(collections.poolMembers)
    // The time first, then the documents, then what changed since: changes may come twice, none is missed.
    const { operationTime } = await db.command({ ping: 1 })
    const all = await members.find({}, { limit: maxMembers, maxTimeMS: 10_000 }).toArray()
    const reports = new Map(all.map((report) => [report._id, report]))
    this.#publish(reports)
    loaded()
    const stream = members.watch<MemberDocument>([], { startAtOperationTime: operationTime })
    this.#stream = stream
    if (this.#stopping.signal.aborted) return
    await new Promise<void>((resolve, reject) => {
      stream.on('change', (change) => {
        if (applyChange(reports, change)) this.#publishSoon(reports)
        else resolve()
      })
      stream.on('error', reject)
      stream.on('close', resolve)
    })
  }

  /** Changes that came in one answer are told together. */
  #publishSoon(reports: MemberReports): void {
    if (this.#isPublishing) return
    this.#isPublishing = true
    setImmediate(() => {
      this.#isPublishing = false
      this.#publish(reports)
    })
  }

  #publish(reports: MemberReports): void {
    if (this.#stopping.signal.aborted) return
    this.reports = new Map(reports)
    this.#options.onChange(this.reports)
  }
}

/** False when the stream has to begin anew: the collection is gone. */
function applyChange(reports: Map<string, MemberDocument>, change: MemberChange): boolean {
  switch (change.operationType) {
    case 'insert':
    case 'replace':
    case 'update':
      if (change.fullDocument !== undefined) setReport(reports, change.fullDocument)
      // An update without its document: read everything again.
      return change.fullDocument !== undefined
    case 'delete':
      reports.delete(String((change.documentKey as Document)['_id']))
      return true
    default:
      return false
  }
}

function setReport(reports: Map<string, MemberDocument>, report: MemberDocument): void {
  if (reports.has(report._id) || reports.size < maxMembers) reports.set(report._id, report)
}
