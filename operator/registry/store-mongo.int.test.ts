import { afterAll, expect, it } from '@jest/globals'
import { Long, MongoClient } from 'mongodb'
import { systemClock } from '../../common/clock.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { applyBatch } from './batch.ts'
import { describeRegistryStore, replaceService } from './contract/registry-store.ts'
import { stateDigest } from './registry.ts'
import { mongoRegistryStore } from './store-mongo.ts'

const clients: MongoClient[] = []
const databases: string[] = []

function openStore() {
  const { uri, databaseName } = testDatabase('registry')
  const client = new MongoClient(uri, {
    useBigInt64: true,
    readConcern: { level: 'majority' },
    writeConcern: { w: 'majority' },
  })
  clients.push(client)
  databases.push(databaseName)
  return {
    client,
    db: client.db(databaseName),
    store: mongoRegistryStore({ client, database: databaseName, clock: systemClock }),
  }
}

afterAll(async () => {
  await Promise.all(databases.map((name) => clients[0]?.db(name).dropDatabase()))
  await Promise.all(clients.map((client) => client.close()))
})

describeRegistryStore(async () => {
  const { db, store } = openStore()
  return {
    store,
    writeForeign: async (id, name) => {
      const theirs = db.collection<{ _id: Long; name: string }>('cas-service-registry')
      await theirs.insertOne({ _id: Long.fromBigInt(id), name })
    },
  }
})

it('writes a batch so that a reader of the change stream sees one transaction that ends in the head', async () => {
  const { db, store } = openStore()
  await store.prepare()
  const stream = db.watch([], { batchSize: 100 })
  await stream.tryNext()
  await store.commit(
    { services: [replaceService(1n, 'a'), replaceService(2n, 'b')], properties: [] },
    {
      rev: 0,
      digest: 'd',
      epoch: 1,
    },
  )
  const events: Record<string, unknown>[] = []
  while (events.at(-1)?.['collection'] !== 'pool-state') {
    const event = (await stream.next()) as unknown as {
      ns: { coll: string }
      operationType: string
      txnNumber: bigint
    }
    events.push({ collection: event.ns.coll, type: event.operationType, transaction: event.txnNumber })
  }
  await stream.close()
  expect(
    events.map(({ collection }) => collection).filter((name) => name === 'cas-service-registry'),
  ).toHaveLength(2)
  expect(new Set(events.map(({ transaction }) => transaction)).size).toBe(1)
})

it('reads everything at one moment, also while batches are written', async () => {
  const { store } = openStore()
  await store.prepare()
  let state = await store.load()
  let isDone = false
  const seen: string[] = []
  const reading = (async () => {
    while (!isDone) {
      const now = await store.load()
      if (now.rev > 0) seen.push(now.headDigest === stateDigest(now) ? 'whole' : `torn at rev ${now.rev}`)
    }
  })()
  for (let rev = 0; rev < 60; rev++) {
    const services = [1n, 2n, 3n].map((id) => replaceService(id, `name ${rev}`))
    const after = applyBatch(state, { services, properties: [] })
    await store.commit({ services, properties: [] }, { rev, digest: after.headDigest ?? '', epoch: 1 })
    state = after
  }
  isDone = true
  await reading
  expect(seen.length).toBeGreaterThan(10)
  expect(seen.filter((one) => one !== 'whole')).toEqual([])
}, 30_000)
