import { afterAll, beforeEach, expect, it } from '@jest/globals'
import { BSONRegExp, Decimal128, Double, Long, MongoClient } from 'mongodb'
import { systemClock } from '../../common/clock.ts'
import { collections } from '../../common/contract.ts'
import { createLog, silentLog } from '../../common/log.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { casService } from './contract/services.ts'
import { mongoRegistryStore } from './store-mongo.ts'
import { registrySync } from './sync.ts'

const { uri, databaseName } = testDatabase('odd-head')
const client = new MongoClient(uri, { useBigInt64: true, writeConcern: { w: 'majority' } })
const db = client.db(databaseName)
const heads = db.collection<{ _id: string; [field: string]: unknown }>(collections.poolState)
let warnings: string[]

beforeEach(async () => {
  await db.dropDatabase()
  warnings = []
})
afterAll(async () => {
  await db.dropDatabase()
  await client.close()
})

function start(epoch = 1) {
  const write = (line: string) => void warnings.push(JSON.parse(line).msg)
  const log = createLog('test', 'warn', { write })
  const store = mongoRegistryStore({ client, database: databaseName, clock: systemClock, log })
  return registrySync({ store, pool: 'demo/main', epoch: () => epoch, log: silentLog, clock: systemClock })
}

const wanted = (description: string) => ({ services: [casService('a', { description })], properties: {} })

/** The sync of an operator that had written rev 1, and then somebody put this head in its place. */
async function afterOddHead(head: object, epoch = 1) {
  const sync = start(epoch)
  await sync.sync(wanted('1'))
  await heads.deleteOne({ _id: 'head' })
  await heads.insertOne({ _id: 'head', ...head })
  sync.forget()
  return sync
}

/** Writes a document, the driver's way, that it cannot read back. */
const unreadable = Object.assign(Object.create(BSONRegExp.prototype), { pattern: 'a', options: 'g' })

it.each([
  ['64-bit integers', Long.fromNumber(7), Long.fromNumber(1)],
  ['doubles', new Double(7), new Double(1)],
  ['decimals', Decimal128.fromString('7'), Decimal128.fromString('1.0')],
])('a head of %s is written on', async (_title, rev, epoch) => {
  const sync = await afterOddHead({ rev, digest: 'x', epoch })
  const report = await sync.sync(wanted('2'))
  expect(report.rev).toBe(8)
  expect(await heads.findOne()).toEqual({ _id: 'head', rev: 8, digest: report.digest, epoch: 1 })
  expect(warnings).toEqual([])
})

it.each([
  ['has no epoch', { rev: 7, digest: 'x' }, 8],
  ['has no rev', { digest: 'x', epoch: 1 }, 1],
  ['has text for a rev', { rev: '7', digest: 'x', epoch: 1 }, 1],
  ['has text for an epoch', { rev: 7, digest: 'x', epoch: 'zz' }, 8],
  ['has a list for an epoch', { rev: 7, digest: 'x', epoch: [99] }, 8],
  ['has half a rev and a number for a digest', { rev: 7.5, digest: 5, epoch: 1 }, 1],
  ['is below zero', { rev: -3, digest: 'x', epoch: -3 }, 1],
  ['is beyond all numbers', { rev: Long.MAX_VALUE, digest: 'x', epoch: Number.POSITIVE_INFINITY }, 1],
  ['is empty', {}, 1],
  ['cannot be read', { rev: 7, digest: unreadable, epoch: 1 }, 1],
])('a head that %s is replaced, which is told once', async (_title, head, rev) => {
  const sync = await afterOddHead(head)
  const first = await sync.sync(wanted('2'))
  expect(first).toMatchObject({ rev, written: 1 })
  const second = await sync.sync(wanted('3'))
  expect(second).toMatchObject({ rev: rev + 1, written: 1 })
  expect(await heads.findOne()).toEqual({ _id: 'head', rev: rev + 1, digest: second.digest, epoch: 1 })
  expect(warnings).toEqual(['head that could not be read was replaced'])
})

it.each([7, Long.fromNumber(7), Decimal128.fromString('7')])(
  'an odd head with a later epoch %p stays: whoever wrote that is asked first',
  async (epoch) => {
    const sync = await afterOddHead({ rev: 'odd', epoch })
    await expect(sync.sync(wanted('2'))).rejects.toMatchObject({ code: 'FENCED', headEpoch: 7 })
    expect(await heads.findOne()).toMatchObject({ rev: 'odd' })
    expect(await start(7).sync(wanted('2'))).toMatchObject({ rev: 1, written: 1 })
  },
)
