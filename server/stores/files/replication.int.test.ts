/** Directories that replicate through MongoDB: scenarios and random histories. */
import { afterAll, beforeAll, describe } from '@jest/globals'
import type { Db } from 'mongodb'
import { systemClock } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import { silentLog } from '../../../common/log.ts'
import { testDatabase } from '../../../tools/testing/test-database.ts'
import { replicatedDirectoriesContract } from '../contract/replicated-directories.ts'
import { replicationHistories } from '../contract/replication-histories.ts'
import type { ReplicationHarness } from '../contract/replication-samples.ts'
import { connectMongo, type MongoConnection } from '../mongo/connect.ts'
import { mongoReplicationTransport } from '../mongo/replication-transport.ts'

describe('directories that replicate through MongoDB', () => {
  const { uri, databaseName } = testDatabase('directories')
  let connection: MongoConnection
  const databases: Db[] = []
  beforeAll(() => {
    connection = connectMongo({ uri, database: databaseName, log: silentLog, appName: 'test' })
  })
  afterAll(async () => {
    for (const db of databases) await db.dropDatabase()
    await connection.close()
  }, 60_000)

  async function harness(): Promise<ReplicationHarness> {
    const db = connection.client.db(`${databaseName}-${databases.length}`)
    databases.push(db)
    return {
      transport: async () => mongoReplicationTransport({ db, log: silentLog, clock: systemClock }),
      // What is in it is gone, and so is the history of the change streams.
      empty: async () => void (await db.collection(collections.serviceReplication).drop()),
      interrupt: async () => undefined,
    }
  }

  replicatedDirectoriesContract(harness)
  for (const mode of ['active', 'passive'] as const) replicationHistories({ mode, harness, count: 100 })
})
