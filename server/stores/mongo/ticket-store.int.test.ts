import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Db, MongoNetworkError } from 'mongodb'
import { FixedClock, systemRandom } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import { silentLog } from '../../../common/log.ts'
import { Metrics } from '../../../common/metrics.ts'
import { testDatabase } from '../../../tools/testing/test-database.ts'
import type { ServiceTicket, ServiceTicketId } from '../../tickets/ticket.ts'
import { ticketKey } from '../../tickets/ticket-id.ts'
import {
  aProxyGrantingTicket,
  aSignIn,
  aTicket,
  newPgt,
  newPt,
  newSt,
  signedIn,
  someInstant,
} from '../contract/ticket-samples.ts'
import { ticketStoreBasics } from '../contract/ticket-store-basic.ts'
import { ticketStoreExpiry } from '../contract/ticket-store-expiry.ts'
import { ticketStoreParallel } from '../contract/ticket-store-parallel.ts'
import { ticketStoreProxies } from '../contract/ticket-store-proxies.ts'
import { connectMongo, type MongoConnection } from './connect.ts'
import { ensureIndexes } from './indexes.ts'
import { mongoTicketStore } from './ticket-store.ts'

describe('the ticket store on MongoDB', () => {
  const { uri, databaseName: database } = testDatabase('tickets')
  const clock = new FixedClock(someInstant)
  const metrics = new Metrics()
  const connections: MongoConnection[] = []
  const storeOf = ({ db }: MongoConnection) =>
    mongoTicketStore({ db, clock, random: systemRandom, log: silentLog })

  beforeAll(async () => {
    for (const appName of ['one', 'two', 'three']) {
      connections.push(connectMongo({ uri, database, log: silentLog, appName }))
    }
    await ensureIndexes(connections[0]!.db)
    await ensureIndexes(connections[1]!.db)
  })
  afterAll(async () => {
    await connections[0]?.db.dropDatabase()
    await Promise.all(connections.map((connection) => connection.close()))
  })
  const tickets = () =>
    connections[0]!.db.collection<Record<string, unknown> & { _id: string }>(collections.tickets)
  const harness = () => ({
    store: storeOf(connections[0]!),
    others: connections.slice(1).map(storeOf),
    advanceMs: (ms: number) => clock.advanceMs(ms),
  })

  ticketStoreBasics(harness)
  ticketStoreExpiry(harness)
  ticketStoreParallel(harness)
  ticketStoreProxies(harness)

  it('holds no id of a session, a login token, or a ticket that is not spent', async () => {
    const { store } = harness()
    const { signIn, key } = await signedIn(store)
    const spent = newSt()
    await store.grant(spent, aTicket(key))
    await store.consume(spent)
    const pgt = newPgt()
    await store.grantProxying(pgt, aProxyGrantingTicket(key))
    const pt = newPt()
    await store.grant(pt, aTicket(key, { proxies: ['https://first.example.org/cb'] }))
    const dump = JSON.stringify(await tickets().find().toArray())
    const secrets = [signIn.loginToken, signIn.session.id, signIn.ticket!.id, pgt, pt]
    for (const id of secrets) expect(dump).not.toContain(id)
    expect(dump).toContain(spent)
  })

  it('lets only purgeAt delete documents, a day after they have expired', async () => {
    const indexes = await tickets().indexes()
    expect(indexes.filter((index) => 'expireAfterSeconds' in index).map((index) => index.key)).toEqual([
      { purgeAt: 1 },
    ])
    const { signIn } = await signedIn(harness().store)
    const stored = await tickets().findOne({ _id: ticketKey(signIn.ticket!.id) })
    const dayMs = 24 * 60 * 60 * 1000
    expect(stored?.['purgeAt']).toEqual(new Date(signIn.ticket!.value.expireAt + dayMs))
  })

  it('keeps a spent ticket as long as its session, for the logout messages', async () => {
    const { store } = harness()
    const { signIn, key } = await signedIn(store)
    await store.consume(signIn.ticket!.id)
    const session = await tickets().findOne({ _id: key })
    const purgeAt = async () => (await tickets().findOne({ _id: ticketKey(signIn.ticket!.id) }))?.['purgeAt']
    await expectEventually(purgeAt, session!['purgeAt'])
  })

  it('keeps a spent ticket for minutes only, once its application came back for another', async () => {
    const { store } = harness()
    const { key } = await signedIn(store)
    const issuedAt = clock.now()
    const grantedAt = async (at: number, change: Partial<ServiceTicket> = {}): Promise<ServiceTicketId> => {
      const id = newSt()
      await store.grant(id, aTicket(key, { issuedAt: at, expireAt: at + 60_000, ...change }))
      return id
    }
    const purgeAt = async (id: string) => (await tickets().findOne({ _id: ticketKey(id) }))?.['purgeAt']
    const old = await grantedAt(issuedAt, { service: 'https://app.example.org/?page=1' })
    const elsewhere = await grantedAt(issuedAt, { service: 'https://app.example.org/other' })
    const [beside, late] = [
      await grantedAt(issuedAt + 1_000),
      await grantedAt(issuedAt + 2_000, { expireAt: issuedAt }),
    ]
    for (const id of [old, elsewhere, late]) await store.consume(id)
    clock.advanceMs(5_000)
    const next = await grantedAt(clock.now(), { service: 'https://app.example.org/?page=2' })
    clock.advanceMs(1_000)
    for (const id of [beside, next]) await store.consume(id)
    await expectEventually(() => purgeAt(old), new Date(clock.now() + 600_000))
    const session = await tickets().findOne({ _id: key })
    for (const id of [elsewhere, beside, next]) await expectEventually(() => purgeAt(id), session!['purgeAt'])
  })

  it('takes up a sign-in whose acknowledgement was lost, wherever it broke off', async () => {
    const { store } = harness()
    for (const missing of [[], ['ST'], ['ST', 'TGT']]) {
      const signIn = aSignIn()
      await lossy(connections[0]!, { missing }).signIn(signIn)
      expect(await store.findSession(signIn.session.id)).toBeDefined()
      expect((await store.consume(signIn.ticket!.id)).kind).toBe('consumed')
    }
  })

  it('does not believe a primary of the past that knows nothing of the ticket or the session', async () => {
    const { db } = connections[0]!
    const { signIn, key } = await signedIn(harness().store)
    const options = { clock, random: systemRandom, log: silentLog }
    const store = () => mongoTicketStore({ db: forgetfulOnce(db), ...options })
    expect(await store().findSession(signIn.session.id)).toBeDefined()
    expect((await store().consume(signIn.ticket!.id)).kind).toBe('consumed')
    expect(await store().endSession(key, 'logout')).toBe('ended')
  })

  it('says how long its operations take', async () => {
    const { db } = connections[0]!
    await mongoTicketStore({ db, clock, random: systemRandom, log: silentLog, metrics }).consume(newSt())
    expect(metrics.text()).toContain(
      'caspool_store_operation_seconds_count{operation="consume a ticket",outcome="ok"} 1',
    )
  })

  it('throws a fault, and does not say "unknown", when the database refuses', async () => {
    const elsewhere = connectMongo({
      uri: 'mongodb://127.0.0.1:1/?replicaSet=none&serverSelectionTimeoutMS=100',
      database,
      log: silentLog,
      appName: 'elsewhere',
    })
    const store = mongoTicketStore({
      db: elsewhere.db,
      clock,
      random: systemRandom,
      log: silentLog,
      deadlineMs: 300,
    })
    await expect(store.consume(newSt())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true })
    await expect(store.findSession(aSignIn().session.id)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await elsewhere.close()
  })

  /** A store whose first insert is stored but for the kinds in `missing`, and answered by a broken connection. */
  function lossy({ db }: MongoConnection, { missing }: { missing: readonly string[] }) {
    let isLost = false
    const command: typeof db.command = async (body, options) => {
      if (isLost || body['insert'] === undefined) return db.command(body, options)
      isLost = true
      const documents = body['documents'].filter(({ kind }: { kind: string }) => !missing.includes(kind))
      await db.command({ ...body, documents }, options)
      throw new MongoNetworkError('connection closed')
    }
    const broken = new Proxy(db, {
      get: (target, name) => {
        if (name === 'command') return command
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    return mongoTicketStore({ db: broken, clock, random: systemRandom, log: silentLog })
  }
})

/** A view of `db` whose first answer about tickets is that of a member which has not heard of them. */
function forgetfulOnce(db: Db): Db {
  const nothing = { findOne: null, findOneAndUpdate: null, updateOne: { matchedCount: 0 } }
  let hasForgotten = false
  const view = <T extends object>(object: T, overridden: (name: string | symbol) => unknown): T =>
    new Proxy(object, {
      get: (target, name) => {
        const value = overridden(name) ?? Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  const forget = (name: string | symbol) => {
    if (hasForgotten || !(name in nothing)) return undefined
    hasForgotten = true
    return async () => nothing[name as keyof typeof nothing]
  }
  return view(db, (name) =>
    name === 'collection' ? (collection: string) => view(db.collection(collection), forget) : undefined,
  )
}

async function expectEventually(read: () => Promise<unknown>, wanted: unknown): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (JSON.stringify(await read()) === JSON.stringify(wanted)) return
  }
  expect(await read()).toEqual(wanted)
}
