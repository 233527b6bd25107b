/** How `/login` answers services: redirect, form or headers, for CAS and SAML 1.1; and remembered sessions. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { definition } from '../cas/testing/samples.ts'
import { type Answer, type Browser, hiddenFields, ticketIn } from './testing/browser.ts'
import { type Pool, startPool } from './testing/pool.ts'

const service = 'https://app.example.org/start?x=1'
const casuser = { username: 'casuser', password: 'Mellon' }
const remembered = { 'cas.ticket.tgt.remember-me.enabled': 'true' }
const aloneUrl = 'https://alone.example.org/'
const alone = {
  ...definition({ ssoEnabled: false }),
  id: 2n,
  serviceId: '^https://alone\\.example\\.org/.*$',
}
let pool: Pool
let plain: Pool

beforeAll(async () => {
  pool = await startPool({ servers: 2, services: [definition(), alone], properties: remembered })
  plain = await startPool()
})
afterAll(() => Promise.all([pool.stop(), plain.stop()]))

const signedInBrowser = async (fields: Record<string, string> = {}): Promise<Browser> => {
  const browser = pool.browser(0)
  await browser.signIn({ ...casuser, ...fields })
  return browser.at(pool.url(1))
}
const userOf = async (url: string, ticket: string): Promise<string> =>
  (await pool.browser(0).get('/p3/serviceValidate', { service: url, ticket })).body

const expectUncached = ({ headers }: Answer): void => {
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('pragma')).toBe('no-cache')
  expect(Date.parse(headers.get('expires') ?? '')).toBeLessThan(Date.now())
}

describe('method (CAS 2.1.1)', () => {
  it.each([{}, { method: 'GET' }, { method: 'get' }, { method: 'PATCH' }, { method: '__proto__' }])(
    'in %j leads to a redirect',
    async (method) => {
      const answer = await (await signedInBrowser()).get('/login', { service, ...method })
      expect(answer.status).toBe(302)
      expectUncached(answer)
      expect(await userOf(service, ticketIn(answer))).toContain('<cas:user>casuser</cas:user>')
    },
  )

  it('POST answers a form to the service that carries the ticket and sends itself', async () => {
    const answer = await (await signedInBrowser()).get('/login', { service, method: 'POST' })
    expect(answer.status).toBe(200)
    expectUncached(answer)
    expect(answer.body).toContain('<form method="post" action="https://app.example.org/start?x=1">')
    expect(answer.body).toContain('<button type="submit">')
    const { ticket = '', ...others } = hiddenFields(answer.body)
    expect(others).toEqual({})
    expect(await userOf(service, ticket)).toContain('<cas:user>casuser</cas:user>')
  })

  it('POST needs no script inside the page, and only this page may run one', async () => {
    const browser = await signedInBrowser()
    const page = await browser.get('/login', { service, method: 'POST' })
    expect(page.body.match(/<script[^>]*>[^<]*<\/script>/g)).toEqual([
      '<script src="/cas/submit.js" defer></script>',
    ])
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    expect((await browser.get('/login')).headers.get('content-security-policy')).not.toContain('script-src')
    const script = await browser.get('/submit.js')
    expect(script.body).toBe('document.forms[0].submit()\n')
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  it('POST keeps markup in a service URL as text', async () => {
    const hostile = 'https://app.example.org/?q="><script>alert(1)</script>'
    const answer = await (await signedInBrowser()).get('/login', { service: hostile, method: 'POST' })
    expect(answer.body).not.toContain('<script>')
    expect(answer.body).toContain('action="https://app.example.org/?q=&#34;&#62;&#60;script&#62;')
  })

  it('HEADER answers service and ticket in headers', async () => {
    const answer = await (await signedInBrowser()).get('/login', { service, method: 'HEADER' })
    expect(answer.status).toBe(200)
    expectUncached(answer)
    expect(answer.headers.get('service')).toBe(service)
    expect(await userOf(service, answer.headers.get('ticket') ?? '')).toContain(
      '<cas:user>casuser</cas:user>',
    )
  })

  it.each(['POST', 'HEADER'])('%s outlives the login form and the warn page', async (method) => {
    const form = await pool.browser(0).get('/login', { service, method })
    expect(hiddenFields(form.body)).toMatchObject({ service, method })
    const browser = await signedInBrowser({ warn: 'true' })
    const page = await browser.get('/login', { service, method })
    const answer = await browser.post('/login', hiddenFields(page.body))
    const ticket = method === 'POST' ? hiddenFields(answer.body)['ticket'] : answer.headers.get('ticket')
    expect(ticket).toMatch(/^ST-/)
  })

  it('POST with gateway and no session returns by a redirect without a ticket', async () => {
    const answer = await pool.browser(0).get('/login', { service, gateway: 'true', method: 'POST' })
    expect([answer.status, answer.location]).toEqual([302, service])
  })
})

describe('the ticket in the service URL', () => {
  it.each([
    ['https://app.example.org', /^https:\/\/app\.example\.org\?ticket=ST-\w+$/],
    ['https://app.example.org/?', /^https:\/\/app\.example\.org\/\?ticket=ST-\w+$/],
    ['https://app.example.org/a?b=c#top', /^https:\/\/app\.example\.org\/a\?b=c&ticket=ST-\w+#top$/],
    ['https://app.example.org/?q=a%20b+c', /^https:\/\/app\.example\.org\/\?q=a%20b\+c&ticket=ST-\w+$/],
    ['https://app.example.org/ö', /^https:\/\/app\.example\.org\/%C3%B6\?ticket=ST-\w+$/],
    ['https://app.example.org/%252F', /^https:\/\/app\.example\.org\/%252F\?ticket=ST-\w+$/],
    ['https://app.example.org/in;jsessionid=A1?x=1', /\/in;jsessionid=A1\?x=1&ticket=ST-\w+$/],
  ])('%s is appended properly, and validates for the same URL', async (url, expected) => {
    const answer = await (await signedInBrowser()).get('/login', { service: url })
    expect(answer.location).toMatch(expected)
    expect(await userOf(url, ticketIn(answer))).toContain('<cas:user>casuser</cas:user>')
  })

  it('replaces an old one, and validates for the URL with and without that', async () => {
    const stale = 'https://app.example.org/?a=1&ticket=ST-old'
    for (const presented of [stale, 'https://app.example.org/?a=1']) {
      const answer = await (await signedInBrowser()).get('/login', { service: stale })
      expect(answer.location).toMatch(/^https:\/\/app\.example\.org\/\?a=1&ticket=ST-\w{50}$/)
      expect(await userOf(presented, ticketIn(answer))).toContain('<cas:user>casuser</cas:user>')
    }
  })

  it('is missing after gateway without a session, also one that stood there (CAS 2.1.1)', async () => {
    const stale = 'https://app.example.org/?ticket=ST-old'
    const answer = await pool.browser(0).get('/login', { service: stale, gateway: 'true' })
    expect(answer.location).toBe('https://app.example.org/')
  })
})

describe('TARGET (SAML 1.1)', () => {
  it('names the service, and the ticket is called SAMLart', async () => {
    const answer = await (await signedInBrowser()).get('/login', { TARGET: service })
    expect(answer.location).toMatch(/^https:\/\/app\.example\.org\/start\?x=1&SAMLart=ST-\w{50}$/)
  })

  it('outlives the login form', async () => {
    const answer = await pool.browser(0).signIn(casuser, { TARGET: service })
    expect(answer.location).toMatch(/&SAMLart=ST-\w{50}$/)
  })

  it('is refused when it is not registered, repeated, or another than service', async () => {
    const browser = await signedInBrowser()
    const evil = 'https://evil.example/'
    expect((await browser.get('/login', { TARGET: evil })).status).toBe(403)
    expect((await browser.get(`/login?TARGET=${evil}&TARGET=${evil}`)).status).toBe(400)
    expect((await browser.get('/login', { service, TARGET: evil })).status).toBe(400)
    expect(ticketIn(await browser.get('/login', { service, TARGET: service }))).toMatch(/^ST-/)
  })
})

describe('gateway and renew', () => {
  it('gateway without a service behaves as if neither was given', async () => {
    expect((await pool.browser(0).get('/login', { gateway: 'true' })).body).toContain('name="password"')
    const answer = await (await signedInBrowser()).get('/login', { gateway: 'true' })
    expect(answer.body).toContain('signed in as <strong>casuser</strong>')
  })

  it('renew without a service asks for credentials', async () => {
    expect((await (await signedInBrowser()).get('/login', { renew: 'true' })).body).toContain(
      'name="password"',
    )
  })

  it('a service outside single sign-on asks every time, and gateway returns without a ticket', async () => {
    const browser = await signedInBrowser()
    expect((await browser.get('/login', { service: aloneUrl })).body).toContain('name="password"')
    expect((await browser.get('/login', { service: aloneUrl, gateway: 'true' })).location).toBe(aloneUrl)
  })

  it('a POST without credentials asks as a GET does, on a page that gets its cookies', async () => {
    const browser = await signedInBrowser()
    const answer = await browser.post('/login', { service, gateway: 'true', method: 'POST' })
    expect(answer.status).toBe(303)
    const query = new URLSearchParams(answer.location?.replace('/cas/login?', ''))
    expect(Object.fromEntries(query)).toEqual({ service, gateway: 'true', method: 'POST' })
  })
})

describe('rememberMe (CAS 4.1)', () => {
  it('is offered unchecked, and only where it is enabled', async () => {
    const box = '<input type="checkbox" name="rememberMe" value="true">'
    expect((await pool.browser(0).get('/login')).body).toContain(box)
    expect((await plain.browser().get('/login')).body).not.toContain('rememberMe')
  })

  it('makes the cookie last, and is reported to services', async () => {
    const browser = pool.browser(0)
    const answer = await browser.signIn({ ...casuser, rememberMe: 'true' }, { service })
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('TGC='))
    expect(cookie).toMatch(/^TGC=TGT-\w{50}; Path=\/cas; HttpOnly; SameSite=Lax; Max-Age=1209600$/)
    expect(await userOf(service, ticketIn(answer))).toContain(
      '<cas:longTermAuthenticationRequestTokenUsed>true</cas:longTermAuthenticationRequestTokenUsed>',
    )
  })

  it('is not honoured where it is not enabled', async () => {
    const answer = await plain.browser().signIn({ ...casuser, rememberMe: 'true' }, { service })
    expect(answer.headers.getSetCookie().join()).not.toContain('Max-Age')
  })

  it('stays checked when the form is shown again', async () => {
    const answer = await pool.browser(0).signIn({ username: 'casuser', password: 'no', rememberMe: 'true' })
    expect(answer.body).toContain('name="rememberMe" value="true" checked')
  })

  it('keeps a session for its own time, used or not', async () => {
    const browser = await signedInBrowser({ rememberMe: 'true' })
    const other = await signedInBrowser()
    pool.clock.advanceMs(13 * 86_400_000)
    expect((await browser.get('/login', { service })).status).toBe(302)
    expect((await other.get('/login', { service })).status).toBe(200)
    pool.clock.advanceMs(86_400_000)
    expect((await browser.get('/login', { service })).status).toBe(200)
  })
})
