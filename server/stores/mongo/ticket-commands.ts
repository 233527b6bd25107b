/**
 * The few commands the ticket store sends, each bounded at the server. Inserts go as plain commands, so that the
 * answer of the server (which documents, acknowledged or not) is seen as it is and nothing repeats them unasked.
 */
import { type Db, type Filter, MongoServerError } from 'mongodb'
import { collections } from '../../../common/contract.ts'
import { limits } from './attempts.ts'
import type { SessionDocument, TicketDocument } from './ticket-documents.ts'

const duplicateKey = 11000

/** Which documents of an insert were there already, by position; empty: all were stored by this command. */
export type InsertOutcome = { readonly duplicates: readonly number[] }

export interface TicketCommands {
  /**
   * Inserts in order and stops at the first that is there already (`ordered`), or inserts all that are not there.
   * Resolves only when a majority has acknowledged; throws the driver's error otherwise.
   */
  insert(
    documents: readonly TicketDocument[],
    options?: { readonly ordered: boolean },
  ): Promise<InsertOutcome>
  /** The document as a majority knows it now: a primary that was replaced without noticing cannot answer this. */
  readForSure(key: string, signal: AbortSignal): Promise<TicketDocument | null>
}

export function ticketCommands(db: Db): TicketCommands {
  const tickets = db.collection<TicketDocument>(collections.tickets)
  return {
    async insert(documents, { ordered } = { ordered: true }) {
      const answer = await db.command({
        insert: collections.tickets,
        documents,
        ordered,
        maxTimeMS: limits.maxTimeMS,
        writeConcern: { w: 'majority', j: true, wtimeout: limits.writeConcern.wtimeoutMS },
      })
      return { duplicates: duplicatesOf(answer['writeErrors']) }
    },
    readForSure: (key, signal) =>
      tickets.findOne<TicketDocument>(
        { _id: key },
        { readConcern: 'linearizable', readPreference: 'primary', maxTimeMS: limits.maxTimeMS, signal },
      ),
  }
}

/** Filter for a session by key, whatever its state. */
export const sessionByKey = (key: string): Filter<SessionDocument> => ({ _id: key, kind: 'TGT' })

function duplicatesOf(writeErrors: unknown): number[] {
  if (!Array.isArray(writeErrors)) return []
  return writeErrors.map(({ index, code, errmsg }) => {
    if (code !== duplicateKey) throw new MongoServerError({ code, message: errmsg })
    return Number(index)
  })
}
