/** Indexes of the collections that servers write. */
import type { Db } from 'mongodb'
import { collections } from '../../../common/contract.ts'
import { limits } from './attempts.ts'
import { toStoreFault } from './faults.ts'

/** Creates what is missing; harmless to repeat, and from several servers at once. Throws StoreFault. */
export async function ensureIndexes(db: Db): Promise<void> {
  const tickets = db.collection(collections.tickets)
  try {
    await tickets.createIndexes(
      [
        // The only TTL index. `expireAt` is logic; what has expired must stay readable for a while.
        { key: { purgeAt: 1 }, name: 'purge', expireAfterSeconds: 0 },
        // Logout lists the spent tickets of a session. Tickets that were never presented cost no index entry.
        { key: { root: 1 }, name: 'spent-by-root', partialFilterExpression: { state: 'spent' } },
        // The sweeper looks for sessions that nobody uses any more.
        { key: { sweepAt: 1 }, name: 'sweep', partialFilterExpression: { state: 'live' } },
        // Ended sessions whose logout messages are not planned, and what ends together with a session.
        { key: { fanOutAt: 1 }, name: 'fan-out', sparse: true },
        { key: { successor: 1 }, name: 'successor', sparse: true },
      ],
      { commitQuorum: 'majority', maxTimeMS: limits.maxTimeMS },
    )
    await db.collection(collections.logoutOutbox).createIndexes(
      [
        { key: { purgeAt: 1 }, name: 'purge', expireAfterSeconds: 0 },
        // What is settled has no such field, and costs no entry.
        { key: { dueAt: 1 }, name: 'due', sparse: true },
      ],
      { commitQuorum: 'majority', maxTimeMS: limits.maxTimeMS },
    )
  } catch (thrown) {
    throw toStoreFault('create the indexes of the ticket store', thrown)
  }
}
