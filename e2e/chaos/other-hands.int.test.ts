import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import type { Document } from 'mongodb'
import type { CasCluster } from '../../operator/api/cas-cluster.ts'
import type { CasService } from '../../operator/api/cas-service.ts'
import { conditionOf } from '../../operator/api/conditions.ts'
import { definitionId } from '../../operator/registry/definition-id.ts'
import { Browser } from '../../server/test/testing/browser.ts'
import { until } from '../../tools/system/ports.ts'
import { type ChaosPool, namespace, startChaosPool } from './chaos-pool.ts'
import type { ServerProcess } from './processes.ts'

// Others at work in the database: somebody drops and restores a collection, an Apereo CAS or a person writes into it.
const minuteMs = 60_000
const restored = Array.from({ length: 40 }, (_, i) => `restored-${i}`)
let starting: Promise<ChaosPool>
let pool: ChaosPool

interface Stored extends Document {
  readonly _id: bigint
}

beforeAll(async () => {
  starting = startChaosPool()
  pool = await starting
  await pool.applyAll([...restored, 'edited'])
  await pool.untilServed()
}, 3 * minuteMs)
afterEach(async () => {
  expect(pool.observer.violations).toEqual([])
})
afterAll(async () => {
  // Also one that did not start in time.
  await (await starting).stop()
}, 3 * minuteMs)

const definitions = () => pool.db.collection<Stored>('cas-service-registry')
const ids = () => definitions().distinct('_id')
const idOf = (name: string): bigint => definitionId({ namespace, name })

it(
  'a dropped collection is written anew from the CasServices, and sign-ins go on with what was held',
  async () => {
    const before = await ids()
    await definitions().drop()
    await until('everything is back', async () => (await ids()).length === before.length)
    await pool.untilSame()
    expect(await ids()).toEqual(before)
    await pool.observer.untilAsked(1)
    expect(await pool.uncommittedStates()).toEqual([])
  },
  3 * minuteMs,
)

it(
  'while nobody writes it anew, servers serve what they hold, and one that starts waits for the restore',
  async () => {
    const operator = pool.operators[0]!
    const [held, starting] = [pool.servers[0]!, pool.servers[1]!]
    const copy = await definitions().find().toArray()
    operator.freeze()
    await definitions().drop()
    await until('servers notice', async () => (await currentOf(held)) === 0)
    pool.observer.exceptAt(starting)
    const before = (await logged(starting, 'listening')).length
    await starting.restart()
    await until('it listens', async () => (await logged(starting, 'listening')).length > before)
    await until('the one that starts doubts it', () =>
      hasLogged(starting, 'incomplete registry was not taken over'),
    )
    expect(await starting.isReady()).toBe(false)
    await definitions().insertMany(copy.slice(0, 10))
    await pool.observer.untilAsked(2)
    expect(await starting.isReady()).toBe(false)
    await definitions().insertMany(copy.slice(10))
    await until(
      'all believe it again',
      async () => (await currentOf(held)) === 1 && (await starting.isReady()),
    )
    pool.observer.exceptAt(undefined)
    const { rev } = await pool.head()
    operator.thaw()
    await pool.exchange()
    await pool.untilSame()
    expect((await pool.head()).rev).toBe(rev + 1)
    await pool.observer.untilAsked(1)
    expect(await pool.uncommittedStates()).toEqual([])
  },
  3 * minuteMs,
)

it(
  'a definition that somebody else adds is served, counted in the status, and left alone',
  async () => {
    const _class = 'org.apereo.cas.services.CasRegisteredService'
    const serviceId = '^https://theirs\\.example\\.org(/.*)?$'
    const theirs = { _id: 1001n, _class, name: 'theirs', serviceId, evaluationOrder: 7 }
    await definitions().insertOne(theirs)
    await Promise.all(pool.servers.map((server) => untilStatus(server, 'theirs', 200)))
    await until('it is counted', async () => (await readCluster()).status?.registry?.foreign === 1)
    await pool.exchange()
    await pool.rename()
    await pool.untilServed()
    expect(await definitions().findOne({ _id: 1001n })).toEqual(theirs)
    await definitions().deleteOne({ _id: 1001n })
    await Promise.all(pool.servers.map((server) => untilStatus(server, 'theirs', 403)))
    await until(
      'it is counted no more',
      async () => (await readCluster()).status?.registry?.foreign === undefined,
    )
    await pool.untilSame()
  },
  3 * minuteMs,
)

it(
  'what somebody else deletes is put back, and what they change is put back three times, then left to them',
  async () => {
    const _id = idOf('edited')
    await definitions().deleteOne({ _id })
    await until('it is back', () =>
      definitions()
        .findOne({ _id })
        .then((found) => found !== null),
    )
    for (let time = 1; time <= 3; time++) {
      await definitions().updateOne({ _id }, { $set: { theme: 'theirs' } })
      await until(
        'it is put back',
        async () => (await definitions().findOne({ _id }))?.['theme'] === undefined,
      )
    }
    await pool.untilSame()
    await definitions().updateOne({ _id }, { $set: { theme: 'theirs' } })
    const message = await until('the service says so', async () => {
      const synced = conditionOf((await readService('edited')).status?.conditions, 'Synced')
      return synced?.reason === 'Conflict' && synced.message
    })
    expect(message).toContain(`somebody else changes definition ${_id} back: put back 3 times`)
    expect(await definitions().findOne({ _id })).toMatchObject({ theme: 'theirs' })
    const { digest } = await pool.head()
    await until('the servers hold what stands there', async () => {
      const held = await pool.reportedDigests()
      return held.every((each) => each === digest)
    })
  },
  3 * minuteMs,
)

async function readCluster(): Promise<CasCluster> {
  return (await pool.client.get({ kind: 'CasCluster', namespace, name: 'c' })) as unknown as CasCluster
}

async function readService(name: string): Promise<CasService> {
  return (await pool.client.get({ kind: 'CasService', namespace, name })) as unknown as CasService
}

const logged = async (server: ServerProcess, text: string) =>
  (await server.log()).filter(({ msg }) => msg === text)

/** Whether a server has logged this since it was started last. */
async function hasLogged(server: ServerProcess, text: string): Promise<boolean> {
  const messages = (await server.log()).map(({ msg }) => msg)
  return messages.slice(messages.lastIndexOf('listening')).includes(text)
}

async function currentOf(server: ServerProcess): Promise<number> {
  const [, value] = /^caspool_registry_current (\d)$/m.exec(await server.metrics()) ?? []
  return Number(value)
}

async function untilStatus(server: ServerProcess, host: string, wanted: number): Promise<void> {
  const service = `https://${host}.example.org/`
  await until(`${server.name} answers ${wanted} for ${host}`, async () => {
    return (await new Browser(server.url).get('/login', { service })).status === wanted
  })
}
