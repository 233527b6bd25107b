/** CAS protocol 3.0.3, `/logout` and single logout. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { DOMParser } from '@xmldom/xmldom'
import { until } from '../../../tools/system/ports.ts'
import { ticketIn } from '../testing/browser.ts'
import {
  type ConformancePool,
  codeIn,
  type ListeningApplication,
  service,
  startConformancePool,
  unregisteredService,
} from '../testing/conformance-pool.ts'
import { elementIn } from '../testing/proxy-application.ts'

let pool: ConformancePool
beforeAll(async () => {
  pool = await startConformancePool('conformance-logout')
}, 60_000)
afterAll(() => pool?.stop())

const asksForCredentials = ({ body }: { body: string }): boolean => body.includes('name="password"')

describe('/logout', () => {
  it('2.3 It MUST end the session: ticket-granting ticket and cookie are destroyed', async () => {
    const browser = await pool.signedIn()
    const stolen = browser.cookie('TGC') ?? ''
    await browser.get('/logout')
    expect(browser.cookie('TGC')).toBeUndefined()
    browser.setCookie('TGC', stolen)
    expect(asksForCredentials(await browser.get('/login', { service }))).toBe(true)
  })

  it('2.3 A later /login MUST ask for credentials again', async () => {
    const browser = await pool.signedIn()
    await browser.get('/logout')
    expect(asksForCredentials(await browser.get('/login', { service }))).toBe(true)
    expect(asksForCredentials(await browser.get('/login'))).toBe(true)
  })

  it('2.3 Proxy-granting tickets of the session MUST expire', async () => {
    const browser = await pool.signedIn()
    const { callback, pgtOf } = await pool.field.application()
    const query = { service, ticket: ticketIn(await browser.get('/login', { service })), pgtUrl: callback }
    const pgt = pgtOf(elementIn(await pool.validate('/serviceValidate', query), 'proxyGrantingTicket'))
    const wanted = { pgt, targetService: service }
    expect(await pool.validate('/proxy', wanted)).toContain('<cas:proxyTicket>PT-')
    await browser.get('/logout')
    expect(await pool.validate('/proxy', wanted)).toContain('<cas:proxyFailure')
  })

  it('2.3.1 With a registered service the browser is redirected there', async () => {
    for (const browser of [await pool.signedIn(), pool.browser()]) {
      const answer = await browser.get('/logout', { service })
      expect([answer.status, answer.location]).toEqual([302, service])
    }
  })

  it('2.3.1 To a service that is not registered it MUST NOT redirect', async () => {
    const answer = await (await pool.signedIn()).get('/logout', { service: unregisteredService })
    expect([answer.status, answer.location]).toEqual([200, undefined])
    expect(answer.body).not.toContain('stranger')
  })

  it('2.3.1 The parameter url MUST be ignored', async () => {
    const answer = await (await pool.signedIn()).get('/logout', { url: service })
    expect([answer.status, answer.location]).toEqual([200, undefined])
    expect(answer.body).not.toContain('app.example.org')
  })

  it('2.3.2 Without a service it MUST show a page that says that the user is logged out', async () => {
    for (const browser of [await pool.signedIn(), pool.browser()]) {
      const answer = await browser.get('/logout')
      expect(answer.status).toBe(200)
      expect(answer.body).toContain('You are signed out')
    }
  })
})

describe('single logout', () => {
  const applications: ListeningApplication[] = []
  beforeEach(async () => {
    applications.push(await pool.application(), await pool.application())
  })
  afterEach(() => Promise.all(applications.splice(0).map((application) => application.stop())))

  const told = (application: ListeningApplication, count = 1): Promise<unknown> =>
    until('the application is told', async () => application.posts.length >= count)
  /** Signs in to all of them; their tickets. */
  const visitAll = async (): Promise<{ logout(): Promise<unknown>; tickets: string[] }> => {
    const browser = await pool.signedIn()
    const tickets: string[] = []
    for (const { service: url } of applications) {
      const ticket = ticketIn(await browser.get('/login', { service: url }))
      expect(await pool.validate('/serviceValidate', { service: url, ticket })).toContain('casuser')
      tickets.push(ticket)
    }
    return { tickets, logout: () => browser.get('/logout') }
  }
  const messageOf = ({ posts }: ListeningApplication): string =>
    new URLSearchParams(posts[0]?.body).get('logoutRequest') ?? ''

  it('2.3.3 At logout every service that got a ticket in the session MUST be sent a message by POST', async () => {
    const { logout, tickets } = await visitAll()
    await logout()
    for (const [i, application] of applications.entries()) {
      await told(application)
      expect(application.posts).toHaveLength(1)
      expect(messageOf(application)).toContain(tickets[i])
    }
  })

  it('2.3.3 The message goes as the form field logoutRequest, which clients read', async () => {
    await (await visitAll()).logout()
    for (const application of applications) {
      await told(application)
      expect(application.posts[0]?.type).toMatch(/^application\/x-www-form-urlencoded/)
      expect(application.posts[0]?.body).toMatch(/^logoutRequest=/)
    }
  })

  it('2.3.3 A service that cannot be reached MUST NOT keep others from being told', async () => {
    const { logout } = await visitAll()
    await applications.shift()?.stop()
    await logout()
    await told(applications[0] as ListeningApplication)
  })

  it('2.3.3 A session of the REST protocol that is deleted tells its services as well', async () => {
    const [application] = applications as [ListeningApplication]
    const form = { username: 'casuser', password: 'Mellon' }
    const { body: id } = await pool.ask('/v1/tickets', { body: form, headers: { accept: 'text/plain' } })
    const granted = await pool.ask(`/v1/tickets/${id}`, { body: { service: application.service } })
    await pool.validate('/serviceValidate', { service: application.service, ticket: granted.body })
    await pool.ask(`/v1/tickets/${id}`, { method: 'DELETE' })
    await told(application)
    expect(messageOf(application)).toContain(granted.body)
  })

  it('App. C The message is a SAML 2.0 LogoutRequest with ID, Version 2.0, IssueInstant, NameID and the ticket as SessionIndex', async () => {
    const { logout, tickets } = await visitAll()
    await logout()
    const [application] = applications as [ListeningApplication]
    await told(application)
    const root = new DOMParser().parseFromString(messageOf(application), 'text/xml').documentElement
    const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol'
    expect([root?.localName, root?.namespaceURI]).toEqual(['LogoutRequest', protocol])
    expect(root?.getAttribute('ID')).toMatch(/^LR-/)
    expect(root?.getAttribute('Version')).toBe('2.0')
    expect(Date.parse(root?.getAttribute('IssueInstant') ?? '')).not.toBeNaN()
    const nameId = root?.getElementsByTagNameNS('urn:oasis:names:tc:SAML:2.0:assertion', 'NameID')
    expect(nameId?.item(0)?.textContent).toBe('casuser')
    const index = root?.getElementsByTagNameNS(protocol, 'SessionIndex')
    expect(index?.item(0)?.textContent).toBe(tickets[0])
  })

  it('2.3.3 After the logout no ticket of the session is good for anything', async () => {
    const browser = await pool.signedIn()
    const [{ service: url }] = applications as [ListeningApplication]
    const ticket = ticketIn(await browser.get('/login', { service: url }))
    await browser.get('/logout')
    expect(codeIn(await pool.validate('/serviceValidate', { service: url, ticket }))).toBe('INVALID_TICKET')
  })
})
