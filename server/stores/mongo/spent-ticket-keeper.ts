/**
 * Shortens how long spent tickets are kept: to the time of their session, or less when a newer one has replaced them.
 * Housekeeping only: best effort, one small write (`w: 1`) for all tickets that came together, and no validation waits for
 * it. What is lost here is purged later.
 */
import type { AnyBulkWriteOperation, Db } from 'mongodb'
import { collections } from '../../../common/contract.ts'
import type { Log } from '../../../common/log.ts'
import type { TicketDocument } from './ticket-documents.ts'

export interface SpentTicketKeeper {
  /** Notes when the ticket stored under `key` may be purged. */
  keepUntil(key: string, purgeAt: Date): void
  /** Notes when the tickets that the filter finds may be purged. */
  keepNoLonger(replaced: { readonly filter: object; readonly purgeAt: Date }): void
}

/** More than this waiting means the database is away; the default `purgeAt` then stands. */
const mostPending = 10_000

export function spentTicketKeeper(db: Db, log: Log): SpentTicketKeeper {
  const tickets = db.collection<TicketDocument>(collections.tickets)
  let pending: AnyBulkWriteOperation<TicketDocument>[] = []
  let isWriting = false

  async function writePending(): Promise<void> {
    isWriting = true
    while (pending.length > 0) {
      const updates = pending
      pending = []
      try {
        await tickets.bulkWrite(updates, { ordered: false, writeConcern: { w: 1 } })
      } catch (err) {
        log.debug({ err, tickets: updates.length }, 'purge time of spent tickets was not shortened')
      }
    }
    isWriting = false
  }

  function add(update: AnyBulkWriteOperation<TicketDocument>): void {
    if (pending.length < mostPending) pending.push(update)
    if (!isWriting) void writePending()
  }

  return {
    keepUntil: (_id, purgeAt) => add({ updateOne: { filter: { _id }, update: { $set: { purgeAt } } } }),
    keepNoLonger: ({ filter, purgeAt }) => add({ updateMany: { filter, update: { $set: { purgeAt } } } }),
  }
}
