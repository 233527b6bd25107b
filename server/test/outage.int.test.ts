/** Servers whose MongoDB is away, dies or comes late. A replica set of its own, since it is stopped here. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '../../tools/system/ports.ts'
import { type ReplicaSet, startReplicaSet } from '../../tools/testing/replica-set.ts'
import { definition } from '../cas/testing/samples.ts'
import { type Answer, type Browser, ticketIn } from './testing/browser.ts'
import { type MongoPool, startMongoPool } from './testing/mongo-pool.ts'

const service = 'https://app.example.org/'
const casuser = { username: 'casuser', password: 'Mellon' }
const minuteMs = 60_000
const stalledRounds = 5
let set: ReplicaSet
let servers: MongoPool

beforeAll(async () => {
  set = await startReplicaSet({ members: 3 })
  servers = await startMongoPool({ uri: set.uri, database: 'cas' }, { servers: 3 })
  await servers.publish([definition()])
  await Promise.all(servers.pool.servers.map(({ loaded }) => loaded))
  await until('the service is known', async () => {
    const pages = [0, 1, 2].map((i) => servers.pool.browser(i).get('/login', { service }))
    return (await Promise.all(pages)).every(({ status }) => status === 200)
  })
}, minuteMs)
afterAll(async () => {
  await servers?.stop()
  await set?.stop()
}, minuteMs)

const validateAt = (index: number, ticket: string): Promise<Answer> =>
  servers.pool.browser(index % 3).get('/serviceValidate', { service, ticket })
const isSuccess = ({ body }: Answer): boolean => body.includes('authenticationSuccess')
const grantedTicket = async (browser: Browser): Promise<string> =>
  ticketIn(await browser.get('/login', { service }))
const readyOf = async (index: number): Promise<Record<string, unknown>> => {
  const response = await fetch(`${servers.pool.managementUrl(index)}/readyz`)
  return (await response.json()) as Record<string, unknown>
}

describe('when the primary is killed', () => {
  it(
    'fifty parallel validations have one success, none fails, and nobody hears that the ticket is unknown',
    async () => {
      const browser = servers.pool.browser(0)
      const ticket = ticketIn(await browser.signIn(casuser, { service }))
      const waiting = ticketIn(await browser.get('/login', { service }))
      const primary = await set.primary()
      const running = Array.from({ length: 50 }, (_, i) => validateAt(i, ticket))
      await primary.kill()
      const answers = await Promise.all(running)
      expect(answers.filter(({ body }) => body.includes('authenticationSuccess'))).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(50)
      expect((await validateAt(1, waiting)).body).toContain('authenticationSuccess')
      expect(ticketIn(await browser.get('/login', { service }))).toMatch(/^ST-/)
      expect(servers.log().filter(({ why }) => why === 'unknownTicket')).toEqual([])
      await primary.start()
    },
    minuteMs,
  )
})

describe('when the primary stalls', () => {
  it(
    'fifty parallel validations have one success, and the old primary that wakes up later misleads nobody',
    async () => {
      const browser = servers.pool.browser(0)
      await browser.signIn(casuser, { service })
      for (let round = 0; round < stalledRounds; round++) {
        await set.caughtUp()
        const primary = await set.primary()
        const [ticket, waiting] = [await grantedTicket(browser), await grantedTicket(browser)]
        const running = Array.from({ length: 25 }, (_, i) => validateAt(i, ticket))
        primary.pause()
        running.push(...Array.from({ length: 25 }, (_, i) => validateAt(i, ticket)))
        const answers = await Promise.all(running)
        primary.resume()
        // Asked while the woken member may still take itself for the primary.
        const afterwards = await Promise.all([0, 1, 2].map((i) => validateAt(i, waiting)))
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
        expect(answers.filter(isSuccess)).toHaveLength(1)
        expect(afterwards.filter(isSuccess)).toHaveLength(1)
      }
      expect(servers.log().filter(({ why }) => why === 'unknownTicket')).toEqual([])
    },
    5 * minuteMs,
  )
})

describe('hostile input 9: replay while the database is busy with itself', () => {
  it(
    'during a step-down of the primary one of fifty parallel validations is successful, and none is told a lie',
    async () => {
      await set.caughtUp()
      const browser = servers.pool.browser(0)
      const ticket = ticketIn(await browser.signIn(casuser, { service }))
      const waiting = ticketIn(await browser.get('/login', { service }))
      const running = Array.from({ length: 50 }, (_, i) => validateAt(i, ticket))
      await servers.mongo.client.db('admin').command({ replSetStepDown: 5, force: true })
      running.push(...Array.from({ length: 10 }, (_, i) => validateAt(i, ticket)))
      const answers = await Promise.all(running)
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
      expect(answers.filter(isSuccess)).toHaveLength(1)
      expect((await validateAt(1, waiting)).body).toContain('authenticationSuccess')
    },
    minuteMs,
  )

  it(
    'a connection string that asks for reads of secondaries loses no ticket and lets none pass twice',
    async () => {
      await set.caughtUp()
      const uri = `${set.uri}${set.uri.includes('?') ? '&' : '/?'}readPreference=secondary&readConcernLevel=local`
      const stale = await startMongoPool({ uri, database: 'cas' }, { servers: 2 })
      await Promise.all(stale.pool.servers.map(({ loaded }) => loaded))
      const browser = stale.pool.browser(0)
      await browser.signIn(casuser)
      for (let i = 0; i < 20; i++) {
        const ticket = ticketIn(await browser.get('/login', { service }))
        const [one, two] = [stale.pool.browser(1), stale.pool.browser(0)]
        expect((await one.get('/serviceValidate', { service, ticket })).body).toContain('Success')
        expect((await two.get('/serviceValidate', { service, ticket })).body).toContain('INVALID_TICKET')
      }
      await browser.get('/logout')
      expect((await browser.at(stale.pool.url(1)).get('/login')).body).toContain('<form')
      await stale.stop()
    },
    minuteMs,
  )
})

describe('when MongoDB is away', () => {
  it(
    'servers stay ready and say so, show the form, and answer 503 where they cannot know',
    async () => {
      const browser = servers.pool.browser(0)
      const ticket = ticketIn(await browser.signIn(casuser, { service }))
      await Promise.all(set.members.map((member) => member.kill()))
      await until('a server notices', async () => (await readyOf(0))['mongodb'] === 'away')
      expect(await readyOf(0)).toMatchObject({ ready: true })
      expect((await servers.pool.browser(1).get('/login', { service })).status).toBe(200)
      const [validation, login] = await Promise.all([
        validateAt(0, ticket),
        browser.get('/login', { service }),
      ])
      expect(validation).toMatchObject({ status: 503, body: 'Service unavailable\n' })
      expect(login.status).toBe(503)
      expect(login.headers.get('retry-after')).toMatch(/^\d+$/)
    },
    minuteMs,
  )

  it(
    'a server that starts is not ready, answers 503, and gets ready when MongoDB comes back',
    async () => {
      const late = await startMongoPool({ uri: set.uri, database: 'cas' }, { servers: 1 })
      const ready = async (): Promise<number> => (await fetch(`${late.pool.managementUrl()}/readyz`)).status
      expect(await ready()).toBe(503)
      expect((await fetch(`${late.pool.managementUrl()}/livez`)).status).toBe(200)
      expect((await late.pool.browser().get('/login')).status).toBe(503)
      await Promise.all(set.members.map((member) => member.start()))
      await until('it is ready', async () => (await ready()) === 200)
      expect((await late.pool.browser().get('/login', { service })).status).toBe(200)
      await late.stop()
      await until('the others have caught up', async () => (await readyOf(0))['mongodb'] === 'connected')
    },
    minuteMs,
  )
})
