import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { type ReplicaSet, startReplicaSet } from './replica-set.ts'
import { testDatabase } from './test-database.ts'

describe('a replica set for tests', () => {
  let set: ReplicaSet
  let client: MongoClient
  beforeAll(async () => {
    set = await startReplicaSet({ members: 3, auth: true })
    client = await new MongoClient(set.uri).connect()
  }, 60_000)
  afterAll(async () => {
    await client?.close()
    await set?.stop()
  }, 60_000)

  it('goes on with another primary when the primary is killed, and takes it back when it is started again', async () => {
    const notes = client.db('test').collection<{ _id: number }>('notes')
    await notes.insertOne({ _id: 1 }, { writeConcern: { w: 'majority' } })
    const killed = await set.primary()
    await killed.kill()
    expect((await set.primary()).port).not.toBe(killed.port)
    await notes.insertOne({ _id: 2 }, { writeConcern: { w: 'majority' } })
    await killed.start()
    await notes.insertOne({ _id: 3 }, { writeConcern: { w: 3 } })
    expect(await notes.countDocuments()).toBe(3)
  }, 60_000)

  it('answers no command without credentials', async () => {
    const anonymous = new MongoClient(set.uri.replace(/\/\/.*@/, '//').replace('&authSource=admin', ''))
    await expect(anonymous.db('test').collection('notes').findOne()).rejects.toThrow(
      'requires authentication',
    )
    await anonymous.close()
  })
})

describe('the shared replica set', () => {
  it('gives each caller a database of its own', async () => {
    const { uri, databaseName } = testDatabase()
    const client = new MongoClient(uri)
    await client.db(databaseName).collection('notes').insertOne({})
    expect(databaseName).not.toBe(testDatabase().databaseName)
    await client.db(databaseName).dropDatabase()
    await client.close()
  })
})
