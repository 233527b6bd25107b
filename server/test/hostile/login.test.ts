/** Forms, credentials, switches and methods of people who want to be somebody else, or to learn who is there. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { ServiceDefinition } from '../../../common/documents/service-definition.ts'
import { definition } from '../../cas/testing/samples.ts'
import { memoryRegistrySource } from '../../stores/memory/registry-source.ts'
import { type Browser, hiddenFields, ticketIn } from '../testing/browser.ts'
import {
  casuser,
  codeOf,
  type HostilePool,
  properties,
  sendRaw,
  service,
  startHostilePool,
} from '../testing/hostile-pool.ts'
import { contents } from '../testing/pool.ts'

const on = (host: string, id: bigint, access: Parameters<typeof definition>[0]): ServiceDefinition => ({
  ...definition(access),
  id,
  name: host,
  serviceId: `^https://${host}\\.example\\.org/$`,
})
const alone = 'https://alone.example.org/'
const closed = 'https://closed.example.org/'
const finance = 'https://finance.example.org/'
const services = [
  definition(),
  on('alone', 2n, { ssoEnabled: false }),
  on('closed', 3n, { enabled: false }),
  on('finance', 4n, { requiredAttributes: { memberOf: ['finance'] } }),
]
let hostile: HostilePool
beforeAll(async () => {
  hostile = await startHostilePool({ services })
})
afterAll(() => hostile.pool.stop())
const form = async (browser: Browser) => hiddenFields((await browser.get('/login')).body)
const isSignedIn = (browser: Browser): boolean => browser.cookie('TGC') !== undefined

describe('hostile input 22: forms and credentials', () => {
  it.each<[string, (lt: string) => Record<string, string>]>([
    ['without its token', () => ({})],
    ['with an empty token', () => ({ lt: '' })],
    ['with a token that is none', () => ({ lt: 'LT-1-2-3' })],
    ['with a token that was changed', (lt) => ({ lt: lt.slice(0, -1) + (lt.endsWith('0') ? '1' : '0') })],
    ['for another service than its token', (lt) => ({ lt, service })],
  ])('a form %s signs nobody in', async (_what, change) => {
    const browser = hostile.pool.browser()
    const { lt = '' } = await form(browser)
    expect((await browser.post('/login', { ...casuser, ...change(lt) })).status).toBe(400)
    expect(isSignedIn(browser)).toBe(false)
  })

  it('a form is good for one attempt, failed or not, at any server', async () => {
    const browser = hostile.pool.browser(0)
    const fields = await form(browser)
    expect((await browser.post('/login', { ...fields, ...casuser, password: 'wrong' })).status).toBe(401)
    const other = browser.at(hostile.pool.url(1))
    expect((await other.post('/login', { ...fields, ...casuser })).status).toBe(400)
    expect(isSignedIn(other)).toBe(false)
  })

  it('a form of one browser is none in another (login CSRF)', async () => {
    const [attacker, victim] = [hostile.pool.browser(), hostile.pool.browser()]
    const fields = await form(attacker)
    await form(victim)
    expect((await victim.post('/login', { ...fields, ...casuser })).status).toBe(400)
    expect(isSignedIn(victim)).toBe(false)
  })

  it('credentials count in a form only: in a query or a GET they sign nobody in, and nothing keeps them', async () => {
    const browser = hostile.pool.browser()
    const fields = await form(browser)
    const query = { ...fields, ...casuser } as Record<string, string>
    expect((await browser.get('/login', query)).body).not.toContain('Mellon')
    await browser.post(`/login?${new URLSearchParams(query)}`, {})
    expect(isSignedIn(browser)).toBe(false)
    for (const path of ['/v1/tickets', '/v1/users']) {
      const answer = await hostile.call(`${path}?${new URLSearchParams(query)}`, { body: {} })
      expect(answer.status).toBe(400)
    }
  })

  it.each([
    'casuser\0',
    'cas\nuser',
    '*',
    'casuser*',
    '*)(uid=*))(|(uid=*',
    'casuser)(&',
    '\\2a',
    '{"$ne":null}',
    "' OR '1'='1",
    '__proto__',
    'constructor',
    'a'.repeat(5_000),
    '<script>alert(1)</script>',
  ])('the user name %j is nobody, in the form and by REST, and comes back as text only', async (username) => {
    for (const password of ['Mellon', '*', '{"$ne":null}']) {
      const browser = hostile.pool.browser()
      const fields = await form(browser)
      const answer = await browser.post('/login', { ...fields, username, password })
      expect([400, 401]).toContain(answer.status)
      expect(answer.body).not.toContain('<script>')
      expect(isSignedIn(browser)).toBe(false)
      for (const path of ['/v1/tickets', '/v1/users']) {
        expect([400, 401]).toContain((await hostile.call(path, { body: { username, password } })).status)
      }
    }
  })

  it('operators in names of fields are other fields', async () => {
    for (const path of ['/v1/tickets', '/v1/users']) {
      const body = { 'username[$ne]': 'x', 'password[$ne]': 'x' }
      expect((await hostile.call(path, { body })).status).toBe(400)
    }
  })

  it('a password with NUL, or of a megabyte, is none', async () => {
    const browser = hostile.pool.browser()
    const nul = { ...(await form(browser)), username: 'casuser', password: 'Mellon\0' }
    expect((await browser.post('/login', nul)).status).toBe(401)
    const long = { ...(await form(browser)), username: 'casuser', password: 'a'.repeat(1_000_000) }
    expect((await browser.post('/login', long)).status).toBe(413)
    expect(isSignedIn(browser)).toBe(false)
  })
})

describe('hostile input 24: what answers tell, and whom they believe', () => {
  it('an unknown user and a wrong password are answered alike', async () => {
    const answers = await Promise.all(
      [
        { username: 'casuser', password: 'wrong' },
        { username: 'nobody', password: 'wrong' },
      ].map(async (credentials) => {
        const browser = hostile.pool.browser()
        const { status, body } = await browser.post('/login', { ...(await form(browser)), ...credentials })
        const page = body.replace(/LT-[^"]*/, 'LT').replace(credentials.username, 'NAME')
        const rest = await hostile.call('/v1/tickets', { body: credentials })
        const users = await hostile.call('/v1/users', { body: credentials })
        return [status, page, rest.status, rest.body, users.status, users.body]
      }),
    )
    expect(answers[0]).toEqual(answers[1])
  })

  it.each([
    '/login?service=https://evil.example/<script>',
    '/login?service=a&service=<script>evil',
    '/logout?service=<script>evil',
    '/nothing/evil?<script>',
    '/serviceValidate?service=<script>evil&ticket=<script>evil',
    '/serviceValidate?service=<script>evil&ticket=ST-1&format=<script>evil',
    '/proxy?pgt=<script>evil&targetService=<script>evil',
    '/samlValidate?TARGET=<script>evil',
    '/v1/tickets/<script>evil',
  ])('no error tells what was asked: %s', async (path) => {
    const { body } = await sendRaw(hostile.pool.url(), { path })
    expect(body).not.toContain('<script>')
    if (!path.startsWith('/v1')) expect(body).not.toContain('evil')
  })

  it('no forged host is believed, in redirects, addresses, documents or pages', async () => {
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      'x-forwarded-for': '127.0.0.1',
      forwarded: 'host=evil.example;proto=http',
      'x-original-url': '/evil',
      'x-rewrite-url': '/evil',
    }
    const created = await hostile.call('/v1/tickets', { body: casuser, headers })
    expect(created.headers.get('location')).toMatch(/^https:\/\/sso\.example\.org\/cas\/v1\/tickets\/TGT-/)
    const ticket = await hostile.ticket()
    for (const path of [
      '/login',
      '/logout',
      '/',
      '/nothing',
      `/serviceValidate?service=${service}&ticket=${ticket}`,
    ]) {
      const answer = await hostile.call(path, { headers })
      expect(`${answer.body}${answer.location ?? ''}`).not.toContain('evil')
    }
  })

  it('no page can be framed, sniffed or kept', async () => {
    for (const path of [
      '/login',
      '/logout',
      '/nothing',
      '/login?service=https://evil.example/',
      '/login?service=a&service=b',
    ]) {
      const { headers } = await hostile.call(path)
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=/)
      expect(headers.get('x-powered-by')).toBeNull()
    }
  })
})

