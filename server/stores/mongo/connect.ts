/** The server's connection to MongoDB: its client, the database, and the time as the database has it. */
import type { Db, MongoClient } from 'mongodb'
import { type Clock, systemClock } from '../../../common/clock.ts'
import type { Log } from '../../../common/log.ts'
import { openMongoClient } from '../../../common/mongo-client.ts'
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

/** Makes the client and returns at once, also while MongoDB is away: operations wait for the connection. */
export function connectMongo({
  uri,
  database,
  log,
  appName,
  clock = systemClock,
}: ConnectOptions): MongoConnection {
  const { client, close } = openMongoClient({ uri, appName, log })
  const db = client.db(database)
  logPrimaryChanges(client, log)
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
    close,
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
