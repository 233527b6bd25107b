/**
 * Tells the pool what this member has loaded: its own document in `pool-members`, on change and as a heartbeat. Best
 * effort (`w: 1`): a report that is lost comes again, and nothing that serves users waits for it. Who finds that another
 * process has written there since has a live server of the same name beside it, and says so.
 */
import type { Db } from 'mongodb'
import type { Clock } from '../../../common/clock.ts'
import { collections, serverEnv } from '../../../common/contract.ts'
import type { MemberDocument } from '../../../common/documents/pool.ts'
import { shortText } from '../../../common/documents/short-text.ts'
import { reasonOf } from '../../../common/fault.ts'
import type { Log } from '../../../common/log.ts'

/** Who reports. */
export interface Member {
  readonly name: string
  readonly address: string
  readonly version: string
  /** New with every start of the process. */
  readonly bootId: string
}

/** What is reported. */
export type MemberReport = Pick<MemberDocument, 'rev' | 'digest' | 'refusedServices' | 'refusedProperties'>

/** Refusals that are listed with their reason, of services and of properties each … */
const maxReasons = 100
/** … and that are listed at all: an operator looks for its own among them. 2 MB at most, in a document of 16. */
const maxRefusals = 2_500
const maxReasonLength = 1_000

export interface MemberReporter {
  /** Notes the newest state; several within a few milliseconds become one write. Never waits, never throws. */
  report(report: MemberReport): void
  /** Ends the heartbeat; resolves when a write under way has ended. */
  stop(): Promise<void>
}

export interface MongoMemberReporterOptions {
  readonly db: Db
  readonly member: Member
  readonly log: Log
  readonly clock: Clock
  readonly debounceMs?: number
  readonly heartbeatMs?: number
}

const retryMs = 1_000
const nameTaken = `another server that runs now has the same name: give each its own ${serverEnv.memberName} (a machine that was cloned is the usual cause), as edits of one of them may be lost`

/** The report in a size that a document and everybody who follows it can bear. */
export function boundedReport(report: MemberReport): MemberReport & Pick<MemberDocument, 'unlistedRefusals'> {
  const { refusedServices, refusedProperties } = report
  const beyond = [refusedServices, refusedProperties].map(({ length }) => Math.max(0, length - maxRefusals))
  const unlistedRefusals = beyond.reduce((sum, count) => sum + count, 0)
  return {
    ...report,
    refusedServices: bounded(refusedServices).map((refused) => ({ ...refused, id: shortText(refused.id) })),
    refusedProperties: bounded(refusedProperties).map((refused) => ({
      ...refused,
      name: shortText(refused.name),
    })),
    ...(unlistedRefusals > 0 && { unlistedRefusals }),
  }
}

function bounded<T extends { readonly reason: string }>(refusals: readonly T[]): T[] {
  return refusals.slice(0, maxRefusals).map((refused, i) => ({
    ...refused,
    reason: i < maxReasons ? shortText(refused.reason, maxReasonLength) : 'is refused, like many others',
  }))
}

export function mongoMemberReporter(options: MongoMemberReporterOptions): MemberReporter {
  const { db, member, log, clock, debounceMs = 50, heartbeatMs = 30_000 } = options
  const members = db.collection<MemberDocument>(collections.poolMembers)
  let latest: ReturnType<typeof boundedReport> | undefined
  let timer: NodeJS.Timeout | undefined
  let dueAt = Number.POSITIVE_INFINITY
  let writing: Promise<void> | undefined
  let isStopped = false
  let hasFailed = false
  let hasWritten = false
  const toldOf = new Set<string>()

  /** What the first report replaces may be of an earlier run. */
  function notice(replaced: Pick<MemberDocument, 'bootId' | 'address' | 'at'> | null): void {
    const isOther = replaced !== null && replaced.bootId !== member.bootId
    if (isOther && hasWritten && !toldOf.has(replaced.bootId)) {
      toldOf.add(replaced.bootId)
      log.error({ member: member.name, other: replaced.address, at: replaced.at }, nameTaken)
    }
    hasWritten = true
  }

  /** Writes at the earliest in `ms`, unless an earlier write is planned anyway. */
  function plan(ms: number): void {
    const due = clock.now() + ms
    if (isStopped || due >= dueAt) return
    clearTimeout(timer)
    dueAt = due
    timer = setTimeout(() => {
      dueAt = Number.POSITIVE_INFINITY
      // A slow database must not be asked twice at a time: the older report could land last.
      writing = (writing ?? Promise.resolve()).then(write)
    }, ms)
    timer.unref()
  }

  async function write(): Promise<void> {
    if (latest === undefined || isStopped) return
    const { name: _id, bootId, address, version } = member
    const document: MemberDocument = { _id, bootId, address, version, ...latest, at: new Date(clock.now()) }
    try {
      const bounds = { writeConcern: { w: 1 }, maxTimeMS: 2_000 }
      const projection = { bootId: 1, address: 1, at: 1 }
      notice(await members.findOneAndReplace({ _id }, document, { upsert: true, projection, ...bounds }))
      hasFailed = false
      plan(heartbeatMs)
    } catch (err) {
      // Once, and not with every attempt: that a database is away is told by others, too.
      if (hasFailed) log.debug({ err }, 'member report was not written')
      else log.warn({ reason: reasonOf(err) }, 'member report was not written')
      hasFailed = true
      plan(retryMs)
    }
  }

  return {
    report(report) {
      latest = boundedReport(report)
      plan(debounceMs)
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await writing
    },
  }
}
