/**
 * MongoDB clients of all our processes: one set of options, and a first connection that is tried until it works. The
 * options decide how soon a primary that is gone or stalled is noticed: with these within about 3 s. `timeoutMS` is
 * not used, the driver ignores it. Not for single members of a replica set, which operator/mongo asks one by one.
 */
import { MongoClient, type MongoClientOptions } from 'mongodb'
import { delay } from './clock.ts'
import { connectionStringReason } from './connection-string.ts'
import { reasonOf, SettingsFault } from './fault.ts'
import type { Log } from './log.ts'

export interface MongoClientSettings {
  /** Connection string, credentials included: never logged. Options that are set here override it. */
  readonly uri: string
  /** Shown in MongoDB's own logs and in `currentOp`. */
  readonly appName: string
  readonly log: Log
}

export interface OpenedMongoClient {
  readonly client: MongoClient
  /** Stops connecting and closes all connections. */
  close(): Promise<void>
}

const clientOptions = {
  connectTimeoutMS: 2_000,
  heartbeatFrequencyMS: 1_000,
  // With streamed heartbeats, driver 7.9 throws out of a timer (and ends the process) when a server that answered
  // "not primary" is checked again: it cannot read the answer's 64-bit counter under useBigInt64.
  serverMonitoringMode: 'poll',
  serverSelectionTimeoutMS: 5_000,
  // Backstop for a member that keeps its heartbeats but answers nothing else.
  socketTimeoutMS: 20_000,
  waitQueueTimeoutMS: 5_000,
  maxPoolSize: 64,
  maxConnecting: 8,
  retryWrites: true,
  retryReads: true,
  readPreference: 'primary',
  writeConcern: { w: 'majority', journal: true, wtimeoutMS: 5_000 },
  useBigInt64: true,
} as const satisfies MongoClientOptions

const reconnectMs = 500

/** Makes the client and returns at once, also while MongoDB is away. Throws SettingsFault for an unreadable `uri`. */
export function openMongoClient({ uri, appName, log }: MongoClientSettings): OpenedMongoClient {
  const client = newClient(uri, appName)
  const closing = new AbortController()
  const connecting = keepConnecting(client, log, closing.signal)
  return {
    client,
    async close() {
      closing.abort()
      await client.close()
      await connecting
    },
  }
}

function newClient(uri: string, appName: string): MongoClient {
  try {
    return new MongoClient(uri, { ...clientOptions, appName })
  } catch (thrown) {
    throw new SettingsFault([`the MongoDB connection string is refused: ${connectionStringReason(thrown)}`])
  }
}

/**
 * Connects, until it has worked once. A client whose first connect fails stays closed for good and answers everything
 * with MongoTopologyClosedError; after it, the driver looks after its connections by itself.
 */
async function keepConnecting(client: MongoClient, log: Log, closing: AbortSignal): Promise<void> {
  for (let failures = 0; !closing.aborted; failures++) {
    try {
      await client.connect()
      return
    } catch (thrown) {
      const facts = { reason: reasonOf(thrown) }
      if (closing.aborted) return
      if (failures === 0) log.warn(facts, 'database could not be reached')
      else log.debug(facts, 'database could not be reached')
    }
    await delay(reconnectMs, closing).catch(() => undefined)
  }
}