describe('hostile input 25: switches, closed services and rules that change', () => {
  it('renew takes no ticket of single sign-on, at login nor at validation', async () => {
    expect((await hostile.browser.get('/login', { service, renew: 'true' })).body).toContain(
      'name="password"',
    )
    const query = { service, ticket: await hostile.ticket(), renew: 'true' }
    expect(codeOf(await hostile.validate(query))).toBe('INVALID_TICKET')
    const fresh = ticketIn(await hostile.pool.browser().signIn(casuser, { service }))
    expect(await hostile.validate({ ...query, ticket: fresh })).toContain('casuser')
  })

  it('renew with gateway asks for credentials', async () => {
    const both = { service, renew: 'true', gateway: 'true' }
    for (const browser of [hostile.browser, hostile.pool.browser()]) {
      expect((await browser.get('/login', both)).body).toContain('name="password"')
    }
  })

  it('gateway never brings a session into a service outside single sign-on', async () => {
    const answer = await hostile.browser.get('/login', { service: alone, gateway: 'true' })
    expect([answer.status, answer.location]).toEqual([302, alone])
    expect((await hostile.browser.get('/login', { service: alone })).body).toContain('name="password"')
    expect((await hostile.call(`/v1/tickets/${hostile.tgt}`, { body: { service: alone } })).status).toBe(401)
  })

  it.each([
    ['is switched off', closed],
    ['demands attributes that the user does not have', finance],
  ])('a service that %s gives no ticket in any way', async (_what, url) => {
    for (const query of [{}, { method: 'POST' }, { method: 'HEADER' }]) {
      const answer = await hostile.browser.get('/login', { service: url, ...query } as Record<string, string>)
      expect([answer.status, answer.location, answer.headers.get('ticket')]).toEqual([403, undefined, null])
      expect(answer.body).not.toContain('ST-')
    }
    const gateway = await hostile.browser.get('/login', { service: url, gateway: 'true' })
    expect(gateway.location ?? '').not.toContain('ticket')
    const granted = await hostile.call(`/v1/tickets/${hostile.tgt}`, { body: { service: url } })
    expect([400, 401]).toContain(granted.status)
  })

  describe('a rule that changes between issue and validation', () => {
    let own: HostilePool
    afterEach(() => own.pool.stop())

    it.each<[string, readonly ServiceDefinition[]]>([
      ['switched off', [definition({ enabled: false })]],
      ['removed', []],
      ['closed to the user', [definition({ requiredAttributes: { memberOf: ['finance'] } })]],
      ['closed to what the user is', [definition({ rejectedAttributes: { memberOf: ['staff'] } })]],
    ])('counts: a ticket for a service that was %s is refused, and spent', async (_what, changed) => {
      const before = contents({ services: [definition()], properties })
      const registry = memoryRegistrySource(before)
      own = await startHostilePool({ registry })
      const ticket = await own.ticket()
      registry.publish(contents({ services: changed, properties }, 2))
      expect(codeOf(await own.validate({ service, ticket }))).toBe('UNAUTHORIZED_SERVICE')
      registry.publish({ ...before, rev: 3, digest: 'digest 3' })
      expect(codeOf(await own.validate({ service, ticket }))).toBe('INVALID_TICKET')
    })
  })
})

