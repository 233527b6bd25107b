/** What others may have put into the registry that no CasService or `spec.config` says. */
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { Decimal128, Double, MongoClient } from 'mongodb'
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
