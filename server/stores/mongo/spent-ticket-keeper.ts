/**
 * Shortens how long a spent ticket is kept, to the time of its session. Housekeeping only: best effort, one small
 * write (`w: 1`) for all tickets that came together, and no validation waits for it. What is lost here is purged later.
 */
import type { Db } from 'mongodb'
import { collections } from '../../../common/contract.ts'
import type { Log } from '../../../common/log.ts'
import type { TicketDocument } from './ticket-documents.ts'

export interface SpentTicketKeeper {
  /** Notes when the ticket stored under `key` may be purged. */
  keepUntil(key: string, purgeAt: Date): void
}

/** More than this waiting means the database is away; the default `purgeAt` then stands. */
const mostPending = 10_000

export function spentTicketKeeper(db: Db, log: Log): SpentTicketKeeper {
  const tickets = db.collection<TicketDocument>(collections.tickets)
  let pending = new Map<string, Date>()
  let isWriting = false

  async function writePending(): Promise<void> {
    isWriting = true
    while (pending.size > 0) {
      const updates = Array.from(pending, ([_id, purgeAt]) => ({
        updateOne: { filter: { _id }, update: { $set: { purgeAt } } },
      }))
      pending = new Map()
      try {
        await tickets.bulkWrite(updates, { ordered: false, writeConcern: { w: 1 } })
      } catch (err) {
        log.debug({ err, tickets: updates.length }, 'purge time of spent tickets was not shortened')
      }
    }
    isWriting = false
  }

  return {
    keepUntil(key, purgeAt) {
      if (pending.size < mostPending) pending.set(key, purgeAt)
      if (!isWriting) void writePending()
    },
  }
}
