/** The other ways in, at several servers on one real MongoDB: what one of them did, every other one knows. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '../../tools/system/ports.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { definition } from '../cas/testing/samples.ts'
import { soapRequest } from '../saml1/testing/samples.ts'
import { hiddenFields, ticketIn } from './testing/browser.ts'
import { roundRobin } from './testing/http-client.ts'
import { type MongoPool, startMongoPool } from './testing/mongo-pool.ts'

const service = 'https://app.example.org/'
const casuser = { username: 'casuser', password: 'Mellon' }
const properties = { 'caspool.rest.enabled': 'true', 'cas.ticket.tgt.remember-me.enabled': 'true' }
const { uri, databaseName: database } = testDatabase('doors')
let servers: MongoPool
const call = roundRobin(() => servers.pool)

beforeAll(async () => {
  servers = await startMongoPool({ uri, database }, { servers: 2 })
  await servers.publish([definition()], properties)
  await until('both servers know service and properties', async () => {
    const answers = await Promise.all([call('/v1/tickets'), call('/v1/tickets')])
    return answers.every(({ status }) => status === 405)
  })
}, 60_000)
afterAll(async () => {
  await servers?.mongo.db.dropDatabase()
  await servers?.stop()
})

const newTgt = async (): Promise<string> =>
  (await call('/v1/tickets', { body: casuser, headers: { accept: 'text/plain' } })).body
const validate = async (ticket: string): Promise<string> =>
  (await call(`/p3/serviceValidate?${new URLSearchParams({ service, ticket })}`)).body

describe('a pool', () => {
  it('takes a TGT of one server at the other, and validates its tickets anywhere, once', async () => {
    const tgt = await newTgt()
    expect((await call(`/v1/tickets/${tgt}`)).status).toBe(200)
    const st = (await call(`/v1/tickets/${tgt}`, { body: { service } })).body
    for (const server of ['one', 'the other']) {
      expect([server, (await call(`/v1/tickets/${st}`)).status]).toEqual([server, 200])
    }
    expect(await validate(st)).toContain('<cas:user>casuser</cas:user>')
    expect(await validate(st)).toContain('INVALID_TICKET')
    expect((await call(`/v1/tickets/${st}`)).status).toBe(404)
  })

  it('knows everywhere that a TGT was deleted', async () => {
    const tgt = await newTgt()
    const st = (await call(`/v1/tickets/${tgt}`, { body: { service } })).body
    expect((await call(`/v1/tickets/${tgt}`, { method: 'DELETE' })).status).toBe(200)
    for (let server = 0; server < 2; server++) {
      expect((await call(`/v1/tickets/${tgt}`, { body: { service } })).status).toBe(404)
      expect((await call(`/v1/tickets/${tgt}`)).status).toBe(404)
    }
    expect(await validate(st)).toContain('INVALID_TICKET')
  })

  it('spends a ticket once over both protocols, of 20 attempts at the same moment', async () => {
    const tgt = await newTgt()
    const st = (await call(`/v1/tickets/${tgt}`, { body: { service } })).body
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 2 === 0
          ? validate(st)
          : call(`/samlValidate?TARGET=${service}`, { body: soapRequest(st) }).then(({ body }) => body),
      ),
    )
    expect(answers.filter((body) => body.includes('>casuser<'))).toHaveLength(1)
  })

  it('remembers a user at every server', async () => {
    const browser = servers.pool.browser(0)
    const form = hiddenFields((await browser.get('/login', { TARGET: service })).body)
    const elsewhere = browser.at(servers.pool.url(1))
    const signedIn = await elsewhere.post('/login', { ...form, ...casuser, rememberMe: 'true' })
    expect(signedIn.headers.getSetCookie().join()).toContain('Max-Age=1209600')
    const ticket = ticketIn(await elsewhere.at(servers.pool.url(0)).get('/login', { service }))
    expect(await validate(ticket)).toContain('TokenUsed>true<')
  })
})

it('the logs hold no ticket id of the REST protocol', async () => {
  const tgt = await newTgt()
  const st = (await call(`/v1/tickets/${tgt}`, { body: { service } })).body
  await call(`/v1/tickets/${st}`)
  await call(`/v1/tickets/${tgt}`, { method: 'DELETE' })
  const logged = JSON.stringify(servers.log())
  expect([tgt, st].filter((id) => logged.includes(id))).toEqual([])
  expect(logged).toContain(tgt.slice(-6))
})
