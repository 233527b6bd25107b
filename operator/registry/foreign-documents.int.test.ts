/** What others may have put into the registry that no CasService or `spec.config` says. */
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Decimal128, Double, MongoClient, ObjectId } from 'mongodb'
import { systemClock } from '../../common/clock.ts'
import { collections } from '../../common/contract.ts'
import { silentLog } from '../../common/log.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { casService } from './contract/services.ts'
import { definitionId } from './definition-id.ts'
import { mongoRegistryStore } from './store-mongo.ts'
import { registrySync } from './sync.ts'

/** Documents as others write them. */
interface Theirs {
  readonly _id: unknown
}

const { uri, databaseName } = testDatabase('foreign-documents')
const client = new MongoClient(uri, { useBigInt64: true, writeConcern: { w: 'majority' } })
const db = client.db(databaseName)
const definitions = db.collection<Theirs>(collections.services)
const properties = db.collection<Theirs>(collections.properties)

beforeEach(() => db.dropDatabase())
afterAll(async () => {
  await db.dropDatabase()
  await client.close()
})

function start() {
  const store = mongoRegistryStore({ client, database: databaseName, clock: systemClock })
  return registrySync({ store, pool: 'demo/main', epoch: () => 1, log: silentLog, clock: systemClock })
}

describe('a definition under the id of a CasService', () => {
  const id = definitionId({ namespace: 'demo', name: 'a' })
  it.each([
    ['decimal', Decimal128.fromString(id.toString())],
    ['double', new Double(Number(id))],
  ])('is a conflict and stays also where the id is a %s', async (_type, theirId) => {
    await definitions.insertOne({ _id: theirId, name: 'theirs' } as Theirs)
    const report = await start().sync({ services: [casService('a')], properties: {} })
    expect(report).toMatchObject({ foreign: [id.toString()], written: 0 })
    expect(report.services.get('demo/a')).toMatchObject({ kind: 'conflict' })
    expect(await definitions.find().toArray()).toMatchObject([{ name: 'theirs' }])
  })
})

describe('a property of the form that Apereo CAS writes', () => {
  const name = 'cas.ticket.st.time-to-kill-in-seconds'
  const wanted = { services: [casService('a')], properties: { [name]: '20' } }
  const insert = (value: string) => properties.insertOne({ _id: new ObjectId(), name, value } as Theirs)
  const compare = (sync: ReturnType<typeof start>, to = wanted) => {
    sync.forget()
    return sync.sync(to)
  }

  it('beside an own one changes nothing, is told, and has nothing written again', async () => {
    const sync = start()
    const { digest } = await sync.sync(wanted)
    await insert('3600')
    for (let pass = 1; pass <= 3; pass++) {
      expect(await compare(sync)).toMatchObject({ rev: 1, digest, written: 0, config: { conflicts: [name] } })
    }
  })

  it('is in force and told when the own one goes, and the head vouches for it', async () => {
    const sync = start()
    await sync.sync(wanted)
    await insert('3600')
    const report = await compare(sync, { ...wanted, properties: {} as typeof wanted.properties })
    expect(report.config.conflicts).toEqual([name])
    const again = await start().sync({ ...wanted, properties: {} })
    expect(again).toMatchObject({ rev: report.rev, digest: report.digest, config: { conflicts: [name] } })
  })

  it('that was there first stays, and is told although it has the wanted value', async () => {
    await insert('20')
    expect((await start().sync(wanted)).config.conflicts).toEqual([name])
    expect(await properties.countDocuments()).toBe(1)
  })
})

it('a property under the id of another one is not written over', async () => {
  const theirs = { _id: 'cas.slo.disabled', name: 'cas.logout.follow-service-redirects', value: 'true' }
  await properties.insertOne(theirs)
  const { config } = await start().sync({ services: [], properties: { 'cas.slo.disabled': 'false' } })
  expect(config.conflicts).toEqual([theirs.name, theirs._id])
  expect(await properties.find().toArray()).toEqual([theirs])
})
