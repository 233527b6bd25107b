/** Single logout over HTTP, on memory stores, with applications that really listen. */
import { inflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import { parseOutboundAllowEntry } from '../../common/outbound-allow.ts'
import { until } from '../../tools/system/ports.ts'
import { definition } from '../cas/testing/samples.ts'
import { guardedClient } from '../outbound/guarded-client.ts'
import { type Application, startApplication } from './testing/application.ts'
import { type Browser, ticketIn } from './testing/browser.ts'
import { type Pool, type PoolOptions, startPool } from './testing/pool.ts'

const casuser = { username: 'casuser', password: 'Mellon' }
let pool: Pool
let application: Application

beforeEach(async () => {
  application = await startApplication()
})
afterEach(async () => {
  await pool?.stop()
  await application.stop()
})

const local = (logout: ServiceDefinition['logout'] = { type: 'backChannel' }): ServiceDefinition => ({
  ...definition(),
  serviceId: '^http://127\\.0\\.0\\.1(:\\d+)?/.*$',
  logout,
})
async function start(options: PoolOptions = {}): Promise<void> {
  const outbound = guardedClient({ allow: [parseOutboundAllowEntry('127.0.0.0/8')], trustedCAs: [] })
  pool = await startPool({ servers: 2, services: [local()], outbound, ...options })
}
async function use(browser: Browser, service: string): Promise<string> {
  const ticket = ticketIn(await browser.get('/login', { service }))
  const answer = await pool.browser(1).get('/p3/serviceValidate', { service, ticket })
  expect(answer.body).toContain('authenticationSuccess')
  return ticket
}
async function signedIn(): Promise<Browser> {
  const browser = pool.browser(0)
  await browser.signIn(casuser)
  return browser
}

describe('single logout', () => {
  it('posts a logoutRequest for every session that applications have (CAS 2.3.3)', async () => {
    await start()
    const browser = await signedIn()
    const tickets = [
      await use(browser, `${application.url}/one?x=1`),
      await use(browser, `${application.url}/two`),
    ]
    await browser.at(pool.url(1)).get('/logout')
    await until('both are told', async () => application.posts.length === 2)
    expect(application.tickets().toSorted()).toEqual(tickets.toSorted())
    expect(application.posts.map(({ path }) => path).toSorted()).toEqual(['/one?x=1', '/two'])
    expect(application.posts[0]).toMatchObject({ type: 'application/x-www-form-urlencoded' })
    expect(application.posts[0]?.body).toMatch(/^logoutRequest=/)
    expect(application.posts[0]?.xml).toContain('>casuser</saml:NameID>')
  })

  it('tells the applications of who was signed in when somebody else signs in at the same browser', async () => {
    await start()
    const browser = await signedIn()
    const ticket = await use(browser, `${application.url}/`)
    const answer = await browser.get('/login', { renew: 'true' })
    expect(answer.body).toContain('<form')
    await browser.signIn({ username: 'jsmith', password: 'Speakfriend' }, { renew: 'true' })
    await until('the application is told', async () => application.posts.length === 1)
    expect(application.tickets()).toEqual([ticket])
  })

  it('after the same user signed in once more (renew) reaches the applications of both times', async () => {
    await start()
    const browser = await signedIn()
    const before = await use(browser, `${application.url}/before`)
    await browser.signIn(casuser, { renew: 'true' })
    const after = await use(browser, `${application.url}/after`)
    expect(application.posts).toEqual([])
    await browser.get('/logout')
    await until('both are told', async () => application.posts.length === 2)
    expect(application.tickets().toSorted()).toEqual([before, after].toSorted())
  })

  it('reaches applications when a session was idle too long', async () => {
    await start({ properties: { 'cas.ticket.tgt.primary.time-to-kill-in-seconds': '600' } })
    const ticket = await use(await signedIn(), `${application.url}/`)
    pool.clock.advanceMs(600_000)
    await until('the application is told', async () => application.posts.length === 1)
    expect(application.tickets()).toEqual([ticket])
  })

  it('calls no private address that is not allowed', async () => {
    await start({ outbound: guardedClient({ allow: [], trustedCAs: [] }) })
    const browser = await signedIn()
    await use(browser, `${application.url}/`)
    await browser.get('/logout')
    await until('it was given up', async () => {
      const metrics = await fetch(`${pool.managementUrl(0)}/metrics`)
      return (await metrics.text()).includes('caspool_logout_messages_total{result="givenUp"} 1')
    })
    expect(application.posts).toEqual([])
  })
})

describe('the front channel', () => {
  const front = { services: [local({ type: 'frontChannel' })] }

  it('has the browser load the message from the application, and nothing from anywhere else', async () => {
    await start(front)
    const browser = await signedIn()
    const ticket = await use(browser, `${application.url}/app?x="1`)
    const page = await browser.get('/logout')
    const [, src = ''] = /<img src="([^"]*)"/.exec(page.body) ?? []
    const url = new URL(src.replaceAll('&#38;', '&'))
    expect(`${url.origin}${url.pathname}`).toBe(`${application.url}/app`)
    const xml = inflateSync(Buffer.from(url.searchParams.get('logoutRequest') ?? '', 'base64')).toString()
    expect(xml).toContain(`<samlp:SessionIndex>${ticket}</samlp:SessionIndex>`)
    expect(page.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; img-src ${application.url}`,
    )
    expect(page.body).not.toContain('<script')
    expect((await browser.get('/logout')).headers.get('content-security-policy')).not.toContain('img-src')
  })

  it('goes on to the service afterwards, where the configuration says so', async () => {
    await start({ ...front, properties: { 'cas.logout.follow-service-redirects': 'true' } })
    const browser = await signedIn()
    await use(browser, `${application.url}/app`)
    const service = `${application.url}/bye?a=1&b="2`
    const page = await browser.get('/logout', { service })
    expect(page.status).toBe(200)
    expect(page.headers.get('refresh')).toBe(`2;url=${application.url}/bye?a=1&b=%222`)
    expect(page.body).toContain('<img')
    expect(page.body).toContain('src="/cas/continue.js"')
    expect(page.headers.get('content-security-policy')).toContain(
      `; script-src 'self'; img-src ${application.url}`,
    )
    expect((await browser.get('/logout', { service })).location).toBe(`${application.url}/bye?a=1&b=%222`)
  })
})
