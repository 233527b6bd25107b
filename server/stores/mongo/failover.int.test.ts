// What the stores promise while members of the replica set stall and die. A set of three of its own, because its
// primary is stopped again and again.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { systemClock, systemRandom } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import { silentLog } from '../../../common/log.ts'
import { type Member, type ReplicaSet, startReplicaSet } from '../../../tools/testing/replica-set.ts'
import type { ServiceTicketId } from '../../tickets/ticket.ts'
import type { TicketStore } from '../../tickets/ticket-store.ts'
import { commitBatch } from '../contract/mongo-registry.ts'
import { aService, RecordingFollower } from '../contract/registry-samples.ts'
import { aSignIn, aTicket, newSt, newTgt, signedIn } from '../contract/ticket-samples.ts'
import { count } from '../contract/ticket-store-parallel.ts'
import { connectMongo, type MongoConnection } from './connect.ts'
import { isTransient } from './faults.ts'
import { ensureIndexes } from './indexes.ts'
import { mongoRegistrySource } from './registry-source.ts'
import { mongoTicketStore } from './ticket-store.ts'

const callers = 50
const minuteMs = 60_000

/** Ways to take the primary away, and to give it back. */
const outages: readonly [string, (primary: Member) => unknown, (primary: Member) => unknown][] = [
  ['stalled', (primary) => primary.pause(), (primary) => primary.resume()],
  ['killed', (primary) => primary.kill(), (primary) => primary.start()],
]

