import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { MongoClient } from 'mongodb'
import type { MemberDocument } from '../../common/documents/pool.ts'
import { silentLog } from '../../common/log.ts'
import { type ReplicaSet, startReplicaSet } from '../../tools/testing/replica-set.ts'
import { followMembers, type MemberReports } from './store-members.ts'

let set: ReplicaSet
let client: MongoClient
beforeAll(async () => {
  set = await startReplicaSet()
  client = new MongoClient(set.uri, {
    useBigInt64: true,
    serverSelectionTimeoutMS: 2000,
    connectTimeoutMS: 2000,
  })
}, 60_000)
afterAll(async () => {
  await client?.close()
  await set?.stop()
}, 60_000)

/** A callback, and a way to wait for what it is called with. */
function listener() {
  let latest: MemberReports = new Map()
  let wake: () => void = () => undefined
  return {
    onChange: (reports: MemberReports) => {
      latest = reports
      wake()
    },
    until: async (condition: (reports: MemberReports) => boolean) => {
      while (!condition(latest)) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

function members(database: string) {
  return client.db(database).collection<MemberDocument>('pool-members')
}

async function report(database: string, name: string, rev: number): Promise<void> {
  const document = { bootId: 'b', address: 'x', version: '1', rev, digest: 'd', at: new Date(0) }
  const refusals = { refusedServices: [], refusedProperties: [] }
  await members(database).replaceOne({ _id: name }, { ...document, ...refusals }, { upsert: true })
}

it('tells what stands at first, each new report, and which members are gone', async () => {
  await report('one', 'a', 1)
  const { onChange, until } = listener()
  const feed = followMembers({ db: client.db('one'), log: silentLog, onChange })
  await until((reports) => reports.get('a')?.rev === 1)
  await report('one', 'b', 2)
  await report('one', 'a', 3)
  await until((reports) => reports.get('a')?.rev === 3 && reports.get('b')?.rev === 2)
  await members('one').deleteOne({ _id: 'b' })
  await until((reports) => !reports.has('b'))
  expect([...feed.current().keys()]).toEqual(['a'])
  await feed.stop()
}, 30_000)

it('keeps the last reports while the database is away, and follows again when it is back', async () => {
  await report('two', 'a', 1)
  const { onChange, until } = listener()
  const feed = followMembers({ db: client.db('two'), log: silentLog, onChange })
  await until((reports) => reports.get('a')?.rev === 1)
  const [mongod] = set.members
  await mongod!.kill()
  expect(feed.current().get('a')?.rev).toBe(1)
  await mongod!.start()
  await report('two', 'a', 2)
  await until((reports) => reports.get('a')?.rev === 2)
  await feed.stop()
}, 60_000)

it('starts with nothing where nobody has reported, and stops at once', async () => {
  const { onChange, until } = listener()
  const feed = followMembers({ db: client.db('three'), log: silentLog, onChange })
  await report('three', 'a', 1)
  await until((reports) => reports.has('a'))
  await members('three').drop()
  await until((reports) => reports.size === 0)
  await feed.stop()
}, 30_000)
