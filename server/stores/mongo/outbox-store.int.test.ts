import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { FixedClock, systemRandom } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import { silentLog } from '../../../common/log.ts'
import { testDatabase } from '../../../tools/testing/test-database.ts'
import { outboxStore } from '../contract/outbox-store.ts'
import { sessionEndStore } from '../contract/session-end-store.ts'
import { someInstant } from '../contract/ticket-samples.ts'
import { connectMongo, type MongoConnection } from './connect.ts'
import { ensureIndexes } from './indexes.ts'
import { mongoOutboxStore } from './outbox-store.ts'
import { mongoSessionEndStore } from './session-end-store.ts'
import { mongoTicketStore } from './ticket-store.ts'

describe('the logout stores on MongoDB', () => {
  const { uri, databaseName: database } = testDatabase('outbox')
  const clock = new FixedClock(someInstant)
  const random = systemRandom
  const connections: MongoConnection[] = []
  const db = () => connections[0]!.db

  beforeAll(async () => {
    for (const appName of ['one', 'two', 'three']) {
      connections.push(connectMongo({ uri, database, log: silentLog, appName }))
    }
    await ensureIndexes(db())
  })
  afterAll(async () => {
    await connections[0]?.db.dropDatabase()
    await Promise.all(connections.map((connection) => connection.close()))
  })
  const harness = () => ({
    tickets: mongoTicketStore({ db: db(), clock, random, log: silentLog }),
    outbox: mongoOutboxStore({ db: db(), clock, random }),
    others: connections.slice(1).map((connection) => mongoOutboxStore({ db: connection.db, clock, random })),
    sessionEnds: mongoSessionEndStore({ db: db(), clock, random }),
    clock,
  })

  outboxStore(harness)
  sessionEndStore(harness)

  it('finds what is due by index, however many sessions and messages there are', async () => {
    const now = new Date(clock.now())
    const dueFilters = [
      { collection: collections.tickets, filter: { fanOutAt: { $lte: now } }, sort: 'fanOutAt' },
      { collection: collections.tickets, filter: { state: 'live', sweepAt: { $lte: now } }, sort: 'sweepAt' },
      { collection: collections.tickets, filter: { successor: 'key', state: 'live' }, sort: 'successor' },
      { collection: collections.tickets, filter: { root: 'key', state: 'spent' }, sort: 'root' },
      { collection: collections.logoutOutbox, filter: { dueAt: { $lte: now } }, sort: 'dueAt' },
    ]
    for (const { collection, filter, sort } of dueFilters) {
      const plan = await db()
        .collection(collection)
        .find(filter)
        .sort({ [sort]: 1 })
        .explain('queryPlanner')
      const text = JSON.stringify(plan['queryPlanner'].winningPlan)
      expect(text).toContain('IXSCAN')
      expect(text).not.toContain('"SORT"')
    }
  })
})
