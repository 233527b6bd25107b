import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Long, MongoClient } from 'mongodb'
import { systemClock } from '../../common/clock.ts'
import { decodeDefinition } from '../../common/documents/definition-codec.ts'
import { Fault } from '../../common/fault.ts'
import { silentLog } from '../../common/log.ts'
import { type ReplicaSet, startReplicaSet } from '../../tools/testing/replica-set.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { casService } from './contract/services.ts'
import { definitionId } from './definition-id.ts'
import { mongoRegistryStore } from './store-mongo.ts'
import { registrySync, type WantedRegistry } from './sync.ts'

const options = {
  useBigInt64: true,
  writeConcern: { w: 'majority' },
  connectTimeoutMS: 2000,
  heartbeatFrequencyMS: 1000,
} as const

function connect({ uri, databaseName }: { uri: string; databaseName: string }) {
  const client = new MongoClient(uri, options)
  const db = client.db(databaseName)
  const start = (epoch = 1) => {
    const store = mongoRegistryStore({ client, database: databaseName, clock: systemClock })
    return registrySync({ store, pool: 'demo/main', epoch: () => epoch, log: silentLog, clock: systemClock })
  }
  return { client, db, start }
}

const properties = { 'cas.ticket.st.time-to-kill-in-seconds': '20' }

describe('the registry on a replica set', () => {
  const { client, db, start } = connect(testDatabase('sync'))
  afterAll(async () => {
    await db.dropDatabase()
    await client.close()
  })

  it('holds definitions that a server reads back, with nothing of ours in them', async () => {
    await start().sync({ services: [casService('a'), casService('b')], properties })
    const document = await db.collection('cas-service-registry').findOne({ name: 'a' })
    expect(document?.['_id']).toEqual(definitionId({ namespace: 'demo', name: 'a' }))
    const decoded = decodeDefinition(document!)
    expect(decoded).toMatchObject({ kind: 'definition', definition: { name: 'a' }, ignored: [] })
    expect(JSON.stringify(Object.keys(document!))).not.toMatch(/pool|owner|hash|rev|generation/i)
    expect(await db.collection<{ _id: string }>('MongoDbProperty').findOne()).toEqual({
      _id: 'cas.ticket.st.time-to-kill-in-seconds',
      name: 'cas.ticket.st.time-to-kill-in-seconds',
      value: '20',
    })
  })

  it('stays as it is when the operator starts again', async () => {
    const head = await db.collection('pool-state').findOne()
    const report = await start().sync({ services: [casService('a'), casService('b')], properties })
    expect(report).toMatchObject({ rev: head?.['rev'], written: 0 })
    expect(await db.collection('pool-state').findOne()).toEqual(head)
  })

  it('keeps what others have put there, whatever else is written or deleted', async () => {
    const theirs = db.collection<{ _id: Long }>('cas-service-registry')
    await theirs.insertOne({ _id: Long.fromNumber(1001), name: 'theirs' } as { _id: Long })
    const report = await start().sync({
      services: [],
      properties: {},
      witnessedDeletes: new Set(['demo/a', 'demo/b']),
    })
    expect(report.foreign).toEqual(['1001'])
    expect(await theirs.find().toArray()).toMatchObject([{ name: 'theirs' }])
    expect(await db.collection('MongoDbProperty').countDocuments()).toBe(0)
  })

  it('refuses a former leader that wakes up late, and changes nothing', async () => {
    const former = start(1)
    const wanted: WantedRegistry = { services: [casService('a')], properties }
    await former.sync(wanted)
    await start(2).sync(wanted)
    const before = await everything()
    const late = { services: [casService('a', { evaluationOrder: 9 })], properties: {} }
    await expect(former.sync(late)).rejects.toMatchObject({ code: 'FENCED' })
    expect(await everything()).toEqual(before)
  })

  it('takes ten thousand definitions', async () => {
    const services = Array.from({ length: 10_000 }, (_, i) => casService(`many-${i}`))
    const sync = start(3)
    const report = await sync.sync({ services, properties })
    expect(report.written).toBeGreaterThanOrEqual(10_000)
    expect(await db.collection('cas-service-registry').countDocuments()).toBe(10_001)
    expect((await sync.sync({ services, properties })).written).toBe(0)
  }, 60_000)

  const everything = async () =>
    Promise.all(
      ['cas-service-registry', 'MongoDbProperty', 'registry-owners', 'pool-state'].map((name) =>
        db.collection(name).find().sort({ _id: 1 }).toArray(),
      ),
    )
})

describe('the registry while the primary changes', () => {
  let set: ReplicaSet
  let pool: ReturnType<typeof connect>
  beforeAll(async () => {
    set = await startReplicaSet({ members: 3 })
    pool = connect({ uri: set.uri, databaseName: 'cas' })
  }, 60_000)
  afterAll(async () => {
    await pool?.client.close()
    await set?.stop()
  }, 60_000)

  it('goes on through a step-down and a kill in a burst of changes, and never shows half of one', async () => {
    const sync = pool.start()
    const orders = (n: number) => ({
      services: [casService('x', { evaluationOrder: n }), casService('y', { evaluationOrder: n })],
      properties,
    })
    await sync.sync(orders(0))
    const seen: unknown[][] = []
    let isDone = false
    const watch = (async () => {
      while (!isDone) seen.push(...(await ordersNow()))
    })()
    for (let n = 1; n <= 60; n++) {
      if (n === 20) await stepDown()
      if (n === 40) await (await set.primary()).kill()
      await untilWritten(() => sync.sync(orders(n)))
    }
    isDone = true
    await watch
    expect(seen.length).toBeGreaterThan(60)
    expect(seen.filter(([x, y]) => x !== y)).toEqual([])
    const documents = await pool.db.collection('cas-service-registry').find().toArray()
    expect(documents.map((document) => document['evaluationOrder'])).toEqual([60, 60])
    const report = await pool.start().sync(orders(60))
    expect(report.written).toBe(0)
  }, 120_000)

  async function stepDown(): Promise<void> {
    await pool.client.db('admin').command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 5 })
  }

  /** Tries again on faults that say that this may help. */
  async function untilWritten(act: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await act()
        return
      } catch (thrown) {
        if (!(thrown instanceof Fault && thrown.retryable)) throw thrown
      }
    }
  }

  /** The orders of both services in one snapshot; nothing while the database is away. */
  async function ordersNow(): Promise<unknown[][]> {
    const session = pool.client.startSession({ snapshot: true })
    try {
      const documents = await pool.db.collection('cas-service-registry').find({}, { session }).toArray()
      return [documents.map((document) => document['evaluationOrder'])]
    } catch {
      return []
    } finally {
      await session.endSession()
    }
  }
})
