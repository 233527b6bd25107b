import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { type Db, Decimal128 } from 'mongodb'
import { systemClock } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import { createLog, silentLog } from '../../../common/log.ts'
import { testDatabase } from '../../../tools/testing/test-database.ts'
import type { RegistryFeed } from '../../services/registry-source.ts'
import { type ById, commitBatch } from '../contract/mongo-registry.ts'
import { aService, type Batch, namesOf, RecordingFollower } from '../contract/registry-samples.ts'
import { registrySourceContract } from '../contract/registry-source.ts'
import { connectMongo, type MongoConnection } from './connect.ts'
import { type MongoRegistrySourceOptions, mongoRegistrySource } from './registry-source.ts'

describe('the registry on MongoDB', () => {
  const { uri, databaseName } = testDatabase('registry')
  let connection: MongoConnection
  const databases: Db[] = []
  const feeds: RegistryFeed[] = []
  beforeAll(() => {
    connection = connectMongo({ uri, database: databaseName, log: silentLog, appName: 'test' })
  })
  afterEach(async () => {
    await Promise.all(feeds.splice(0).map((feed) => feed.stop()))
  })
  afterAll(async () => {
    for (const db of databases) await db.dropDatabase()
    await connection.close()
  })

  async function newRegistry(options: Partial<MongoRegistrySourceOptions> = {}) {
    const db = connection.client.db(`${databaseName}-${databases.length}`)
    databases.push(db)
    for (const name of [collections.services, collections.properties, collections.poolState]) {
      await db.createCollection(name)
    }
    const services = db.collection<ById>(collections.services)
    const commit = (batch: Batch) => commitBatch(connection.client, db, batch)
    const source = mongoRegistrySource({ db, log: silentLog, clock: systemClock, ...options })
    return { db, services, commit, source }
  }
  async function follow({ source }: Pick<Awaited<ReturnType<typeof newRegistry>>, 'source'>) {
    const follower = new RecordingFollower()
    const feed = await source.follow(follower.apply)
    feeds.push(feed)
    return { follower, feed }
  }

  registrySourceContract(newRegistry)

  it('starts on a database that is not there yet, and follows when the first batch makes it', async () => {
    const db = connection.client.db(`${databaseName}-new`)
    databases.push(db)
    const { follower } = await follow({
      source: mongoRegistrySource({ db, log: silentLog, clock: systemClock }),
    })
    expect(follower.latest.rev).toBe(0)
    await commitBatch(connection.client, db, { put: [aService(1n)] })
    await follower.until(({ rev }) => rev === 1)
    expect(namesOf(follower.latest)).toEqual(['service 1'])
  })

  it('applies what a person or another CAS server writes without a transaction, document by document', async () => {
    const registry = await newRegistry()
    await registry.commit({ put: [aService(1n)] })
    const { follower } = await follow(registry)
    await registry.services.insertOne(aService(2n) as never)
    await follower.untilNames('service 1', 'service 2')
    await registry.services.replaceOne({ _id: 2n }, { name: 'two' })
    await follower.untilNames('service 1', 'two')
    await registry.services.updateOne({ _id: 2n }, { $set: { name: 'second' } })
    await follower.untilNames('service 1', 'second')
    await registry.services.deleteOne({ _id: 2n })
    await follower.untilNames('service 1')
    expect(follower.latest.rev).toBe(1)
  })

  it('applies a transaction of somebody who knows no head as one swap', async () => {
    const registry = await newRegistry()
    const { follower } = await follow(registry)
    await connection.client.withSession((session) =>
      session.withTransaction(async () => {
        for (const id of [1n, 2n, 3n]) await registry.services.insertOne(aService(id) as never, { session })
      }),
    )
    await follower.untilNames('service 1', 'service 2', 'service 3')
    expect(follower.seen.map(({ services }) => services.size)).toEqual([0, 3])
  })

  it('keeps 64-bit ids exact', async () => {
    const registry = await newRegistry()
    const id = 9_007_199_254_740_993n
    await registry.commit({ put: [aService(id)] })
    const { follower } = await follow(registry)
    await registry.commit({ put: [aService(id + 2n)] })
    const { services } = await follower.until(({ rev }) => rev === 2)
    expect([...services.keys()]).toEqual([`${id}`, `${id + 2n}`])
    expect(services.get(`${id}`)?.['_id']).toBe(id)
  })

  it('takes an id for the same in whatever type it is stored, as the database does', async () => {
    const registry = await newRegistry()
    await registry.services.insertOne({ ...aService(1n), _id: Decimal128.fromString('1') } as never)
    const { follower } = await follow(registry)
    await registry.services.replaceOne({ _id: 1n }, { ...aService(1n), name: 'retyped' } as never)
    await follower.untilNames('retyped')
    await registry.services.insertOne(aService(2n) as never)
    await registry.services.deleteOne({ _id: 1n })
    await follower.untilNames('service 2')
  })

  it('goes on with what it holds when the collection is dropped, until it is restored', async () => {
    const registry = await newRegistry()
    const documents = [aService(1n), aService(2n), aService(3n)]
    await registry.commit({ put: documents })
    const { follower } = await follow(registry)
    await registry.services.drop()
    for (const document of documents) await registry.services.insertOne(document as never)
    await registry.commit({ put: [aService(4n)] })
    await follower.until(({ rev }) => rev === 2)
    expect(follower.seen.map(({ services }) => services.size)).toEqual([3, 4])
  })

  it('never takes an emptied database for a decision', async () => {
    const registry = await newRegistry({ restorePatienceMs: 0 })
    await registry.commit({ put: [aService(1n), aService(2n)] })
    const { follower, feed } = await follow(registry)
    await registry.db.dropDatabase()
    await until(() => !feed.isCurrent)
    expect(follower.seen).toHaveLength(1)
    await registry.services.insertOne(aService(7n) as never)
    await follower.untilNames('service 7')
    expect(follower.seen.map(namesOf)).toEqual([['service 1', 'service 2'], ['service 7']])
  })

  it('keeps the properties when their collection alone is dropped, until they are written again', async () => {
    const registry = await newRegistry()
    const { lines, log } = recordedLog()
    const source = mongoRegistrySource({ db: registry.db, log, clock: systemClock })
    await registry.commit({ put: [aService(1n)], properties: { 'cas.a': '600', 'cas.b': '1' } })
    const { follower } = await follow({ source })
    await registry.db.collection(collections.properties).drop()
    await until(() => lines.some((line) => line.includes('incomplete registry was not taken over')))
    await registry.commit({ properties: { 'cas.a': '600', 'cas.b': '1' } })
    await follower.until(({ rev }) => rev === 2)
    expect(follower.seen.map(({ properties }) => properties.size)).toEqual([2, 2])
  })

  it('keeps the services that are missing where a head is written that does not vouch for that, and says so', async () => {
    const registry = await newRegistry()
    const documents = [aService(1n), aService(2n)]
    const { lines, log } = recordedLog()
    const source = mongoRegistrySource({ db: registry.db, log, clock: systemClock, restorePatienceMs: 0 })
    await registry.commit({ put: documents })
    const { follower } = await follow({ source })
    await registry.services.drop()
    // Somebody who has not noticed adds a service to those that he knows.
    const heads = registry.db.collection<ById>(collections.poolState)
    await connection.client.withSession((session) =>
      session.withTransaction(async () => {
        const head = { rev: 2, digest: 'of three services', epoch: 1 }
        await registry.services.insertOne(aService(3n) as never, { session })
        await heads.replaceOne({ _id: 'head' }, head, { session })
      }),
    )
    await until(() => lines.some((line) => line.includes('not taken over') && line.includes('"services":1,')))
    expect(follower.seen).toHaveLength(1)
    await registry.commit({ put: documents })
    await follower.until(({ rev }) => rev === 3)
    expect(follower.seen.map(({ services }) => services.size)).toEqual([2, 3])
    expect(lines.filter((line) => line.includes('"level":"error"'))).toHaveLength(1)
  })

  it('starts on what no head vouches for after a while, and says so', async () => {
    const registry = await newRegistry()
    await registry.commit({ put: [aService(1n), aService(2n)] })
    await registry.services.deleteOne({ _id: 2n })
    const { lines, log } = recordedLog()
    const source = mongoRegistrySource({ db: registry.db, log, clock: systemClock, restorePatienceMs: 1 })
    const { follower } = await follow({ source })
    expect(namesOf(follower.latest)).toEqual(['service 1'])
    expect(lines.join()).toContain('registry was taken over although its head does not vouch for it')
  })

  it('does not start on an empty collection when the head says that there are services', async () => {
    const registry = await newRegistry()
    const documents = [aService(1n), aService(2n)]
    await registry.commit({ put: documents })
    await registry.services.drop()
    const { lines, log } = recordedLog()
    const source = mongoRegistrySource({ db: registry.db, log, clock: systemClock })
    const following = follow({ source })
    await until(() => lines.some((line) => line.includes('incomplete registry was not taken over')))
    // Half of a restore is no registry either.
    await registry.services.insertOne(documents[0] as never)
    await registry.services.insertOne(documents[1] as never)
    const { follower } = await following
    expect(follower.seen.map(({ services }) => services.size)).toEqual([2])
  })

  it('takes no emptying by single deletes for a decision', async () => {
    const registry = await newRegistry({ restorePatienceMs: 0 })
    await registry.commit({ put: [aService(1n), aService(2n)] })
    const { follower, feed } = await follow(registry)
    await registry.services.deleteMany({})
    await until(() => !feed.isCurrent)
    expect(follower.latest.services.size).toBeGreaterThan(0)
    await registry.commit({ put: [aService(3n)] })
    await follower.untilNames('service 3')
  })

  it('tells how long a change took from its commit', async () => {
    const seconds: number[] = []
    const lag = { clock: systemClock, observe: (value: number) => void seconds.push(value) }
    const registry = await newRegistry({ lag })
    const { follower } = await follow(registry)
    const before = systemClock.now()
    await registry.commit({ put: [aService(1n), aService(2n)] })
    await follower.until(({ rev }) => rev === 1)
    await until(() => seconds.length > 0)
    expect(seconds).toHaveLength(1)
    expect(seconds[0]).toBeLessThanOrEqual((systemClock.now() - before) / 1000)
  })

  it('takes over an empty registry that the head vouches for', async () => {
    const registry = await newRegistry()
    await registry.commit({ put: [aService(1n)] })
    const { follower } = await follow(registry)
    await registry.commit({ remove: [1n] })
    expect((await follower.until(({ rev }) => rev === 2)).services.size).toBe(0)
  })

  it('reads everything again when its contents differ from the digest of the head', async () => {
    const { lines, log } = recordedLog()
    const count = (text: string) => lines.filter((line) => line.includes(text)).length
    const registry = await newRegistry({ compareEveryMs: 10, log })
    await registry.commit({ put: [aService(1n)] })
    const { follower } = await follow(registry)
    const head = registry.db.collection<ById>(collections.poolState)
    await head.replaceOne({ _id: 'head' }, { rev: 2, digest: 'of something else', epoch: 1 })
    await until(() => count('registry was loaded') === 2)
    // What a load has confirmed is not doubted again.
    await registry.commit({ put: [aService(2n)] })
    await follower.until(({ rev }) => rev === 3)
    expect(count('registry differs from its head')).toBe(1)
    expect(follower.latest.services.get('1')).toBe(follower.seen[0]?.services.get('1'))
  })

  it('reads everything again when the server refuses to go on from where it was', async () => {
    const registry = await newRegistry()
    await registry.commit({ put: [aService(1n)] })
    const { db, resumed } = withUselessToken(registry.db)
    const { follower, feed } = await follow({
      source: mongoRegistrySource({ db, log: silentLog, clock: systemClock }),
    })
    await resumed
    await registry.commit({ put: [aService(2n)] })
    await follower.untilNames('service 1', 'service 2')
    expect(follower.seen.map(({ services }) => services.size)).toEqual([1, 2])
    expect(feed.isCurrent).toBe(true)
  })

  it('loads thousands of definitions in more than one batch of the driver', async () => {
    const registry = await newRegistry()
    await registry.services.insertMany(
      Array.from({ length: 3_000 }, (_, n) => aService(BigInt(n + 1))) as never[],
    )
    const { follower } = await follow(registry)
    expect(follower.latest.services.size).toBe(3_000)
  })

  it('says so when the client is closed before the first load', async () => {
    const uri = 'mongodb://127.0.0.1:1/?replicaSet=none'
    const away = connectMongo({ uri, database: databaseName, log: silentLog, appName: 'away' })
    const follower = new RecordingFollower()
    const source = mongoRegistrySource({ db: away.db, log: silentLog, clock: systemClock })
    const refused = expect(source.follow(follower.apply)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await away.close()
    await refused
    expect(follower.seen).toHaveLength(0)
  })
})

/** A view of `db` whose first change stream goes on from a token that no server takes. */
function withUselessToken(db: Db): { db: Db; resumed: Promise<void> } {
  const { promise: resumed, resolve } = Promise.withResolvers<void>()
  let streams = 0
  const watch: Db['watch'] = (pipeline, options) => {
    streams++
    if (streams === 1) return db.watch(pipeline, { resumeAfter: { _data: 'useless' } })
    resolve()
    return db.watch(pipeline, options)
  }
  const view = new Proxy(db, {
    get: (target, name) => {
      if (name === 'watch') return watch
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { db: view, resumed }
}

function recordedLog() {
  const lines: string[] = []
  return { lines, log: createLog('test', 'debug', { write: (line) => void lines.push(line) }) }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
