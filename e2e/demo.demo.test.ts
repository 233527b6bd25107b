/** `caspool demo` from the first start to the last: sign-in with a browser, live edits, refusals, restart. */

import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { type Browser, chromium } from 'playwright-core'
import { acceptsConnections, freePorts } from '../tools/system/ports.ts'
import { findBrowser } from '../tools/testing/browser.ts'
import { type Demo, startDemo } from './demo-pool.ts'
import { type SampleApplication, startSampleApplication } from './sample-application.ts'

jest.setTimeout(180_000)

const directory = mkdtempSync(join(tmpdir(), 'caspool-demo-'))
const manifests = join(directory, 'manifests')
const home = join(directory, 'home')
let port: number
let demo: Demo
let browser: Browser
let application: SampleApplication

beforeAll(async () => {
  cpSync(join(resolve(import.meta.dirname, '..'), 'crds/samples'), manifests, { recursive: true })
  const [free = 0] = await freePorts(1)
  port = free
  demo = startDemo({ home, port, manifests })
  await demo.prints('ready http://127.0.0.1:')
  application = await startSampleApplication(demo.pool().url)
  browser = await chromium.launch({ executablePath: findBrowser() ?? 'chromium', headless: true })
})

afterAll(async () => {
  await browser?.close()
  await application?.stop()
  await demo?.interrupt()
  rmSync(directory, { recursive: true, force: true })
})

it('signs a person in to an application on another origin, and signs out', async () => {
  const page = await browser.newPage()
  await page.goto(application.url)
  expect(new URL(page.url()).pathname).toBe('/cas/login')
  await page.fill('input[name=username]', 'casuser')
  await page.fill('input[name=password]', 'Mellon')
  await page.click('button[type=submit], input[type=submit]')
  await page.waitForURL(`${application.url}**`)
  expect(await page.textContent('body')).toBe('signed in as casuser <casuser@example.org>')

  await page.goto(application.url)
  expect(await page.textContent('body')).toContain('signed in as casuser')
  const cookies = await page.context().cookies(demo.pool().url)
  expect(cookies.find((c) => c.name === 'TGC')).toMatchObject({
    httpOnly: true,
    sameSite: 'Lax',
    path: '/cas',
    expires: -1,
  })

  await page.goto(`${demo.pool().url}/logout`)
  await page.goto(application.url)
  expect(new URL(page.url()).pathname).toBe('/cas/login')
  await page.close()
})

it('says that a password is wrong and lets the person try again', async () => {
  const page = await browser.newPage()
  await page.goto(application.url)
  await page.fill('input[name=username]', 'casuser')
  await page.fill('input[name=password]', 'wrong')
  await page.click('button[type=submit], input[type=submit]')
  expect(await page.textContent('body')).toMatch(/password/i)
  await page.fill('input[name=username]', 'casuser')
  await page.fill('input[name=password]', 'Mellon')
  await page.click('button[type=submit], input[type=submit]')
  await page.waitForURL(`${application.url}**`)
  await page.close()
})

it('posts the ticket to an application that asks for that, without a click', async () => {
  const forms: string[] = []
  const receiver = createHttpServer(async (request, response) => {
    forms.push(`${request.method} ${await text(request)}`)
    response.end('posted')
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const service = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  const page = await browser.newPage()
  await page.goto(`${demo.pool().url}/login?method=POST&service=${encodeURIComponent(service)}`)
  await page.fill('input[name=username]', 'casuser')
  await page.fill('input[name=password]', 'Mellon')
  await page.click('button[type=submit]')
  await page.waitForURL(service)
  expect(forms).toContainEqual(expect.stringMatching(/^POST ticket=ST-\w{50}$/))
  await page.close()
  receiver.close()
})

it('serves programs without a browser by the REST protocol', async () => {
  const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) })
  const created = await fetch(
    `${demo.pool().url}/v1/tickets`,
    form({ username: 'casuser', password: 'Mellon' }),
  )
  expect(created.status).toBe(201)
  const granted = await fetch(created.headers.get('location') ?? '', form({ service: application.url }))
  expect(await granted.text()).toMatch(/^ST-\w{50}$/)
})

