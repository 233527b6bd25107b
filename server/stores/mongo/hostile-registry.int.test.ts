/**
 * Documents of somebody who can write to the registry and wishes the pool ill, on MongoDB: servers go on with
 * everything else, the operator loads, and both know what stands there by the same digest.
 */
import { afterAll, beforeEach, expect, it } from '@jest/globals'
import { BSONRegExp, Code, type Db, Decimal128, Int32, Long, ObjectId } from 'mongodb'
import { systemClock } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import { silentLog } from '../../../common/log.ts'
import { stateDigest } from '../../../operator/registry/registry.ts'
import { mongoRegistryStore } from '../../../operator/registry/store-mongo.ts'
import { testDatabase } from '../../../tools/testing/test-database.ts'
import { Catalog } from '../../registry/catalog.ts'
import { RecordingFollower } from '../contract/registry-samples.ts'
import { connectMongo } from './connect.ts'
import { mongoRegistrySource } from './registry-source.ts'

const { uri, databaseName } = testDatabase('hostile')
const connection = connectMongo({ uri, database: databaseName, log: silentLog, appName: 'test' })
const { db } = connection
const source = () => mongoRegistrySource({ db, log: silentLog, clock: systemClock })
const store = mongoRegistryStore({ client: connection.client, database: databaseName, clock: systemClock })

beforeEach(async () => {
  await db.dropDatabase()
  await store.prepare()
})
afterAll(async () => {
  await db.dropDatabase()
  await connection.close()
})

type Stored = { _id: unknown; [field: string]: unknown }

const app = (name: string) => ({
  _class: 'org.apereo.cas.services.CasRegisteredService',
  name,
  serviceId: `^https://${name}\\.example\\.org(/.*)?$`,
})

/** An expression as another client can store it, which this driver would refuse to make. */
function expression(pattern: string, options: string): BSONRegExp {
  return Object.assign(Object.create(BSONRegExp.prototype) as BSONRegExp, { pattern, options })
}

const hostile = [
  { _id: { toString: 1, valueOf: 1, toJSON: 1 }, ...app('id-document') },
  { _id: new ObjectId('0123456789abcdef01234567'), ...app('id-object') },
  { _id: '901', ...app('id-text') },
  { _id: Decimal128.fromString('7.5'), ...app('id-decimal') },
  { _id: new Int32(1), ...app('expression'), note: expression('(', ''), access: expression('a', 'z') },
  { _id: new Int32(2), note: { $ref: 'x', $id: { toString: 1, n: Long.fromNumber(5) }, toJSON: 1 } },
  { _id: new Int32(3), note: new Code('x', { toJSON: 1, n: Long.fromNumber(5) }) },
  { _id: new Int32(4), ...app('name'), name: { toString: 1 }, _class: { toString: 1 } },
  { _id: new Int32(5), ['k'.repeat(5_000_000)]: { _class: 'x' }, ...app('huge') },
]

/** Through an aggregation: the driver would take `_bsontype` for a type of its own and refuse to send it. */
async function insertTyped(_id: number, bsontype: unknown): Promise<void> {
  const fields = [
    { k: '_id', v: _id },
    { k: '_bsontype', v: bsontype },
    { k: 'long', v: Long.fromNumber(5) },
    { k: 'serviceId', v: `^https://typed-${_id}\\.example\\.org(/.*)?$` },
  ]
  const document = { $arrayToObject: { $literal: fields } }
  const stages = [
    { $documents: [{}] },
    { $replaceWith: document },
    { $merge: { into: collections.services } },
  ]
  await db.aggregate(stages).toArray()
}

async function insertAll(target: Db): Promise<void> {
  const services = target.collection<Stored>(collections.services)
  await services.insertOne({ _id: Long.fromNumber(901), ...app('clashing') })
  for (const document of hostile) await services.insertOne(document)
  await insertTyped(11, 'Foo')
  await insertTyped(12, { toString: 1 })
  await insertTyped(13, 'ObjectId')
  const properties = target.collection<Stored>(collections.properties)
  await properties.insertOne({ _id: { toString: 1 }, name: { toString: 1 }, value: { toString: 1 } })
  const number = 'cas.ticket.st.number-of-uses'
  await properties.insertOne({ _id: 'b', name: number, value: { toString: 1 } })
  await properties.insertOne({ _id: 'a', name: number, value: '1' })
}

const insertGood = (id: number, name: string) =>
  db.collection<Stored>(collections.services).insertOne({ _id: Long.fromNumber(id), ...app(name) })

it('they stop neither servers that run nor ones that start, nor the operator, and all agree on the digest', async () => {
  await insertGood(1001, 'first')
  const running = new RecordingFollower()
  const feed = await source().follow(running.apply)
  await insertAll(db)
  await insertGood(1002, 'second')
  const followed = await running.until(({ services }) => services.has('1002'))
  const started = new RecordingFollower()
  const second = await source().follow(started.apply)
  const state = await store.load()

  expect(followed.services.size).toBe(2 + 1 + hostile.length + 3)
  expect(started.latest.digest).toBe(followed.digest)
  expect(stateDigest(state)).toBe(followed.digest)
  expect(feed.isCurrent && second.isCurrent).toBe(true)
  await Promise.all([feed.stop(), second.stop()])

  const snapshot = new Catalog().apply(started.latest)
  const kindOf = (name: string) => snapshot.findService(`https://${name}.example.org/`).kind
  expect(['first', 'second'].map(kindOf)).toEqual(['service', 'service'])
  const claimed = [
    'id-document',
    'id-object',
    'id-text',
    'clashing',
    'id-decimal',
    'expression',
    'name',
    'huge',
    'typed-12',
  ]
  expect(claimed.map((name) => [name, kindOf(name)])).toEqual(claimed.map((name) => [name, 'refused']))
  expect(JSON.stringify(snapshot.refusedServices).length).toBeLessThan(20_000)
})

it('the text of an id is deleted without taking the definition with that number away', async () => {
  await insertGood(901, 'app')
  const services = db.collection<Stored>(collections.services)
  const follower = new RecordingFollower()
  const feed = await source().follow(follower.apply)
  await services.insertOne({ _id: '901', ...app('other') })
  await follower.until((contents) => contents.services.size === 2)
  await services.deleteOne({ _id: { $type: 'string' } })
  const left = await follower.until((contents) => follower.seen.indexOf(contents) > 1)
  expect(new Catalog().apply(left).definitionById('901')?.name).toBe('app')
  await feed.stop()
})

it('a follower whose contents could not be taken over is not current, until they are', async () => {
  await insertGood(1, 'app')
  let isBroken = true
  const feed = await source().follow(() => {
    if (isBroken) throw new TypeError('not taken over')
  })
  expect(feed.isCurrent).toBe(false)
  isBroken = false
  while (!feed.isCurrent) await new Promise((resolve) => setImmediate(resolve))
  await feed.stop()
})
