/**
 * One multi-document transaction, tried again while that is safe, within a deadline. The driver's own
 * withTransaction goes on for two minutes, which is longer than an operator holds its Lease.
 */
import type { ClientSession, MongoClient } from 'mongodb'
import { MongoError } from 'mongodb'
import { type Clock, delay } from '../../common/clock.ts'
import { StoreFault } from '../../common/fault.ts'

export interface TransactionOptions {
  readonly client: MongoClient
  readonly clock: Clock
  /** What is done, for messages. */
  readonly doing: string
  /** Nothing is tried again after so long. */
  readonly deadlineMs: number
  /** Told the id of the session that will write, in hexadecimal, before it does. */
  readonly onSession?: ((id: string) => void) | undefined
}

const pauseMs = 100
/** One try of a commit waits no longer for a majority. */
const commitMs = 5_000

/**
 * Runs `body` in a transaction and commits it, unless `body` resolves with undefined: then nothing is written. `body`
 * may run several times, each time on its own transaction. Throws StoreFault when the outcome is not known.
 */
export async function inTransaction<T>(
  options: TransactionOptions,
  body: (session: ClientSession) => Promise<T | undefined>,
): Promise<T | undefined> {
  const { client, clock, doing, deadlineMs } = options
  const giveUpAt = clock.now() + deadlineMs
  const session = client.startSession()
  if (session.id !== undefined) options.onSession?.(session.id.id.toString('hex'))
  try {
    for (;;) {
      try {
        return await attempt(session, body, () => clock.now() < giveUpAt)
      } catch (thrown) {
        if (!hasLabel(thrown, 'TransientTransactionError') || clock.now() >= giveUpAt) throw thrown
        await delay(pauseMs)
      }
    }
  } catch (cause) {
    if (cause instanceof MongoError) throw new StoreFault(doing, { retryable: true, cause })
    throw cause
  } finally {
    await session.endSession()
  }
}

async function attempt<T>(
  session: ClientSession,
  body: (session: ClientSession) => Promise<T | undefined>,
  mayGoOn: () => boolean,
): Promise<T | undefined> {
  session.startTransaction({
    readConcern: { level: 'snapshot' },
    writeConcern: { w: 'majority', wtimeoutMS: commitMs },
    maxCommitTimeMS: commitMs,
  })
  let result: T | undefined
  try {
    result = await body(session)
  } catch (thrown) {
    await abandon(session)
    throw thrown
  }
  if (result === undefined) await abandon(session)
  else await commit(session, mayGoOn)
  return result
}

/** A commit may be repeated: the database knows the transaction and commits it once. */
async function commit(session: ClientSession, mayGoOn: () => boolean): Promise<void> {
  for (;;) {
    try {
      await session.commitTransaction()
      return
    } catch (thrown) {
      if (!hasLabel(thrown, 'UnknownTransactionCommitResult') || !mayGoOn()) throw thrown
      await delay(pauseMs)
    }
  }
}

async function abandon(session: ClientSession): Promise<void> {
  // The database forgets an open transaction by itself; what counts is what the body threw or said.
  if (session.inTransaction()) await session.abortTransaction().catch(() => undefined)
}

function hasLabel(thrown: unknown, label: string): boolean {
  return thrown instanceof MongoError && thrown.hasErrorLabel(label)
}
