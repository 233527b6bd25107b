/**
 * Whatever is sent to any endpoint of two servers on one real MongoDB, with tickets that are worth something among it:
 * no fault, no foreign redirect, no markup of the sender's in an answer, and no ticket that is accepted twice.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { silentLog } from '../../common/log.ts'
import { until } from '../../tools/system/ports.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { definition } from '../cas/testing/samples.ts'
import { soapRequest } from '../saml1/testing/samples.ts'
import type { Answer } from './testing/browser.ts'
import { roundRobin } from './testing/http-client.ts'
import { type MongoPool, startMongoPool } from './testing/mongo-pool.ts'
import { type ProxyApplication, proxyField } from './testing/proxy-application.ts'

/** Nine requests in each run: 20,700 together. CASPOOL_TEST_RUNS=112000 makes a million. */
const numRuns = Number(process.env['CASPOOL_TEST_RUNS'] ?? 2_300)
/** Visitors at work at the same time: a majority write of one is waited for while the others go on. */
const visitors = 4
const marker = '<x-mark"\'>'
const registered = 'https://app.example.org/'
const casuser = { username: 'casuser', password: 'Mellon' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const field = proxyField()
let mongo: MongoPool
const call = roundRobin(() => mongo.pool)

beforeAll(async () => {
  const { uri, databaseName: database } = testDatabase('generated')
  const properties = {
    'caspool.rest.enabled': 'true',
    'cas.logout.follow-service-redirects': 'true',
    'cas.ticket.tgt.remember-me.enabled': 'true',
  }
  const proxy = { kind: 'matching', pattern: 'https://localhost:[0-9]+/callback.*' } as const
  mongo = await startMongoPool({ uri, database }, { servers: 2, outbound: field.outbound, log: silentLog })
  await mongo.publish([{ ...definition(), proxy }], properties)
  await Promise.all(mongo.pool.servers.map(({ loaded }) => loaded))
  await until('both servers offer the REST protocol', async () => {
    const answers = await Promise.all([call('/v1/users', { body: {} }), call('/v1/users', { body: {} })])
    return answers.every(({ status }) => status === 400)
  })
})
afterAll(async () => {
  await field.stop()
  await mongo.mongo.db.dropDatabase()
  await mongo.stop()
})

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.toWellFormed()),
  fc.string({ unit: fc.constantFrom(...'%0da/\\?#&=<>"\'\r\n;:@[]{}'), maxLength: 40 }),
  fc.constant(marker),
)
const service = fc.oneof(
  { weight: 4, arbitrary: fc.constant(registered) },
  text,
  fc.oneof(text, fc.webPath()).map((rest) => registered + rest),
  text.map((rest) => `https://app.example.org${rest}`),
  fc.constantFrom(
    'https://evil.example/',
    '//evil.example',
    'javascript:alert(1)',
    'https://app.example.org@evil.example/',
  ),
)
const ticket = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('@first', '@second', '@proxy') },
  fc.constantFrom('@session', '@granting', 'ST-1'),
  text,
)
const flag = fc.oneof(fc.constantFrom('true', 'false', ''), text)
const pair = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('service', 'TARGET', 'targetService', 'url'), service) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('ticket'), ticket) },
  fc.tuple(fc.constant('pgt'), fc.oneof(fc.constantFrom('@granting', '@session'), text)),
  fc.tuple(fc.constant('pgtUrl'), fc.oneof(fc.constant('@callback'), service)),
  fc.tuple(fc.constant('format'), fc.oneof(fc.constantFrom('JSON', 'XML'), text)),
  fc.tuple(fc.constantFrom('renew', 'gateway', 'warn', 'rememberMe', 'method'), flag),
  fc.tuple(fc.constantFrom('username', 'password', 'lt', 'execution', '__proto__'), text),
  fc.tuple(text, text),
)
const validations = [
  '/validate',
  '/serviceValidate',
  '/proxyValidate',
  '/p3/serviceValidate',
  '/p3/proxyValidate',
]
const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...validations) },
  fc.constantFrom(
    '/login',
    '/logout',
    '/proxy',
    '/samlValidate',
    '/v1/tickets',
    '/v1/users',
    '/v1/tickets/@first',
  ),
  fc.constantFrom(
    '/login;jsessionid=1',
    '//login',
    '/Login',
    '/p3',
    '/p3/%2e%2e/login',
    '/style.css',
    '/v1/services',
  ),
  fc
    .tuple(fc.constantFrom('/', '/v1/tickets/', '/p3/'), text)
    .map(([folder, rest]) => folder + encodeURIComponent(rest)),
)

interface Generated {
  readonly path: string
  readonly method: string
  readonly pairs: readonly (readonly [string, string])[]
  readonly fields: readonly (readonly [string, string])[]
  readonly hasSession: boolean
}

/** A validation that would succeed, if its ticket were still good. */
const plausible = fc.record({
  path: fc.constantFrom(...validations, '/samlValidate'),
  method: fc.constant('GET'),
  pairs: fc
    .tuple(
      fc.constantFrom('@first', '@second', '@proxy'),
      fc.constantFrom([], [['pgtUrl', '@callback']] as const),
    )
    .map(([value, more]) => [['service', registered], ['ticket', value], ...more] as const),
  fields: fc.constant([]),
  hasSession: fc.boolean(),
})
const anything = fc.record({
  path,
  method: fc.oneof(
    { weight: 4, arbitrary: fc.constant('GET') },
    fc.constantFrom('POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'),
  ),
  pairs: fc.array(pair, { maxLength: 5 }),
  fields: fc.array(pair, { maxLength: 4 }),
  hasSession: fc.boolean(),
})
const requests = fc.tuple(plausible, plausible, anything, anything, anything, anything)

