/** Service URLs of people who want a ticket, a redirect or a header of their own, at every door of the pool. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { definition } from '../cas/testing/samples.ts'
import { type Browser, ticketIn } from './testing/browser.ts'
import { roundRobin } from './testing/http-client.ts'
import { type Pool, startPool } from './testing/pool.ts'

const casuser = { username: 'casuser', password: 'Mellon' }
let pool: Pool
let browser: Browser
let tgt: string
const call = roundRobin(() => pool)

beforeAll(async () => {
  pool = await startPool({
    servers: 2,
    services: [
      definition(),
      { ...definition(), id: 2n, serviceId: '^https://ports\\.example\\.org(:443)?/.*$' },
    ],
    properties: { 'caspool.rest.enabled': 'true' },
    serverUrl: 'https://sso.example.org/cas',
  })
  browser = pool.browser(0)
  await browser.signIn(casuser)
  tgt = browser.cookie('TGC') ?? ''
})
afterAll(() => pool.stop())

describe.each([
  'https://app.example.org.evil.net/',
  'https://appXexample.org/',
  'https://evil.example/?https://app.example.org/',
  'https://evil.example/#https://app.example.org/',
  'https://app.example.org@evil.example/',
  'https://app.example.org:443@evil.example/',
  'https://app.example.org\\@evil.example/',
  'https://evil.example\\.app.example.org/',
  'https:/\\evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  ' https://app.example.org/',
  'https://app.example.org /',
  'https://app.example.org./',
  'https://аpp.example.org/',
  'https://[::1]/',
  'https://app.example.org:99999/',
  'https:app.example.org/',
  'http://app.example.org/',
  'javascript:alert(1)//https://app.example.org/',
  'data:text/html,https://app.example.org/',
  'imaps://app.example.org/',
  'https://app.example.org/../../evil',
  'https://app.example.org/%2e%2e/evil',
])('a service that is not registered: %s', (service) => {
  it('gets no ticket and no redirect at /login, in no way', async () => {
    for (const method of ['GET', 'POST', 'HEADER']) {
      for (const query of [{ service }, { TARGET: service }, { service, gateway: 'true' }] as const) {
        const answer = await browser.get('/login', { ...query, method } as Record<string, string>)
        expect(answer.status).toBe(403)
        expect(answer.location).toBeUndefined()
        expect(answer.headers.get('ticket')).toBeNull()
        expect(answer.body).not.toMatch(/ST-|evil/)
      }
    }
  })

  it('gets no ticket by REST, and no assertion', async () => {
    expect((await call(`/v1/tickets/${tgt}`, { body: { service } })).status).toBe(400)
    expect((await call('/v1/tickets', { body: { ...casuser, service } })).status).toBe(400)
    const ticket = (await call(`/v1/tickets/${tgt}`, { body: { service: 'https://app.example.org/' } })).body
    const answer = await call(`/serviceValidate?${new URLSearchParams({ service, ticket })}`)
    expect(answer.body).toContain('INVALID_SERVICE')
  })
})

describe('a parameter', () => {
  it.each(['\r\nSet-Cookie: a=b', '\0', '\t', '\u0085', '\u2028', '\u001b', '\u007f'])(
    'with the characters %j is refused wherever it leads',
    async (text) => {
      const service = `https://app.example.org/${text}`
      for (const name of ['service', 'TARGET', 'method']) {
        const answer = await browser.get('/login', { [name]: service })
        expect(answer.status).toBe(400)
        expect(answer.headers.getSetCookie()).toEqual([])
      }
      expect((await call(`/v1/tickets/${tgt}`, { body: { service } })).status).toBe(400)
    },
  )

  it.each(['service', 'TARGET', 'renew', 'gateway', 'method'])('%s given twice is refused', async (name) => {
    const value = encodeURIComponent('https://app.example.org/')
    const answer = await browser.get(`/login?${name}=${value}&${name}=${value}`)
    expect(answer.status).toBe(400)
  })

  it.each(['service[]', 'service[$ne]', 'service.x', '__proto__', 'SERVICE', 'Renew', 'Gateway'])(
    '%s is none of the protocol (names are case-sensitive)',
    async (name) => {
      const answer = await browser.get('/login', { [name]: 'https://evil.example/' })
      expect(answer.status).toBe(200)
      expect(answer.body).toContain('signed in as <strong>casuser</strong>')
    },
  )

  it('of any length is refused beyond what browsers carry', async () => {
    const service = `https://app.example.org/${'a'.repeat(3_000)}`
    expect((await browser.get('/login', { service })).status).toBe(400)
    expect((await browser.get('/login', { TARGET: service })).status).toBe(400)
    expect((await call(`/v1/tickets/${tgt}`, { body: { service } })).status).toBe(400)
  })
})

describe('hostile input 7: a service URL that is written otherwise at validation', () => {
  const url = (rest: string) => `https://app.example.org/${rest}`
  const validated = async (service: string, presented: string): Promise<boolean> => {
    const ticket = ticketIn(await browser.get('/login', { service }))
    const answer = await call(`/serviceValidate?${new URLSearchParams({ service: presented, ticket })}`)
    if (!answer.body.includes('authenticationSuccess')) expect(answer.body).toContain('"INVALID_SERVICE"')
    return answer.body.includes('authenticationSuccess')
  }

  it.each([
    '?q=a%20b',
    '?q=a+b',
    '?q=%2520',
    '%C3%B6',
    'ö?x=%26y',
    'a;b=c/d',
    '?service=https%3A%2F%2Fevil.example%2F%3Fa%3Db',
    '?a=1&a=2',
    '#fragment',
  ])('is valid as the same text: %s', async (rest) => {
    expect(await validated(url(rest), url(rest))).toBe(true)
  })

  it.each([
    ['percent-encoding in other letters', '?q=%2f', '?q=%2F'],
    ['an escape that is not needed', '%7Euser', '~user'],
    ['a blank as %20 and as +', '?q=a%20b', '?q=a+b'],
    ['what a browser escapes', 'a b/ö?q={ö|ö}', 'a%20b/%C3%B6?q=%7B%C3%B6%7C%C3%B6%7D'],
    ['a session id of a servlet container at login', 'in;jsessionid=A1B2.node1?x=1', 'in?x=1'],
    ['a session id of a servlet container at validation', 'in?x=1', 'in;JSESSIONID=A1B2?x=1'],
    ['a fragment, which no application sees', '?x=1#/route', '?x=1'],
  ])('is the same service by %s: %s and %s', async (_what, granted, presented) => {
    expect(await validated(url(granted), url(presented))).toBe(true)
  })

  it('is the same service by the default port', async () => {
    expect(await validated('https://ports.example.org:443/', 'https://ports.example.org/')).toBe(true)
  })

  it.each([
    ['double encoding', '?q=%2520', '?q=%20'],
    ['a plus sign for a blank', '?q=a%2Bb', '?q=a+b'],
    ['an escaped slash for a slash', 'a%2Fb', 'a/b'],
    ['an escaped delimiter for a delimiter', '?a=1%26b=2', '?a=1&b=2'],
    ['a session id in the query', '?a=1;jsessionid=2', '?a=1'],
    ['letter case', 'a', 'A'],
    ['a slash at its end', 'a', 'a/'],
    ['the order of parameters', '?a=1&b=2', '?b=2&a=1'],
    ['one more parameter', '?a=1', '?a=1&b=2'],
    ['octets that are no UTF-8', '?q=%ff', '?q=%fe'],
  ])('is another service by %s: %s and %s', async (_what, granted, presented) => {
    expect(await validated(url(granted), url(presented))).toBe(false)
  })
})

it('no answer follows a forged Host, or can be framed', async () => {
  const headers = {
    'x-forwarded-host': 'evil.example',
    forwarded: 'host=evil.example',
    'x-original-url': '/evil',
  }
  for (const path of ['/login', '/logout', '/login?service=https://evil.example/', '/nothing']) {
    const answer = await call(path, { headers })
    expect(answer.body).not.toContain('evil')
    expect(answer.location ?? '').not.toContain('evil')
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(answer.headers.get('cache-control')).toBe('no-store')
  }
})