describe('hostile input 26: formats and methods', () => {
  const paths = ['/serviceValidate', '/proxyValidate', '/p3/serviceValidate', '/p3/proxyValidate']

  it.each(['yaml', 'html', '<b>', 'JSON,XML', 'null'])(
    'format %s is refused, and spends no ticket',
    async (format) => {
      for (const path of paths) {
        const ticket = await hostile.ticket()
        expect(codeOf(await hostile.validate({ service, ticket, format }, path))).toBe('INVALID_REQUEST')
        expect(await hostile.validate({ service, ticket }, path)).toContain('casuser')
      }
    },
  )

  it('two formats are refused, and spend no ticket', async () => {
    const ticket = await hostile.ticket()
    const query = new URLSearchParams({ service, ticket })
    const answer = await hostile.call(`/serviceValidate?${query}&format=json&format=xml`)
    expect(codeOf(answer.body)).toBe('INVALID_REQUEST')
    expect(await hostile.validate({ service, ticket })).toContain('casuser')
  })

  it.each(['HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])(
    '%s validates nothing, and spends no ticket',
    async (method) => {
      for (const path of ['/validate', ...paths]) {
        const ticket = await hostile.ticket()
        const line = { method, path: `${path}?${new URLSearchParams({ service, ticket })}` }
        const answer = await sendRaw(hostile.pool.url(), line)
        expect(answer.status).toBe(method === 'OPTIONS' ? 204 : 405)
        expect(answer.body).toBe('')
        expect(await hostile.validate({ service, ticket }, path)).toContain('casuser')
      }
    },
  )

  it.each([
    ['GET', '/samlValidate', 405],
    ['GET', '/v1/tickets', 405],
    ['GET', '/v1/users', 405],
    ['POST', '/logout', 405],
    ['POST', '/proxy', 405],
    ['HEAD', '/logout', 405],
    ['HEAD', '/login', 200],
    ['PUT', '/login', 405],
    ['DELETE', '/login', 405],
    ['TRACE', '/login', 405],
    ['OPTIONS', '/login', 204],
    ['OPTIONS', '/v1/tickets', 204],
  ])('%s %s is answered by %i, ends no session and grants no ticket', async (method, path, status) => {
    const response = await fetchRaw(method, path)
    expect(response.status).toBe(status)
    expect(response.body).toBe('')
    expect(await hostile.ticket()).toMatch(/^ST-/)
  })

  const fetchRaw = (method: string, path: string) =>
    sendRaw(hostile.pool.url(), { method, path: `${path}?service=${encodeURIComponent(service)}` })
})
