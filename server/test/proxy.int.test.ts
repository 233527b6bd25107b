/** A chain of proxies over two servers on one real MongoDB: each request goes to the other server than the one before. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { collections } from '../../common/contract.ts'
import { until } from '../../tools/system/ports.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { definition } from '../cas/testing/samples.ts'
import { type Browser, ticketIn } from './testing/browser.ts'
import { type MongoPool, startMongoPool } from './testing/mongo-pool.ts'
import { elementIn, type ProxyApplication, proxiesIn, proxyField } from './testing/proxy-application.ts'

const casuser = { username: 'casuser', password: 'Mellon' }
const minuteMs = 60_000
const depth = 3
const { uri, databaseName: database } = testDatabase('proxies')
const field = proxyField()
const serviceOf = (index: number): string => `https://app.example.org/${index}`
let servers: MongoPool
let turn = 0

beforeAll(async () => {
  servers = await startMongoPool({ uri, database }, { servers: 2, outbound: field.outbound })
  const proxy = { kind: 'matching', pattern: 'https://localhost:[0-9]+/callback' } as const
  await servers.publish([{ ...definition(), proxy }])
  await Promise.all(servers.pool.servers.map(({ loaded }) => loaded))
  await until('both servers know the service', async () => {
    const pages = [0, 1].map((i) => servers.pool.browser(i).get('/login', { service: serviceOf(0) }))
    return (await Promise.all(pages)).every(({ status }) => status === 200)
  })
}, minuteMs)
afterAll(async () => {
  await field.stop()
  await servers?.mongo.db.dropDatabase()
  await servers?.stop()
})

/** At the other server than the last time. */
const ask = async (path: string, query: Record<string, string>): Promise<string> => {
  turn += 1
  return (await servers.pool.browser(turn % 2).get(path, query)).body
}

interface Chain {
  readonly browser: Browser
  /** Callback URLs, most recent first. */
  readonly callbacks: readonly string[]
  readonly grantingTickets: readonly string[]
  /** For the last service. */
  readonly ticket: string
}

async function chain(): Promise<Chain> {
  const browser = servers.pool.browser(0)
  let ticket = ticketIn(await browser.signIn(casuser, { service: serviceOf(0) }))
  const callbacks: string[] = []
  const grantingTickets: string[] = []
  for (let i = 0; i < depth; i++) {
    const application: ProxyApplication = await field.application()
    const query = { service: serviceOf(i), ticket, pgtUrl: application.callback }
    const iou = elementIn(await ask('/p3/proxyValidate', query), 'proxyGrantingTicket')
    const pgt = application.pgtOf(iou)
    callbacks.unshift(application.callback)
    grantingTickets.push(pgt)
    ticket = elementIn(await ask('/proxy', { pgt, targetService: serviceOf(i + 1) }), 'proxyTicket')
  }
  return { browser, callbacks, grantingTickets, ticket }
}

describe('a chain of three proxies', () => {
  it('reaches the last service with all proxies in order, once', async () => {
    const { callbacks, ticket } = await chain()
    const query = { service: serviceOf(depth), ticket }
    const body = await ask('/p3/proxyValidate', query)
    expect(body).toContain('<cas:user>casuser</cas:user>')
    expect(body).toContain('<cas:mail>casuser@example.org</cas:mail>')
    expect(proxiesIn(body)).toEqual(callbacks)
    expect(await ask('/proxyValidate', query)).toContain('code="INVALID_TICKET"')
  })

  it('dies with the session: no ticket of it grants or validates anything after logout', async () => {
    const { browser, grantingTickets, ticket } = await chain()
    await browser.at(servers.pool.url(1)).get('/logout')
    for (const pgt of grantingTickets) {
      for (const _server of [0, 1]) {
        expect(await ask('/proxy', { pgt, targetService: serviceOf(0) })).toContain('code="INVALID_TICKET"')
      }
    }
    expect(await ask('/proxyValidate', { service: serviceOf(depth), ticket })).toContain(
      'code="INVALID_TICKET"',
    )
  })

  it('leaves none of its granting tickets in the database or in a log', async () => {
    const { grantingTickets, ticket } = await chain()
    const stored = JSON.stringify(await servers.mongo.db.collection(collections.tickets).find().toArray())
    const logged = JSON.stringify(servers.log())
    for (const id of [...grantingTickets, ticket]) {
      expect(stored).not.toContain(id)
      expect(logged).not.toContain(id)
    }
  })

  it('lets one of fifty validations of one proxy ticket at both servers through', async () => {
    const { ticket } = await chain()
    const query = { service: serviceOf(depth), ticket }
    const bodies = await Promise.all(Array.from({ length: 50 }, () => ask('/proxyValidate', query)))
    expect(bodies.filter((body) => body.includes('authenticationSuccess'))).toHaveLength(1)
    expect(bodies.filter((body) => body.includes('code="INVALID_TICKET"'))).toHaveLength(49)
  })
})
