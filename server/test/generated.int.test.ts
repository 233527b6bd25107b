/**
 * Whatever is sent to any endpoint, with tickets that are worth something among it: no fault, no foreign redirect, no
 * markup of the sender's in an answer, and no ticket that is accepted twice.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { definition } from '../cas/testing/samples.ts'
import { soapRequest } from '../saml1/testing/samples.ts'
import type { Answer } from './testing/browser.ts'
import { roundRobin } from './testing/http-client.ts'
import { type Pool, startPool } from './testing/pool.ts'
import { type ProxyApplication, proxyField } from './testing/proxy-application.ts'

/** Nine requests in each run: 20,700 together. CASPOOL_TEST_RUNS=112000 makes a million. */
const numRuns = Number(process.env['CASPOOL_TEST_RUNS'] ?? 2_300)
const marker = '<x-mark"\'>'
const registered = 'https://app.example.org/'
const casuser = { username: 'casuser', password: 'Mellon' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const field = proxyField()
let pool: Pool
let application: ProxyApplication
const call = roundRobin(() => pool)

beforeAll(async () => {
  const properties = {
    'caspool.rest.enabled': 'true',
    'cas.logout.follow-service-redirects': 'true',
    'cas.ticket.tgt.remember-me.enabled': 'true',
  }
  const proxy = { kind: 'matching', pattern: 'https://localhost:[0-9]+/callback.*' } as const
  const services = [{ ...definition(), proxy }]
  pool = await startPool({ servers: 2, services, properties, outbound: field.outbound })
  application = await field.application()
})
afterAll(async () => {
  await field.stop()
  await pool.stop()
})

/** What a generated value may stand for: it becomes a ticket of the moment when the request is sent. */
const tickets = {
  '@session': '',
  '@first': '',
  '@second': '',
  '@granting': '',
  '@proxy': '',
  '@callback': '',
}
const filled = (text: string): string => (text in tickets ? tickets[text as keyof typeof tickets] : text)

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

async function send(request: Generated): Promise<Answer> {
  const query = encoded(request.pairs)
  const cookie = request.hasSession ? { cookie: `TGC=${tickets['@session']}` } : {}
  const [, value = ''] = request.pairs.find(([name]) => name === 'ticket') ?? []
  if (request.path === '/samlValidate') {
    const target = new URLSearchParams({ TARGET: registered })
    const headers = { 'content-type': 'text/xml' }
    return call(`/samlValidate?${target}`, { method: 'POST', body: soapRequest(filled(value)), headers })
  }
  const where = `${request.path.replace('@first', tickets['@first'])}?${query}`
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) {
    return call(where, { method: request.method, headers: cookie })
  }
  const headers = { ...form, ...cookie }
  return call(where, { method: request.method, body: encoded(request.fields), headers })
}

const encoded = (pairs: Generated['pairs']): string =>
  new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, filled(value)])).toString()

function expectHarmless({ status, body, headers, location }: Answer): void {
  if (status >= 500) expect([status, headers.get('retry-after')]).toEqual([503, expect.any(String)])
  expect(body).not.toContain('<x-mark')
  if (location === undefined) return
  expect(location).toMatch(
    /^(\/cas\/login(\?|$)|https:\/\/app\.example\.org([/?#]|$)|http:\/\/localhost:8080\/cas\/v1\/)/,
  )
}

/** Tickets that were accepted so far; each may be only once. */
const accepted = new Set<string>()
const isSuccess = ({ body }: Answer): boolean =>
  /^yes\n|<cas:authenticationSuccess>|"authenticationSuccess"|"samlp:Success"/.test(body)

function expectFirstSuccess(request: Generated, answer: Answer): void {
  if (!isSuccess(answer)) return
  const [, value = ''] = request.pairs.find(([name]) => name === 'ticket') ?? []
  expect(accepted).not.toContain(filled(value))
  accepted.add(filled(value))
}

/** Two service tickets, and a session if the last one has ended: at most three requests. */
async function refill(): Promise<void> {
  const grant = () => call(`/v1/tickets/${tickets['@session']}`, { body: { service: registered } })
  tickets['@callback'] = application.callback
  let [first, second] = await Promise.all([grant(), grant()])
  if (first.status !== 200 || second.status !== 200) {
    const headers = { accept: 'text/plain' }
    tickets['@session'] = (await call('/v1/tickets', { body: casuser, headers })).body
    ;[first, second] = await Promise.all([grant(), grant()])
  }
  Object.assign(tickets, { '@first': first.body, '@second': second.body })
  tickets['@granting'] = /pgtId=([^&]+)/.exec(application.requests.at(-1) ?? '')?.[1] ?? 'PGT-1'
}

async function newProxyTicket(): Promise<void> {
  const query = new URLSearchParams({ pgt: tickets['@granting'], targetService: registered })
  const { body } = await call(`/proxy?${query}`)
  tickets['@proxy'] = /PT-\w+/.exec(body)?.[0] ?? 'PT-1'
}

it(
  'no generated request makes the pool fail, reflect markup, redirect to strangers or accept a ticket twice',
  async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (batch) => {
        await refill()
        await newProxyTicket()
        const answers = await Promise.all(batch.map(send))
        for (const [i, answer] of answers.entries()) {
          expectHarmless(answer)
          expectFirstSuccess(batch[i] as Generated, answer)
        }
      }),
      { numRuns },
    )
    // The load is one that matters: it had tickets accepted, of both kinds.
    const kinds = new Set([...accepted].map((id) => id.slice(0, 3)))
    expect(kinds).toEqual(new Set(['ST-', 'PT-']))
    expect(accepted.size).toBeGreaterThan(numRuns / 4)
  },
  120_000 + 100 * numRuns,
)