describe('while the primary is taken away', () => {
  let set: ReplicaSet
  const connections: MongoConnection[] = []
  let stores: TicketStore[]

  beforeAll(async () => {
    set = await startReplicaSet({ members: 3 })
    for (const appName of ['one', 'two', 'three']) {
      connections.push(connectMongo({ uri: set.uri, database: 'cas', log: silentLog, appName }))
    }
    await ensureIndexes(connections[0]!.db)
    stores = connections.map(({ db }) =>
      mongoTicketStore({ db, clock: systemClock, random: systemRandom, log: silentLog }),
    )
  }, minuteMs)
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()))
    await set?.stop()
  }, minuteMs)

  const consumeEverywhere = (id: ServiceTicketId) =>
    Array.from({ length: callers }, (_, n) => stores[n % stores.length]!.consume(id))

  /**
   * All three members have everything. The promise is about one member at a time: while a member rolls back what it
   * alone knew, there is no majority without the other two.
   */
  async function allCaughtUp(): Promise<void> {
    const notes = connections[0]!.db.collection('notes', { writeConcern: { w: 3, wtimeoutMS: 30_000 } })
    for (;;) {
      try {
        await notes.insertOne({})
        return
      } catch (thrown) {
        if (!isTransient(thrown)) throw thrown
      }
    }
  }

  /** Takes the primary away as soon as `isStarted`, and gives it back when `work` is done. */
  async function during<T>(
    [, take, giveBack]: (typeof outages)[number],
    work: () => Promise<T>[],
  ): Promise<T[]> {
    const primary = await set.primary()
    const running = work()
    await take(primary)
    try {
      return await Promise.all(running)
    } finally {
      await giveBack(primary)
      await allCaughtUp()
    }
  }

  /** A batch that was written although its acknowledgement was lost is written again: the same documents. */
  async function commitSurely(put: readonly StoredDocument[]): Promise<void> {
    try {
      await commitBatch(connections[0]!.client, connections[0]!.db, { put })
    } catch (thrown) {
      if (!isTransient(thrown)) throw thrown
      await commitSurely(put)
    }
  }

  describe.each(outages)('(%s)', (...outage) => {
    it(
      'fifty callers consume one ticket: one success, and nobody hears "unknown"',
      async () => {
        const { key } = await signedIn(stores[0]!)
        for (let round = 0; round < 3; round++) {
          const id = newSt()
          await stores[0]!.grant(id, aTicket(key))
          const outcomes = await during(outage, () => consumeEverywhere(id))
          expect(count(outcomes.map(({ kind }) => kind))).toEqual({ consumed: 1, alreadyUsed: callers - 1 })
        }
      },
      minuteMs,
    )

    it(
      'sign-ins, grants, touches, lookups and logouts go on, none fails',
      async () => {
        const { signIn, key } = await signedIn(stores[0]!)
        const fresh = Array.from({ length: 20 }, () => aSignIn())
        const ended = await Promise.all(Array.from({ length: 5 }, () => signedIn(stores[1]!)))
        const granted = newSt()
        const outcomes = await during(outage, () => [
          ...fresh.map((each, n) => stores[n % stores.length]!.signIn(each)),
          ...ended.map((each) => stores[2]!.endSession(each.key, 'logout')),
          stores[1]!.grant(granted, aTicket(key)).then(() => 'granted'),
          stores[2]!.touch(key, signIn.session.value.lastUsedAt + 1).then(() => 'touched'),
          stores[0]!.findSession(signIn.session.id).then((session) => session?.state.kind),
          stores[1]!.findSession(newTgt()).then((session) => `found ${session}`),
        ])
        expect(count(outcomes.map(String))).toEqual({
          signedIn: 20,
          ended: 5,
          granted: 1,
          touched: 1,
          live: 1,
          'found undefined': 1,
        })
        for (const each of fresh) {
          expect((await stores[1]!.consume(each.ticket!.id)).kind).toBe('consumed')
        }
        expect((await stores[2]!.consume(granted)).kind).toBe('consumed')
      },
      minuteMs,
    )

    it(
      'a follower of the registry catches up with everything, batch by batch',
      async () => {
        await commitSurely([aService(1n), aService(2n), aService(3n)])
        const follower = new RecordingFollower()
        const source = mongoRegistrySource({ db: connections[1]!.db, log: silentLog, clock: systemClock })
        const feed = await source.follow(follower.apply)
        const { rev } = follower.latest
        await during(outage, () =>
          [10n, 20n, 30n].map((id) => commitSurely([id, id + 1n, id + 2n].map((each) => aService(each)))),
        )
        await follower.until(({ services }) => services.size === 12)
        expect(follower.seen.every(({ services }) => services.size % 3 === 0)).toBe(true)
        expect(follower.latest.rev).toBeGreaterThanOrEqual(rev + 3)
        expect(feed.isCurrent).toBe(true)
        await feed.stop()
        await connections[0]!.db.collection(collections.services).deleteMany({})
      },
      minuteMs,
    )
  })

  it(
    'a server that only sees a primary of the past hears nothing rather than "unknown"',
    async () => {
      const { key } = await signedIn(stores[0]!)
      const old = await set.primary()
      const uri = `mongodb://${old.host}:${old.port}/?directConnection=true`
      // A client that does not notice anything: what it asks waits in its connections until the old primary wakes up.
      const behind = new MongoClient(uri, {
        connectTimeoutMS: minuteMs,
        heartbeatFrequencyMS: minuteMs,
        serverMonitoringMode: 'poll',
        monitorCommands: true,
      })
      const store = mongoTicketStore({
        db: behind.db('cas'),
        clock: systemClock,
        random: systemRandom,
        log: silentLog,
        deadlineMs: 4_000,
      })
      await Promise.all(Array.from({ length: 20 }, () => store.consume(newSt())))
      old.pause()
      const id = newSt()
      await stores[0]!.grant(id, aTicket(key))
      const sent = new Promise((resolve) => behind.once('commandStarted', () => setImmediate(resolve)))
      const asked = Array.from({ length: 20 }, () => store.consume(id))
      await sent
      old.resume()
      const outcomes = await Promise.allSettled(asked)
      expect(count(outcomes.map(({ status }) => status))).toEqual({ rejected: 20 })
      expect((await stores[1]!.consume(id)).kind).toBe('consumed')
      await behind.close()
      await allCaughtUp()
    },
    minuteMs,
  )

  it(
    'a server that starts without a primary works as soon as there is one',
    async () => {
      // The one left over can neither stay nor become primary.
      const primary = await set.primary()
      const paused = [primary, ...set.members.filter(({ port }) => port !== primary.port).slice(0, 1)]
      for (const member of paused) member.pause()
      const late = connectMongo({ uri: set.uri, database: 'cas', log: silentLog, appName: 'late' })
      await expect(late.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true })
      const store = mongoTicketStore({
        db: late.db,
        clock: systemClock,
        random: systemRandom,
        log: silentLog,
      })
      const signIn = store.signIn(aSignIn())
      for (const member of paused) member.resume()
      expect(await signIn).toBe('signedIn')
      await late.close()
      await allCaughtUp()
    },
    minuteMs,
  )

  it(
    'a primary that wakes up late neither denies a ticket nor hands it out twice',
    async () => {
      const { key } = await signedIn(stores[0]!)
      const old = await set.primary()
      old.pause()
      const id = newSt()
      await stores[0]!.grant(id, aTicket(key))
      const first = consumeEverywhere(id)
      old.resume()
      const outcomes = await Promise.all([...first, ...consumeEverywhere(id)])
      expect(count(outcomes.map(({ kind }) => kind))).toEqual({ consumed: 1, alreadyUsed: 2 * callers - 1 })
    },
    minuteMs,
  )
})
