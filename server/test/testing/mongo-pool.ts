/** Servers in this process, each with its own connection to one real replica set. */
import { systemClock, systemRandom } from '../../../common/clock.ts'
import { encodeDefinition } from '../../../common/documents/definition-codec.ts'
import type { ServiceDefinition } from '../../../common/documents/service-definition.ts'
import { createLog, type Log, silentLog } from '../../../common/log.ts'
import { commitBatch } from '../../stores/contract/mongo-registry.ts'
import { connectMongo, type MongoConnection } from '../../stores/mongo/connect.ts'
import { ensureIndexes } from '../../stores/mongo/indexes.ts'
import { mongoOutboxStore } from '../../stores/mongo/outbox-store.ts'
import { mongoRegistrySource } from '../../stores/mongo/registry-source.ts'
import { mongoSessionEndStore } from '../../stores/mongo/session-end-store.ts'
import { mongoTicketStore } from '../../stores/mongo/ticket-store.ts'
import { type Pool, type PoolOptions, startPool } from './pool.ts'

export interface MongoPool {
  readonly pool: Pool
  /** A connection for the test itself. */
  readonly mongo: MongoConnection
  /** Everything that the servers logged, unless they were given a log. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[]
  /** Writes services and properties as the operator does. */
  publish(services: readonly ServiceDefinition[], properties?: Record<string, string>): Promise<void>
  stop(): Promise<void>
}

/** Starts servers without waiting for MongoDB. */
export async function startMongoPool(
  where: { readonly uri: string; readonly database: string },
  options: Pick<PoolOptions, 'servers' | 'outbound' | 'serverUrl' | 'log'>,
): Promise<MongoPool> {
  const recording = recordingLog()
  const log = options.log ?? recording.log
  const connections: MongoConnection[] = []
  const connect = (appName: string): MongoConnection => {
    const connection = connectMongo({ ...where, log: silentLog, appName })
    connections.push(connection)
    return connection
  }
  const mongo = connect('test')
  const pool = await startPool({
    ...options,
    log,
    stores: (index) => {
      const { db, clock } = connect(`server ${index}`)
      return {
        clock,
        tickets: mongoTicketStore({ db, clock, random: systemRandom, log }),
        outbox: mongoOutboxStore({ db, clock, random: systemRandom }),
        sessionEnds: mongoSessionEndStore({ db, clock, random: systemRandom }),
        registry: mongoRegistrySource({ db, log, clock: systemClock }),
      }
    },
  })
  return {
    pool,
    mongo,
    log: () => recording.lines.map((line) => JSON.parse(line)),
    publish: async (services, properties = {}) => {
      await ensureIndexes(mongo.db)
      await commitBatch(mongo.client, mongo.db, { put: services.map(encodeDefinition), properties })
    },
    stop: async () => {
      await pool.stop()
      await Promise.all(connections.map((connection) => connection.close()))
    },
  }
}

function recordingLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  return { lines, log: createLog('test', 'debug', { write: (line: string) => void lines.push(line) }) }
}
