import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { systemClock } from '../../common/clock.ts'
import { collections } from '../../common/contract.ts'
import { silentLog } from '../../common/log.ts'
import { until } from '../../tools/system/ports.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { casService } from './contract/services.ts'
import { connectRegistry, type RegistryConnection } from './store-connection.ts'

interface Numbered {
  readonly _id: bigint
  readonly name?: string
}

const { uri, databaseName } = testDatabase('foreign')
const client = new MongoClient(uri, { useBigInt64: true })
const wanted = { services: [casService('a'), casService('b')], properties: {} }
let registry: RegistryConnection
let told: number
let databases = 0

beforeEach(async () => {
  told = 0
  registry = connectRegistry({
    uri,
    database: `${databaseName}-${databases++}`,
    pool: 'demo/main',
    epoch: () => 1,
    log: silentLog,
    clock: systemClock,
    onReports: () => undefined,
    onForeignWrites: () => {
      told += 1
    },
  })
  await registry.sync(wanted)
})
afterEach(() => registry.close())
afterAll(async () => {
  for (let i = 0; i < databases; i++) await client.db(`${databaseName}-${i}`).dropDatabase()
  await client.close()
})

const db = () => client.db(`${databaseName}-${databases - 1}`)
const definitions = () => db().collection<Numbered>(collections.services)
const untilTold = () => until('the write is noticed', async () => told > 0)
/** Resolves when everything that was written before is noticed. */
async function untilNoticed(): Promise<void> {
  const before = told
  await definitions().insertOne({ _id: 1001n, name: 'theirs' })
  await until('the write is noticed', async () => told > before)
}

describe('what others write into the registry', () => {
  it('is noticed, also a drop, and what the CasServices say is put back', async () => {
    await definitions().drop()
    await untilTold()
    expect((await registry.sync(wanted)).written).toBe(2)
    expect(await definitions().countDocuments()).toBe(2)
  })

  it('is noticed after the whole database was dropped', async () => {
    await db().dropDatabase()
    await untilTold()
    expect((await registry.sync(wanted)).written).toBe(2)
    await untilNoticed()
  })

  it('is noticed where owners are lost: what is as it was written is taken over again', async () => {
    const before = await definitions().find().toArray()
    await db().collection(collections.owners).drop()
    await untilTold()
    const report = await registry.sync(wanted)
    expect(report).toMatchObject({ written: 2, foreign: [] })
    expect([...report.services.values()].map(({ kind }) => kind)).toEqual(['synced', 'synced'])
    expect(await definitions().find().toArray()).toEqual(before)
    const edited = { services: [casService('a', { evaluationOrder: 5 }), casService('b')], properties: {} }
    expect(await registry.sync(edited)).toMatchObject({ written: 1 })
  })

  it('is noticed where the head is lost: another one vouches for what stands', async () => {
    await db().collection<{ _id: string }>(collections.poolState).deleteOne({ _id: 'head' })
    await untilTold()
    const { rev, digest } = await registry.sync(wanted)
    const heads = await db().collection(collections.poolState).find().toArray()
    expect(heads).toMatchObject([{ rev, digest }])
  })

  it('is told from what the operator writes itself', async () => {
    const edited = [casService('a', { evaluationOrder: 5 }), casService('c')]
    await registry.sync({ services: edited, properties: { 'cas.a': '1' } })
    await untilNoticed()
    expect(told).toBe(1)
  })

  it('is left alone and named, and then the head vouches for it', async () => {
    await untilNoticed()
    const report = await registry.sync(wanted)
    expect(report).toMatchObject({ foreign: ['1001'], written: 0 })
    const head = await db().collection<{ _id: string }>(collections.poolState).findOne({ _id: 'head' })
    expect(head).toMatchObject({ rev: report.rev, digest: report.digest })
  })
})
