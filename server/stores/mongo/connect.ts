/**
 * The one place that makes a MongoDB client of the server. Its options decide how soon a primary that is gone or
 * stalled is noticed: with these a server sees it within about 3 s. `timeoutMS` is not used, the driver ignores it.
 */
import { type Db, MongoClient, type MongoClientOptions } from 'mongodb'
import { type Clock, delay, systemClock } from '../../../common/clock.ts'
import { reasonOf, SettingsFault } from '../../../common/fault.ts'
import type { Log } from '../../../common/log.ts'
import { limits } from './attempts.ts'
import { databaseClock } from './database-clock.ts'
import { toStoreFault } from './faults.ts'

export interface MongoConnection {
  readonly client: MongoClient
  readonly db: Db
  /** Time as the primary has it, estimated from its heartbeats: the same on all servers of the pool. */
  readonly clock: Clock
  /** Resolves when the primary answers; throws StoreFault, at the latest after about 5 s. */
  ping(): Promise<void>
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly uri: string
  readonly database: string
  readonly log: Log
  /** Shown in MongoDB's logs and currentOp. */
  readonly appName: string
  readonly clock?: Clock
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
  writeConcern: limits.writeConcern,
  useBigInt64: true,
} as const satisfies MongoClientOptions

const reconnectMs = 500

/** Makes the client and returns at once, also while MongoDB is away: operations wait for the connection. */
export function connectMongo({
  uri,
  database,
  log,
  appName,
  clock = systemClock,
}: ConnectOptions): MongoConnection {
  const client = newClient(uri, appName)
  const db = client.db(database)
  logPrimaryChanges(client, log)
  const closing = new AbortController()
  const connecting = keepConnecting(client, log, closing.signal)
  return {
    client,
    db,
    clock: databaseClock(client, clock),
    async ping() {
      try {
        await db.command({ ping: 1, maxTimeMS: limits.maxTimeMS })
      } catch (thrown) {
        throw toStoreFault('ping the database', thrown)
      }
    },
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
    throw new SettingsFault([`the MongoDB connection string is refused: ${reasonOf(thrown)}`])
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

function logPrimaryChanges(client: MongoClient, log: Log): void {
  let primary: string | undefined
  client.on('topologyDescriptionChanged', ({ newDescription }) => {
    const now = [...newDescription.servers.values()].find(({ type }) => type === 'RSPrimary')?.address
    if (now === primary) return
    if (now === undefined) log.warn({ was: primary }, 'primary was lost')
    else log.info({ primary: now }, 'primary was found')
    primary = now
  })
}