it('serves an edited manifest at every server without a restart', async () => {
  const { servers } = demo.pool()
  const wanted = 'https://edited.example.org/'
  expect(await statuses(wanted)).toEqual(servers.map(() => 403))
  const from = demo.output().length
  writeFileSync(join(manifests, 'edited.yaml'), manifest('edited', '{ hosts: [edited.example.org] }'))
  await demo.prints('edited', from, 10_000)
  expect(await statuses(wanted)).toEqual(servers.map(() => 200))
  rmSync(join(manifests, 'edited.yaml'))
  await demo.prints('edited', demo.output().length, 10_000)
  expect(await statuses(wanted)).toEqual(servers.map(() => 403))
})

it('refuses a broken manifest with the file and the field, and goes on with the last good state', async () => {
  const from = demo.output().length
  const file = join(manifests, 'broken.yaml')
  writeFileSync(file, manifest('broken', '{ hosts: [], pathes: [/] }'))
  await demo.prints('refused', from, 10_000)
  expect(demo.output().slice(from)).toMatch(/broken\.yaml[\s\S]*spec\.match/)
  expect(await statuses('http://localhost:1/')).toEqual([200, 200, 200])
  rmSync(file)
})

it('says so when the CasCluster is renamed, and goes on as the pool that it is', async () => {
  const from = demo.output().length
  renameCluster('sso', 'login')
  await demo.prints('default/sso is now called default/login', from, 10_000)
  expect(await statuses('http://localhost:1/')).toEqual([200, 200, 200])
  const renamed = demo.output().length
  renameCluster('login', 'sso')
  await demo.prints('nothing changed', renamed, 10_000)
})

it('says which port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : 0
  const other = startDemo({ home: join(directory, 'other'), port: taken, manifests })
  expect(await other.ended).toBe(1)
  expect(other.output()).toContain(`port ${taken} is taken`)
  server.close()
})

it('says who holds the home when a second pool is started on it', async () => {
  const [free = 0] = await freePorts(1)
  const second = startDemo({ home, port: free, manifests })
  expect(await second.ended).toBe(1)
  expect(second.output()).toContain('is running already')
})

it('stops all of its processes on Ctrl-C, and goes on with the data at the next start', async () => {
  const page = await browser.newPage()
  await page.goto(application.url)
  await page.fill('input[name=username]', 'casuser')
  await page.fill('input[name=password]', 'Mellon')
  await page.click('button[type=submit], input[type=submit]')
  await page.waitForURL(`${application.url}**`)

  const before = demo.pool()
  expect(await demo.interrupt()).toBe(0)
  const ports = [
    ...before.servers.map((s) => Number(new URL(s.url).port)),
    ...before.mongodb.members.map((m) => Number(m.split(':')[1])),
  ]
  expect(await Promise.all(ports.map(acceptsConnections))).toEqual(ports.map(() => false))

  demo = startDemo({ home, port, manifests })
  await demo.prints('ready http://127.0.0.1:')
  await page.goto(application.url)
  expect(await page.textContent('body')).toContain('signed in as casuser')
  await page.close()
})

/** In the CasCluster, and in all that refer to it. */
function renameCluster(before: string, after: string): void {
  const files = readdirSync(manifests, { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((name) => name.endsWith('.yaml')).map((name) => join(manifests, name))) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(`name: ${before}\n`, `name: ${after}\n`))
  }
}

function manifest(name: string, match: string): string {
  return `apiVersion: caspool.io/v1alpha1
kind: CasService
metadata: { name: ${name} }
spec:
  clusterRef: { name: sso }
  match: ${match}
`
}

/** Status of the login page for a service at every server: 200 when it is registered, 403 when not. */
function statuses(service: string): Promise<readonly number[]> {
  return Promise.all(
    demo
      .pool()
      .servers.map(
        async ({ url }) => (await fetch(`${url}/login?service=${encodeURIComponent(service)}`)).status,
      ),
  )
}
