/** CAS clients that were written elsewhere, unchanged: sign-in, attributes, proxying and logout, at two servers in turn. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { until } from '../../tools/system/ports.ts'
import { askPythonCas, type PythonCasQuestion } from '../../tools/testing/python-cas.ts'
import { plainServer } from '../outbound/testing/servers.ts'
import { type Answer, Browser, ticketIn } from './testing/browser.ts'
import { type ConformancePool, casuser, startConformancePool } from './testing/conformance-pool.ts'

// Each question to python-cas starts a Python.
jest.setTimeout(60_000)
let pool: ConformancePool
beforeAll(async () => {
  pool = await startConformancePool('clients')
}, 60_000)
afterAll(() => pool?.stop())

describe('python-cas', () => {
  const service = 'https://app.example.org/python'
  const ask = async (call: string, change: Partial<PythonCasQuestion> = {}): Promise<unknown> => {
    const client = { version: 3, server: `${pool.front}/`, service, arguments: [] } as const
    const { value, error } = await askPythonCas({ ...client, ...change, call })
    if (error !== undefined) throw new Error(error.join(' '))
    return value
  }
  /** Signs in where the client sends the browser; the ticket that comes back. */
  const ticketFor = async (change: Partial<PythonCasQuestion> = {}): Promise<string> => {
    const login = new URL(String(await ask('get_login_url', change)))
    expect(login.href).toContain(`${pool.front}/login?`)
    return ticketIn(await pool.browser().signIn(casuser, Object.fromEntries(login.searchParams)))
  }

  it('version 3 signs in and receives attributes', async () => {
    const ticket = await ticketFor()
    const [user, attributes] = (await ask('verify_ticket', { arguments: [ticket] })) as [string, object]
    expect(user).toBe('casuser')
    expect(attributes).toMatchObject({
      mail: 'casuser@example.org',
      memberOf: ['staff', 'admins'],
      isFromNewLogin: 'true',
    })
    expect(await ask('verify_ticket', { arguments: [ticket] })).toEqual([null, {}, null])
  })

  it.each([1, 2] as const)('version %s signs in', async (version) => {
    const ticket = await ticketFor({ version })
    const verified = await ask('verify_ticket', { version, arguments: [ticket] })
    expect(verified).toEqual(['casuser', null, null])
  })

  it('SAML 1.1 signs in and receives attributes', async () => {
    const version = 'CAS_2_SAML_1_0'
    const ticket = await ticketFor({ version })
    const [user, attributes] = (await ask('verify_ticket', { version, arguments: [ticket] })) as [
      string,
      object,
    ]
    expect(user).toBe('casuser')
    expect(attributes).toMatchObject({ mail: 'casuser@example.org', memberOf: ['staff', 'admins'] })
  })

  it('proxies: a callback, a proxy ticket, and the other application takes it', async () => {
    const { callback, pgtOf } = await pool.field.application()
    const ticket = await ticketFor()
    const verified = (await ask('verify_ticket', { callback, arguments: [ticket] })) as string[]
    const back = 'https://app.example.org/back'
    const granting = pgtOf(verified[2] ?? '')
    const proxied = String(await ask('get_proxy_ticket', { service: back, arguments: [granting] }))
    expect(proxied).toMatch(/^PT-/)
    const body = await pool.validate('/p3/proxyValidate', { service: back, ticket: proxied })
    expect(body).toContain(`<cas:proxy>${callback}</cas:proxy>`)
  })

  it('logs out, and knows its session in the message that comes', async () => {
    const application = await pool.application()
    const browser = await pool.signedIn()
    const ticket = ticketIn(await browser.get('/login', { service: application.service }))
    await ask('verify_ticket', { service: application.service, arguments: [ticket] })
    const logout = new URL(String(await ask('get_logout_url', { arguments: [service] })))
    const answer = await browser.get('/logout', Object.fromEntries(logout.searchParams))
    expect(answer.location).toBe(service)
    await until('the application is told', async () => application.posts.length > 0)
    const message = new URLSearchParams(application.posts[0]?.body).get('logoutRequest') ?? ''
    expect(await ask('verify_logout_request', { arguments: [message, ticket] })).toBe(true)
    expect(await ask('verify_logout_request', { arguments: [message, 'ST-another'] })).toBe(false)
    await application.stop()
  })
})

describe('http-cas-client', () => {
  let child: ChildProcess
  let page: string
  beforeAll(async () => {
    const options = JSON.stringify({ cas: pool.front, ...pool.field.pair })
    child = fork(join(import.meta.dirname, 'testing/npm-application.ts'), [options])
    const [port] = await once(child, 'message')
    page = `http://localhost:${port}`
  }, 30_000)
  afterAll(async () => {
    const ended = once(child, 'exit')
    child.kill()
    await ended
  })

  interface Visit {
    readonly application: Browser
    readonly cas: Browser
    readonly page: Answer
  }
  /** A browser that opens a page for the first time, is sent to sign in, and comes back with a ticket. */
  const visit = async (path: string): Promise<Visit> => {
    const [application, cas] = [new Browser(page), pool.browser()]
    const sent = new URL((await application.get(path)).location ?? '')
    expect(`${sent.origin}${sent.pathname}`).toBe(`${pool.front}/login`)
    const { location = '' } = await cas.signIn(casuser, Object.fromEntries(sent.searchParams))
    expect((await application.get(location.slice(page.length))).status).toBe(302)
    return { application, cas, page: await application.get(path) }
  }

  it('signs in and receives attributes', async () => {
    const { principal } = JSON.parse((await visit('/page?a=1')).page.body)
    expect(principal.user).toBe('casuser')
    expect(principal.attributes).toMatchObject({
      mail: 'casuser@example.org',
      memberOf: ['staff', 'admins'],
    })
  })

  it('refuses a ticket that is worth nothing', async () => {
    const answer = await new Browser(page).get('/page', { ticket: 'ST-unknown' })
    expect(answer.status).toBe(500)
    expect(answer.body).toContain('authentication failed')
  })

  it('proxies: another application takes the ticket that it brings', async () => {
    const back = await plainServer((request, response) => {
      const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? ''
      const service = `http://localhost:${back.port}/back`
      pool.validate('/p3/proxyValidate', { service, ticket }).then(
        (body) => response.end(body),
        () => response.destroy(),
      )
    })
    const path = `/page?${new URLSearchParams({ proxy: `http://localhost:${back.port}/back` })}`
    const { data } = JSON.parse((await visit(path)).page.body)
    expect(data).toContain('<cas:user>casuser</cas:user>')
    expect(data).toMatch(/<cas:proxy>https:\/\/localhost:\d+\/callback<\/cas:proxy>/)
    await back.stop()
  })

  it('is told of the logout, and asks its user to sign in again', async () => {
    const { application, cas } = await visit('/page')
    await cas.get('/logout')
    await until('the application has ended its session', async () => {
      return (await application.get('/page')).status === 302
    })
    expect((await application.get('/page')).location).toContain('/login?service=')
  })
})
