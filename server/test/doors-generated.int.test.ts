/** Whatever is sent to the doors of the pool: no fault, no foreign redirect, no markup of the sender's in a page. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { definition } from '../cas/testing/samples.ts'
import { soapRequest } from '../saml1/testing/samples.ts'
import type { Answer } from './testing/browser.ts'
import { roundRobin } from './testing/http-client.ts'
import { type Pool, startPool } from './testing/pool.ts'

/** Nine requests in each run: 20,700 together. CASPOOL_TEST_RUNS=112000 makes a million. */
const runs = { numRuns: Number(process.env['CASPOOL_TEST_RUNS'] ?? 2_300) }
const timeoutMs = 60_000 + 50 * runs.numRuns
const marker = '<x-mark"\'>'
let pool: Pool
let tgt: string
const call = roundRobin(() => pool)

beforeAll(async () => {
  const properties = { 'caspool.rest.enabled': 'true', 'cas.ticket.tgt.remember-me.enabled': 'true' }
  pool = await startPool({ servers: 2, services: [definition()], properties })
  const body = { username: 'casuser', password: 'Mellon' }
  tgt = (await call('/v1/tickets', { body, headers: { accept: 'text/plain' } })).body
})
afterAll(() => pool.stop())

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom('%', '0', 'd', 'a', '/', '\\', '?', '#', '&', '=', '\r', '\n'),
    maxLength: 60,
  }),
  fc.constant(marker),
)
const service = fc.oneof(
  text,
  text.map((rest) => `https://app.example.org/${rest}`),
  text.map((rest) => `https://app.example.org${rest}`),
)
const parameter = fc.oneof(
  fc.tuple(fc.constantFrom('service', 'TARGET'), service),
  fc.tuple(
    fc.constantFrom(
      'method',
      'renew',
      'gateway',
      'username',
      'password',
      'lt',
      'warn',
      'rememberMe',
      'confirmation',
    ),
    fc.oneof(text, fc.constantFrom('true', 'false', 'POST', 'HEADER', 'casuser', 'Mellon')),
  ),
  fc.tuple(text, text),
)
const parameters = fc.array(parameter, { maxLength: 6 }).map((pairs) => new URLSearchParams(pairs).toString())
const form = { 'content-type': 'application/x-www-form-urlencoded' }

function expectHarmless({ status, body, headers, location }: Answer): void {
  expect(status).toBeLessThan(500)
  expect(body).not.toContain(marker)
  if (location !== undefined) {
    expect(location).toMatch(
      /^(\/cas\/login(\?|$)|https:\/\/app\.example\.org([/?#]|$)|http:\/\/localhost:8080\/cas\/v1\/)/,
    )
  }
  expect(headers.get('cache-control')).toBe('no-store')
}

it(
  '/login by GET and POST, with and without a session',
  async () => {
    await fc.assert(
      fc.asyncProperty(parameters, parameters, fc.boolean(), async (query, body, hasSession) => {
        const cookie = hasSession ? { cookie: `TGC=${tgt}` } : {}
        expectHarmless(await call(`/login?${query}`, { headers: cookie }))
        expectHarmless(await call(`/login?${query}`, { body, headers: { ...form, ...cookie } }))
      }),
      runs,
    )
  },
  timeoutMs,
)

it(
  'the REST protocol',
  async () => {
    await fc.assert(
      fc.asyncProperty(parameters, text, async (body, id) => {
        expectHarmless(await call('/v1/tickets', { body, headers: form }))
        expectHarmless(await call('/v1/users', { body, headers: form }))
        expectHarmless(await call(`/v1/tickets/${tgt}`, { body, headers: form }))
        const path = `/v1/tickets/${encodeURIComponent(id.toWellFormed())}`
        for (const method of ['GET', 'DELETE']) expectHarmless(await call(path, { method }))
        expectHarmless(await call(path, { body, headers: form }))
      }),
      runs,
    )
  },
  timeoutMs,
)

it(
  '/samlValidate',
  async () => {
    const body = fc.oneof(
      text,
      text.map(soapRequest),
      fc.tuple(text, fc.nat({ max: 500 })).map(([inside, at]) => {
        const whole = soapRequest('ST-1')
        return whole.slice(0, at) + inside + whole.slice(at)
      }),
    )
    await fc.assert(
      fc.asyncProperty(parameters, body, async (query, envelope) => {
        const answer = await call(`/samlValidate?${query}`, {
          body: envelope,
          headers: { 'content-type': 'text/xml' },
        })
        expectHarmless(answer)
        expect(answer.body).not.toContain('samlp:Success')
      }),
      runs,
    )
  },
  timeoutMs,
)
