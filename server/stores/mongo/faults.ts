/**
 * What an error of the driver means for the caller: gone with the next attempt (a primary that died, stalled or
 * stepped down, a write that no majority acknowledged in time), or there to stay. Nothing else looks at error codes.
 */
import {
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from 'mongodb'
import { reasonOf, StoreFault } from '../../../common/fault.ts'

/** Server codes that another attempt, perhaps on another member, can overcome. */
const transientCodes = new Set<unknown>([
  6, // HostUnreachable
  7, // HostNotFound
  11, // UserNotFound: users are read from the database, which a fresh member may not have yet
  24, // LockTimeout
  43, // CursorNotFound
  50, // MaxTimeMSExpired
  64, // WriteConcernFailed: no majority within wtimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  147, // LinearizableReadConcernError
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  237, // CursorKilled
  239, // SnapshotTooOld
  246, // SnapshotUnavailable
  262, // ExceededTimeLimit
  317, // ConnectionPoolExpired
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
])

/** Write concerns that this replica set can never meet: a mistake in its configuration. */
const hopelessWriteConcerns = new Set<unknown>([79, 100])

const closedClientErrors = new Set(['MongoClientClosedError', 'MongoNotConnectedError'])

/** Of the driver's own making, by name because not all classes are exported. */
const transientDriverErrors = new Set([
  // All connections wait for a primary that stalls: it passes with the failover.
  'MongoWaitQueueTimeoutError',
  // The first connect failed and is made again (connect.ts).
  'MongoTopologyClosedError',
])

/** Of the system, which the driver passes on as they are when a connection breaks while it is made. */
const socketErrors = new Set<unknown>([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
])

/**
 * True when the same operation may succeed if it is tried again. False also for a change stream whose history is lost
 * (260 InvalidResumeToken, 280 ChangeStreamFatalError, 286 ChangeStreamHistoryLost): it has to be begun anew.
 */
export function isTransient(thrown: unknown): boolean {
  if (thrown instanceof MongoNetworkError || thrown instanceof MongoServerSelectionError) return true
  if (thrown instanceof MongoWriteConcernError) return !hopelessWriteConcerns.has(thrown.code)
  if (thrown instanceof MongoServerError) return transientCodes.has(thrown.code) || hasRetryLabel(thrown)
  if (thrown instanceof MongoError) return transientDriverErrors.has(thrown.name)
  return Error.isError(thrown) && 'code' in thrown && socketErrors.has(thrown.code)
}

const advices: ReadonlyMap<unknown, string> = new Map([
  [13, 'grant the user the role readWrite on the database of the pool'],
  [18, 'check user, password and authSource in the connection string'],
])

/** For the log: why, and what to do where somebody has to. */
export function factsOf(thrown: unknown): { readonly reason: string; readonly advice?: string } {
  const advice = thrown instanceof MongoServerError ? advices.get(thrown.code) : undefined
  return { reason: reasonOf(thrown), ...(advice !== undefined && { advice }) }
}

/** True when the client was closed: the process is stopping, and nothing will ever answer. */
export function isClosed(thrown: unknown): boolean {
  return thrown instanceof MongoError && closedClientErrors.has(thrown.name)
}

/** The fault to throw for anything the driver threw while `doing`. */
export function toStoreFault(doing: string, thrown: unknown): StoreFault {
  if (thrown instanceof StoreFault) return thrown
  return new StoreFault(doing, { retryable: isTransient(thrown), cause: thrown })
}

function hasRetryLabel(error: MongoError): boolean {
  return ['RetryableWriteError', 'TransientTransactionError', 'ResumableChangeStreamError'].some((label) =>
    error.hasErrorLabel(label),
  )
}
