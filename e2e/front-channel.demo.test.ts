/** Logout through the front channel, in a real browser, with applications on origins of their own. */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inflateSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals'
import { type Browser, chromium, type Page } from 'playwright-core'
import { definition } from '../server/cas/testing/samples.ts'
import { type Pool, startPool } from '../server/test/testing/pool.ts'
import { until } from '../tools/system/ports.ts'
import { findBrowser } from '../tools/testing/browser.ts'

jest.setTimeout(60_000)

/** An application that signs people in, and hears of their logout through the browser. */
interface FrontApplication {
  readonly url: string
  /** The ticket that it validated last. */
  ticket(): string
  /** Logout messages, decoded. */
  readonly messages: readonly string[]
  stop(): Promise<void>
}

let pool: Pool
let browser: Browser
const applications: FrontApplication[] = []

beforeAll(async () => {
  const frontChannel = { ...definition(), serviceId: '^http://(localhost|127\\.0\\.0\\.1):[0-9]+/.*$' }
  pool = await startPool({
    servers: 2,
    services: [{ ...frontChannel, logout: { type: 'frontChannel' } }],
    properties: { 'cas.logout.follow-service-redirects': 'true' },
  })
  browser = await chromium.launch({ executablePath: findBrowser() ?? 'chromium', headless: true })
})
afterEach(() => Promise.all(applications.splice(0).map((application) => application.stop())))
afterAll(async () => {
  await browser?.close()
  await pool?.stop()
})

/** `onLogout` answers the message; by default with an empty 200. */
async function startApplication(
  host: string,
  onLogout: RequestListener = (_q, a) => a.end(),
): Promise<FrontApplication> {
  const messages: string[] = []
  let ticket = ''
  const server: Server = createServer(async (request, response) => {
    const parameters = new URL(request.url ?? '/', 'http://x').searchParams
    const message = parameters.get('logoutRequest')
    if (message !== null) {
      messages.push(inflateSync(Buffer.from(message, 'base64')).toString())
      return onLogout(request, response)
    }
    if (!parameters.has('ticket')) return response.end()
    ticket = parameters.get('ticket') ?? ''
    const query = new URLSearchParams({ service: url, ticket })
    const answer = await fetch(`${pool.url(1)}/serviceValidate?${query}`)
    response.setHeader('content-type', 'text/plain').end(await answer.text())
  }).listen(0, host)
  await once(server, 'listening')
  const url = `http://${host}:${(server.address() as AddressInfo).port}/app?x=1`
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  }
  const application = { url, ticket: () => ticket, messages, stop }
  applications.push(application)
  return application
}

/** A person at a browser of their own, signed in to all of them. */
async function signedIn(...used: readonly FrontApplication[]): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${pool.url()}/login`)
  await page.fill('input[name=username]', 'casuser')
  await page.fill('input[name=password]', 'Mellon')
  await page.click('button[type=submit]')
  for (const { url } of used) {
    await page.goto(`${pool.url()}/login?service=${encodeURIComponent(url)}`)
    expect(await page.textContent('body')).toContain('casuser')
  }
  return page
}

const isTold = (application: FrontApplication) => async () => application.messages.length > 0

it('the browser tells each application of its own session, by a LogoutRequest', async () => {
  const one = await startApplication('localhost')
  const two = await startApplication('127.0.0.1')
  const page = await signedIn(one, two)
  const problems: string[] = []
  page.on('console', (message) => problems.push(message.text()))
  await page.goto(`${pool.url()}/logout`)
  expect(await page.textContent('h1')).toBe('Signed out')
  for (const application of [one, two]) {
    await until('the application is told', isTold(application))
    expect(application.messages).toEqual([
      expect.stringMatching(
        /^<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="LR-/,
      ),
    ])
    expect(application.messages[0]).toContain(
      `<samlp:SessionIndex>${application.ticket()}</samlp:SessionIndex>`,
    )
  }
  expect(problems.filter((text) => text.includes('Content Security Policy'))).toEqual([])
  await page.context().close()
})

it('an application that never answers, or is gone, delays neither the page nor the others', async () => {
  const silent = await startApplication('localhost', () => undefined)
  const gone = await startApplication('localhost')
  const well = await startApplication('127.0.0.1')
  const page = await signedIn(silent, gone, well)
  await gone.stop()
  applications.splice(applications.indexOf(gone), 1)
  await page.goto(`${pool.url()}/logout`, { waitUntil: 'commit' })
  await page.waitForSelector('a.button')
  await until('the others are told', isTold(well))
  await until('it is told as well', isTold(silent))
  expect(await page.textContent('a.button')).toBe('Sign in again')
  await page.context().close()
})

it('the browser goes on to the service although an application never answers', async () => {
  const silent = await startApplication('localhost', () => undefined)
  const well = await startApplication('127.0.0.1')
  const page = await signedIn(silent, well)
  const service = `${new URL(well.url).origin}/bye`
  await page.goto(`${pool.url()}/logout?service=${encodeURIComponent(service)}`, { waitUntil: 'commit' })
  await page.waitForURL(service)
  expect([silent.messages.length, well.messages.length]).toEqual([1, 1])
  await page.context().close()
})

it('the page runs nothing that an application answers, and loads nothing from elsewhere', async () => {
  const attacker = await startApplication('localhost', (_request, response) => {
    response.setHeader('content-type', 'text/javascript').end('document.title = "taken over"')
  })
  const page = await signedIn(attacker)
  await page.goto(`${pool.url()}/logout?callback=alert(1)//`)
  await until('it is told', isTold(attacker))
  expect(await page.title()).toBe('Signed out')
  expect(await page.content()).not.toContain('alert')
  const violation = page.evaluate(`new Promise((resolve) => {
    document.addEventListener('securitypolicyviolation', ({ blockedURI }) => resolve(blockedURI))
    document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/elsewhere' }))
  })`)
  expect(await violation).toBe('http://127.0.0.1:9/elsewhere')
  await page.context().close()
})
