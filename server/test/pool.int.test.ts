/** Several servers on one real MongoDB: what one of them did, every other one knows. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '../../tools/system/ports.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { definition } from '../cas/testing/samples.ts'
import { ticketKey } from '../tickets/ticket-id.ts'
import { hiddenFields, ticketIn } from './testing/browser.ts'
import { type MongoPool, startMongoPool } from './testing/mongo-pool.ts'

const service = 'https://app.example.org/'
const casuser = { username: 'casuser', password: 'Mellon' }
const minuteMs = 60_000
const { uri, databaseName: database } = testDatabase('pool')
let servers: MongoPool

beforeAll(async () => {
  servers = await startMongoPool({ uri, database }, { servers: 3 })
  await servers.publish([definition()])
  const { pool } = servers
  await Promise.all(pool.servers.map(({ loaded }) => loaded))
  await until('all servers know the service', async () => {
    const pages = pool.servers.map((_server, i) => pool.browser(i).get('/login', { service }))
    return (await Promise.all(pages)).every(({ status }) => status === 200)
  })
}, minuteMs)
afterAll(async () => {
  await servers?.mongo.db.dropDatabase()
  await servers?.stop()
})
const validateAt = (index: number, ticket: string) =>
  servers.pool.browser(index).get('/p3/serviceValidate', { service, ticket })

describe('a pool', () => {
  it('takes a form of one server at another, validates at a third, and nowhere twice', async () => {
    const browser = servers.pool.browser(0)
    const fields = hiddenFields((await browser.get('/login', { service })).body)
    const signedIn = await browser.at(servers.pool.url(1)).post('/login', { ...fields, ...casuser })
    const ticket = ticketIn(signedIn)
    const valid = await validateAt(2, ticket)
    expect(valid.body).toContain('<cas:user>casuser</cas:user>')
    expect(valid.body).toContain('<cas:mail>casuser@example.org</cas:mail>')
    for (const index of [0, 1, 2]) expect((await validateAt(index, ticket)).body).toContain('INVALID_TICKET')
  })

  it('knows a session everywhere, and its end too', async () => {
    const browser = servers.pool.browser(0)
    await browser.signIn(casuser)
    const elsewhere = browser.at(servers.pool.url(1))
    const ticket = ticketIn(await elsewhere.get('/login', { service }))
    await browser.at(servers.pool.url(2)).get('/logout')
    expect((await elsewhere.get('/login', { service })).body).toContain('<form')
    expect((await validateAt(0, ticket)).body).toContain('INVALID_TICKET')
  })

  it('lets one of fifty parallel attempts with one login form through', async () => {
    const browser = servers.pool.browser(0)
    const fields = hiddenFields((await browser.get('/login', { service })).body)
    const attempts = Array.from({ length: 50 }, (_, i) =>
      browser.at(servers.pool.url(i % 3)).post('/login', { ...fields, ...casuser }),
    )
    const statuses = (await Promise.all(attempts)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 303)).toHaveLength(1)
    expect(statuses.filter((status) => status === 400)).toHaveLength(49)
  })

  it(
    'of fifty parallel validations of one ticket at all servers passes exactly one, in each of a hundred rounds',
    async () => {
      const browser = servers.pool.browser(0)
      await browser.signIn(casuser)
      const successes: number[] = []
      for (let round = 0; round < 100; round++) {
        const ticket = ticketIn(await browser.at(servers.pool.url(round % 3)).get('/login', { service }))
        const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => validateAt(i % 3, ticket)))
        expect(answers.every(({ status }) => status === 200)).toBe(true)
        successes.push(answers.filter(({ body }) => body.includes('authenticationSuccess')).length)
      }
      expect(successes).toEqual(successes.map(() => 1))
    },
    2 * minuteMs,
  )

  it('follows services and properties without a restart', async () => {
    const added = { ...definition(), id: 2n, name: 'New', serviceId: '^https://new\\.example\\.org/.*$' }
    const properties = { 'cas.logout.follow-service-redirects': 'true' }
    await servers.publish([added], properties)
    for (const index of [0, 1, 2]) {
      const browser = servers.pool.browser(index)
      await until('the service is known', async () => {
        const { status } = await browser.get('/login', { service: 'https://new.example.org/' })
        return status === 200
      })
      expect((await browser.get('/logout', { service })).location).toBe(service)
    }
  })
})

it(
  'a copy of the database and the logs hold no live ticket that was handed out',
  async () => {
    const { live, spent } = await mixedLoad()
    const dump = await everything()
    const logged = JSON.stringify(servers.log())
    expect(live.length).toBeGreaterThan(100)
    expect(live.filter((id) => dump.includes(id))).toEqual([])
    expect([...live, ...spent].filter((id) => logged.includes(id))).toEqual([])
    // The dump is one of this load: it holds the hashes, and the clear ids of what was spent.
    expect(live.filter((id) => /^(TGT|ST)-/.test(id) && !dump.includes(ticketKey(id)))).toEqual([])
    expect(spent.filter((id) => !dump.includes(id))).toEqual([])
  },
  minuteMs,
)

/** Sign-ins, failed ones, single sign-on, validations good and bad, logouts. Returns the ids that were handed out. */
async function mixedLoad(): Promise<{ live: string[]; spent: string[] }> {
  const live: string[] = []
  const spent: string[] = []
  const person = async (n: number): Promise<void> => {
    const browser = servers.pool.browser(n % 3)
    const form = hiddenFields((await browser.get('/login', { service })).body)
    live.push(form['lt'] ?? '')
    const wrong = { ...form, username: 'casuser', password: 'wrong' }
    if (n % 3 === 0) live.push(hiddenFields((await browser.post('/login', wrong)).body)['lt'] ?? '')
    const first = ticketIn(await browser.signIn(casuser, { service }))
    live.push(browser.cookie('TGC') ?? '')
    const second = ticketIn(await browser.get('/login', { service }))
    live.push(ticketIn(await browser.get('/login', { service })))
    await validateAt((n + 1) % 3, first)
    await servers.pool.browser(n % 3).get('/validate', { service: 'https://evil.example/', ticket: second })
    spent.push(first, second)
    if (n % 4 === 0) await browser.get('/logout')
  }
  await Promise.all(Array.from({ length: 40 }, (_, n) => person(n)))
  return { live: live.filter((id) => id !== ''), spent }
}

/** Every document of every collection, as text. */
async function everything(): Promise<string> {
  const { db } = servers.mongo
  const collections = await db.listCollections().toArray()
  const contents = await Promise.all(collections.map(({ name }) => db.collection(name).find().toArray()))
  return JSON.stringify(contents, (_key, value) => (typeof value === 'bigint' ? String(value) : value))
}