/** Tickets that were accepted so far; each may be only once. */
const accepted = new Set<string>()
const isSuccess = ({ body }: Answer): boolean =>
  /^yes\n|<cas:authenticationSuccess>|"authenticationSuccess"|"samlp:Success"/.test(body)

function expectHarmless({ status, body, headers, location }: Answer): void {
  if (status >= 500) expect([status, headers.get('retry-after')]).toEqual([503, expect.any(String)])
  expect(body).not.toContain('<x-mark')
  if (location === undefined) return
  expect(location).toMatch(
    /^(\/cas\/login(\?|$)|https:\/\/app\.example\.org([/?#]|$)|http:\/\/localhost:8080\/cas\/v1\/)/,
  )
}

/** Somebody with a session, an application and tickets. */
class Visitor {
  /** What a generated value may stand for: it becomes a ticket of the moment when the request is sent. */
  readonly #tickets = new Map(
    ['@session', '@first', '@second', '@granting', '@proxy', '@callback'].map((name) => [name, '']),
  )
  readonly #application: ProxyApplication

  constructor(application: ProxyApplication) {
    this.#application = application
    this.#tickets.set('@callback', application.callback)
  }

  /** Six requests at once, after three for tickets. */
  async run(batch: readonly Generated[]): Promise<void> {
    await this.#refill()
    await this.#newProxyTicket()
    const answers = await Promise.all(batch.map((request) => this.#send(request)))
    for (const [i, answer] of answers.entries()) {
      expectHarmless(answer)
      this.#expectFirstSuccess(batch[i] as Generated, answer)
    }
  }

  #filled(text: string): string {
    return this.#tickets.get(text) ?? text
  }

  #encoded(pairs: Generated['pairs']): string {
    return new URLSearchParams(
      pairs.map(([name, value]): [string, string] => [name, this.#filled(value)]),
    ).toString()
  }

  async #send(request: Generated): Promise<Answer> {
    const query = this.#encoded(request.pairs)
    const cookie = request.hasSession ? { cookie: `TGC=${this.#filled('@session')}` } : {}
    if (request.path === '/samlValidate') {
      const target = new URLSearchParams({ TARGET: registered })
      const headers = { 'content-type': 'text/xml' }
      const body = soapRequest(this.#filled(ticketOf(request)))
      return call(`/samlValidate?${target}`, { method: 'POST', body, headers })
    }
    const where = `${request.path.replace('@first', this.#filled('@first'))}?${query}`
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) {
      return call(where, { method: request.method, headers: cookie })
    }
    const headers = { ...form, ...cookie }
    return call(where, { method: request.method, body: this.#encoded(request.fields), headers })
  }

  #expectFirstSuccess(request: Generated, answer: Answer): void {
    if (!isSuccess(answer)) return
    const ticket = this.#filled(ticketOf(request))
    // Asked of the set itself: `toContain` would walk through it, and a million requests fill it.
    expect([ticket, accepted.has(ticket)]).toEqual([ticket, false])
    accepted.add(ticket)
  }

  /** Two service tickets, and a session if the last one has ended. */
  async #refill(): Promise<void> {
    const grant = () => call(`/v1/tickets/${this.#filled('@session')}`, { body: { service: registered } })
    let [first, second] = await Promise.all([grant(), grant()])
    if (first.status !== 200 || second.status !== 200) {
      const headers = { accept: 'text/plain' }
      this.#tickets.set('@session', (await call('/v1/tickets', { body: casuser, headers })).body)
      ;[first, second] = await Promise.all([grant(), grant()])
    }
    this.#tickets.set('@first', first.body)
    this.#tickets.set('@second', second.body)
    const [, pgt = 'PGT-1'] = /pgtId=([^&]+)/.exec(this.#application.requests.at(-1) ?? '') ?? []
    this.#tickets.set('@granting', pgt)
  }

  async #newProxyTicket(): Promise<void> {
    const query = new URLSearchParams({ pgt: this.#filled('@granting'), targetService: registered })
    const { body } = await call(`/proxy?${query}`)
    this.#tickets.set('@proxy', /PT-\w+/.exec(body)?.[0] ?? 'PT-1')
  }
}

const ticketOf = ({ pairs }: Generated): string => pairs.find(([name]) => name === 'ticket')?.[1] ?? ''

it(
  'no generated request makes the pool fail, reflect markup, redirect to strangers or accept a ticket twice',
  async () => {
    const visit = async (): Promise<void> => {
      const visitor = new Visitor(await field.application())
      const property = fc.asyncProperty(requests, (batch) => visitor.run(batch))
      await fc.assert(property, { numRuns: Math.ceil(numRuns / visitors) })
    }
    await Promise.all(Array.from({ length: visitors }, visit))
    // The load is one that matters: it had tickets accepted, of both kinds.
    const kinds = new Set([...accepted].map((id) => id.slice(0, 3)))
    expect(kinds).toEqual(new Set(['ST-', 'PT-']))
    expect(accepted.size).toBeGreaterThan(numRuns / 4)
  },
  120_000 + 100 * numRuns,
)
