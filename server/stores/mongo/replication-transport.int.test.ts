import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Db } from 'mongodb'
import { systemClock } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import { silentLog } from '../../../common/log.ts'
import { testDatabase } from '../../../tools/testing/test-database.ts'
import { aDefinition, RecordingReplica } from '../contract/replication-samples.ts'
import { replicationTransportContract } from '../contract/replication-transport.ts'
import { connectMongo, type MongoConnection } from './connect.ts'
import { mongoReplicationTransport } from './replication-transport.ts'

type ById = { _id: string; [field: string]: unknown }

describe('replication on MongoDB', () => {
  const { uri, databaseName } = testDatabase('replication')
  let connection: MongoConnection
  const databases: Db[] = []
  beforeAll(() => {
    connection = connectMongo({ uri, database: databaseName, log: silentLog, appName: 'test' })
  })
  afterAll(async () => {
    for (const db of databases) await db.dropDatabase()
    await connection.close()
  })

  function newStore() {
    const db = connection.client.db(`${databaseName}-${databases.length}`)
    databases.push(db)
    const transport = (rereadEveryMs = 600_000) =>
      mongoReplicationTransport({ db, log: silentLog, clock: systemClock, rereadEveryMs })
    return { db, documents: db.collection<ById>(collections.serviceReplication), transport }
  }
  async function followed(store: ReturnType<typeof newStore>, rereadEveryMs?: number) {
    const transport = store.transport(rereadEveryMs)
    const replica = new RecordingReplica()
    const feed = transport.follow(replica.apply)
    await replica.until(() => replica.wholes > 0)
    return { transport, replica, feed }
  }

  replicationTransportContract(async () => {
    const { db, documents, transport } = newStore()
    return {
      transport: async () => transport(),
      empty: async () => void (await documents.drop()),
      // The server ends their change streams.
      interrupt: () => killCursors(db),
    }
  })

  it('reads everything again when the server refuses to go on from where it was', async () => {
    const store = newStore()
    const replica = new RecordingReplica()
    const transport = mongoReplicationTransport({
      db: withUselessToken(store.db),
      log: silentLog,
      clock: systemClock,
    })
    const feed = transport.follow(replica.apply)
    await replica.until(() => replica.wholes === 2)
    const entry = aDefinition('1')
    await transport.publish([entry])
    await replica.untilHas(entry)
    expect(feed.isCurrent).toBe(true)
    await feed.stop()
  })

  it('reads everything again now and then, whatever nobody thought of', async () => {
    const { replica, feed } = await followed(newStore(), 0)
    await replica.until(() => replica.wholes > 2)
    await feed.stop()
  })

  it('passes over a document that no node has written, until it is published over', async () => {
    const store = newStore()
    await store.documents.insertOne({ _id: '1', counter: 'many', kind: 'definition' })
    const { transport, replica, feed } = await followed(store)
    expect(replica.held.size).toBe(0)
    const entry = aDefinition('1')
    await transport.publish([aDefinition('2'), entry])
    await replica.untilHas(entry)
    await feed.stop()
  })
})

/** A view of `db` with collections whose first change stream goes on from a token that no server takes. */
function withUselessToken(db: Db): Db {
  let streams = 0
  const collection = ((name: string) => {
    const real = db.collection(name)
    const watch: typeof real.watch = (pipeline, options) =>
      real.watch(pipeline, streams++ === 0 ? { resumeAfter: { _data: 'useless' } } : options)
    return overriding(real, { watch })
  }) as Db['collection']
  return overriding(db, { collection })
}

function overriding<T extends object>(real: T, own: Partial<T>): T {
  return new Proxy(real, {
    get: (target, name) => {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name)
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Ends every cursor on the database's collections, change streams included. */
async function killCursors(db: Db): Promise<void> {
  const admin = db.client.db('admin')
  const cursors = await admin
    .aggregate([
      { $currentOp: { allUsers: true, idleCursors: true, localOps: true } },
      { $match: { ns: { $regex: `^${db.databaseName}\\.` } } },
    ])
    .toArray()
  for (const { cursor, ns } of cursors) {
    if (cursor?.cursorId === undefined) continue
    const collection = String(ns).slice(db.databaseName.length + 1)
    await db.command({ killCursors: collection, cursors: [cursor.cursorId] })
  }
}
