/** CAS protocol 3.0.3, `/login` as requestor and as acceptor of credentials, and remembered sessions. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Answer, hiddenFields, ticketIn } from '../testing/browser.ts'
import {
  aloneService,
  type ConformancePool,
  cachingOf,
  casuser,
  closedService,
  service,
  startConformancePool,
  unregisteredService,
} from '../testing/conformance-pool.ts'

let pool: ConformancePool
beforeAll(async () => {
  pool = await startConformancePool('conformance-login')
}, 60_000)
afterAll(() => pool?.stop())

const uncached = { control: 'no-store', pragma: 'no-cache', isExpired: true }
const asksForCredentials = ({ status, body }: Answer): boolean =>
  [200, 400, 401].includes(status) && body.includes('name="password"') && body.includes('name="lt"')
const success = (ticket: string, url = service): Promise<string> =>
  pool.validate('/p3/serviceValidate', { service: url, ticket })

describe('/login as requestor', () => {
  it('2.1 Responses of login pages and redirects disable caching', async () => {
    const browser = pool.browser()
    expect(cachingOf(await browser.get('/login'))).toEqual(uncached)
    expect(cachingOf(await browser.signIn(casuser, { service }))).toEqual(uncached)
    expect(cachingOf(await browser.get('/login'))).toEqual(uncached)
    expect(cachingOf(await browser.get('/login', { service }))).toEqual(uncached)
  })

  it('2.1.1 Without a service and without a session, credentials SHOULD be asked for', async () => {
    expect(asksForCredentials(await pool.browser().get('/login'))).toBe(true)
  })

  it('2.1.1 Without a service and with a session, a page SHOULD say that the user is already logged in', async () => {
    const answer = await (await pool.signedIn()).get('/login')
    expect([answer.status, asksForCredentials(answer)]).toEqual([200, false])
    expect(answer.body).toContain('signed in as <strong>casuser</strong>')
  })

  it('2.1.1 A service that is not registered MUST be refused with a meaningful message, without ticket and redirect', async () => {
    for (const browser of [pool.browser(), await pool.signedIn()]) {
      for (const url of [unregisteredService, closedService]) {
        const answer = await browser.get('/login', { service: url })
        expect([answer.status, answer.location]).toEqual([403, undefined])
        expect(answer.body).toMatch(/is not registered|switched off/)
        expect(answer.body).not.toMatch(/ST-|name="password"/)
      }
    }
  })

  it('2.1.1 renew MUST ask for credentials even with a session', async () => {
    const browser = await pool.signedIn()
    expect(asksForCredentials(await browser.get('/login', { service, renew: 'true' }))).toBe(true)
    expect(asksForCredentials(await browser.get('/login', { renew: 'true' }))).toBe(true)
  })

  it('2.1.1 renew is on with any value but false, true SHOULD be used', async () => {
    const browser = await pool.signedIn()
    for (const renew of ['true', '', '1']) {
      expect(asksForCredentials(await browser.get('/login', { service, renew }))).toBe(true)
    }
    expect((await browser.get('/login', { service, renew: 'false' })).status).toBe(302)
  })

  it('2.1.1 With renew, gateway is ignored (RECOMMENDED)', async () => {
    const query = { service, renew: 'true', gateway: 'true' }
    expect(asksForCredentials(await pool.browser().get('/login', query))).toBe(true)
    expect(asksForCredentials(await (await pool.signedIn()).get('/login', query))).toBe(true)
  })

  it('2.1.1 gateway without a session MUST redirect to the service without a ticket parameter', async () => {
    const answer = await pool.browser().get('/login', { service, gateway: 'true' })
    expect([answer.status, answer.location]).toEqual([302, service])
    const stale = { service: `${service}?a=1&ticket=ST-old`, gateway: 'true' }
    expect((await pool.browser().get('/login', stale)).location).toBe(`${service}?a=1`)
  })

  it('2.1.1 gateway with a session redirects to the service with a ticket (MAY)', async () => {
    const answer = await (await pool.signedIn()).get('/login', { service, gateway: 'true' })
    expect(await success(ticketIn(answer))).toContain('<cas:user>casuser</cas:user>')
  })

  it('2.1.1 gateway without a service behaves as if neither was given (RECOMMENDED)', async () => {
    expect(asksForCredentials(await pool.browser().get('/login', { gateway: 'true' }))).toBe(true)
  })

  it('2.1.1 method GET, the default, redirects with the ticket in the URL', async () => {
    const browser = await pool.signedIn()
    for (const method of [{}, { method: 'GET' }]) {
      const answer = await browser.get('/login', { service, ...method })
      expect(answer.status).toBe(302)
      expect(await success(ticketIn(answer))).toContain('<cas:user>')
    }
  })

  it('2.1.1 method POST sends the ticket by a form that submits itself', async () => {
    const answer = await (await pool.signedIn()).get('/login', { service, method: 'POST' })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain(`<form method="post" action="${service}">`)
    expect(await success(hiddenFields(answer.body)['ticket'] ?? '')).toContain('<cas:user>')
  })

  it('2.1.1 method HEADER answers service and ticket in headers', async () => {
    const { headers } = await (await pool.signedIn()).get('/login', { service, method: 'HEADER' })
    expect(headers.get('service')).toBe(service)
    expect(await success(headers.get('ticket') ?? '')).toContain('<cas:user>')
  })

  it('2.1.1 Parameters are case-sensitive and all MUST be handled', async () => {
    const browser = await pool.signedIn()
    const answer = await browser.get('/login', { service, RENEW: 'true', Gateway: 'true', METHOD: 'POST' })
    expect(answer.status).toBe(302)
    expect(asksForCredentials(await pool.browser().get('/login', { SERVICE: unregisteredService }))).toBe(
      true,
    )
  })

  it('2.1.3 The login page MUST be a form that is posted to /login with username, password and lt', async () => {
    const { body } = await pool.browser().get('/login')
    expect(body).toContain('<form method="post" action="/cas/login"')
    expect(body).toMatch(/<input[^>]* name="username"/)
    expect(body).toMatch(/<input[^>]* name="password" type="password"/)
    expect(hiddenFields(body)['lt']).toMatch(/^LT-/)
  })

  it('2.1.3 The form MAY offer warn', async () => {
    expect((await pool.browser().get('/login')).body).toMatch(/type="checkbox" name="warn" value="true">/)
  })

  it('2.1.3 The form MUST carry the service when it was given', async () => {
    const url = `${service}?a="b"&c=%20d#top`
    const { body } = await pool.browser().get('/login', { service: url })
    expect(hiddenFields(body)['service']).toBe(url)
  })

  it('2.1.5 With a session the service gets a ticket without any question', async () => {
    const browser = await pool.signedIn()
    const tickets = [await browser.get('/login', { service }), await browser.get('/login', { service })]
    expect(new Set(tickets.map(ticketIn)).size).toBe(2)
    for (const ticket of tickets) expect(await success(ticketIn(ticket))).toContain('<cas:user>')
  })

  it('2.1.5 A service that takes no part in single sign-on gets its ticket for credentials only', async () => {
    const browser = await pool.signedIn()
    expect(asksForCredentials(await browser.get('/login', { service: aloneService }))).toBe(true)
    const ticket = ticketIn(await browser.signIn(casuser, { service: aloneService }))
    expect(await success(ticket, aloneService)).toContain('<cas:user>')
  })
})

describe('/login as acceptor', () => {
  it('2.2.1 warn: single sign-on MUST NOT be transparent, the user is asked before each further service', async () => {
    const browser = await pool.signedIn({ warn: 'true' })
    for (let i = 0; i < 2; i++) {
      const asked = await browser.get('/login', { service })
      expect([asked.status, asked.location]).toEqual([200, undefined])
      expect(asked.body).not.toContain('ST-')
      expect(asked.body).toContain(service)
      const ticket = ticketIn(await browser.post('/login', hiddenFields(asked.body)))
      expect(await success(ticket)).toContain('<cas:user>')
    }
  })

  it('2.2.2 username and password are both required', async () => {
    for (const fields of [{ username: 'casuser' }, { password: 'Mellon' }, {}]) {
      const answer = await pool.browser().signIn(fields, { service })
      expect(asksForCredentials(answer)).toBe(true)
      expect(answer.location).toBeUndefined()
    }
  })

  it('2.2.2 Without the lt of a form nobody is signed in', async () => {
    const answer = await pool.browser().post('/login', { ...casuser, service })
    expect([answer.location, asksForCredentials(answer)]).toEqual([undefined, true])
  })

  it('2.2.4 Success with a service ends in a GET to the service with ticket, credentials MUST NOT be forwarded', async () => {
    const answer = await pool.browser().signIn(casuser, { service })
    expect([302, 303]).toContain(answer.status)
    expect(answer.location).toMatch(/^https:\/\/app\.example\.org\/start\?ticket=ST-[A-Za-z0-9-]+$/)
    expect(answer.location).not.toMatch(/casuser|Mellon|username|password/)
    expect(await success(ticketIn(answer))).toContain('<cas:user>casuser</cas:user>')
  })

  it('2.2.4 The ticket is appended properly to a query and before a fragment', async () => {
    const browser = await pool.signedIn()
    const locations: [string, RegExp][] = [
      [`${service}?x=1`, /\/start\?x=1&ticket=ST-\w+$/],
      [`${service}#top`, /\/start\?ticket=ST-\w+#top$/],
      [`${service}?x=1#/a?b`, /\/start\?x=1&ticket=ST-\w+#\/a\?b$/],
    ]
    for (const [url, expected] of locations) {
      const answer = await browser.get('/login', { service: url })
      expect(answer.location).toMatch(expected)
      expect(await success(ticketIn(answer), url)).toContain('<cas:user>')
    }
  })

  it('2.2.4 Success without a service MUST show that a single sign-on session exists', async () => {
    const browser = pool.browser()
    const answer = await browser.signIn(casuser)
    const page = answer.location === undefined ? answer : await browser.get('/login')
    expect(page.body).toContain('signed in as <strong>casuser</strong>')
  })

  it('2.2.4 Failure returns to the form with a reason (RECOMMENDED) and keeps the service', async () => {
    const answer = await pool.browser().signIn({ username: 'casuser', password: 'wrong' }, { service })
    expect(asksForCredentials(answer)).toBe(true)
    expect(answer.body).toContain('Username or password is wrong')
    expect(hiddenFields(answer.body)['service']).toBe(service)
    expect(answer.headers.getSetCookie().join()).not.toContain('TGC')
  })

  it('2.2.4 Credentials for a service that is not registered are not taken', async () => {
    const form = hiddenFields((await pool.browser().get('/login')).body)
    const answer = await pool.browser().post('/login', { ...form, ...casuser, service: unregisteredService })
    expect([answer.status, answer.location]).toEqual([403, undefined])
  })

  it('3.5.1 Login tickets MUST be unique and SHOULD begin with LT-', async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, () => pool.browser().get('/login')))
    const tickets = pages.map(({ body }) => hiddenFields(body)['lt'] ?? '')
    expect(new Set(tickets).size).toBe(20)
    for (const ticket of tickets) expect(ticket).toMatch(/^LT-[A-Za-z0-9-]+$/)
  })

  it('3.5.1 A login ticket MUST be good for one attempt, whether or not that was successful', async () => {
    for (const password of ['Mellon', 'wrong']) {
      const browser = pool.browser()
      const form = hiddenFields((await browser.get('/login', { service })).body)
      await browser.post('/login', { ...form, username: 'casuser', password })
      const again = await browser.post('/login', { ...form, ...casuser })
      expect(again.location).toBeUndefined()
      expect(again.body).toContain('was used already')
    }
  })
})

describe('remember me', () => {
  it('4.1.1 The login page MUST provide a checkbox, and it MUST be unchecked by default', async () => {
    const { body } = await pool.browser().get('/login')
    expect(body).toMatch(/<input type="checkbox" name="rememberMe" value="true">/)
  })

  it('4.1.1 It MUST be the choice of the user', async () => {
    const ticket = ticketIn(await pool.browser().signIn(casuser, { service }))
    expect(await success(ticket)).toContain('<cas:longTermAuthenticationRequestTokenUsed>false<')
  })

  it('4.1.3 A remembered login MUST be reported as longTermAuthenticationRequestTokenUsed by all validations with attributes', async () => {
    const browser = await pool.signedIn({ rememberMe: 'true' })
    for (const path of ['/p3/serviceValidate', '/p3/proxyValidate']) {
      const ticket = ticketIn(await browser.get('/login', { service }))
      const body = await pool.validate(path, { service, ticket })
      expect(body).toContain('<cas:longTermAuthenticationRequestTokenUsed>true<')
    }
  })

  it('4.1.5 The cookie of a remembered session MUST outlive the browser, for no more than three months', async () => {
    const answer = await pool.browser().signIn({ ...casuser, rememberMe: 'true' })
    const seconds = Number(/TGC=.*Max-Age=(\d+)/.exec(answer.headers.getSetCookie().join('\n'))?.[1])
    expect(seconds).toBeGreaterThan(86_400)
    expect(seconds).toBeLessThanOrEqual(92 * 86_400)
  })
})
