/** Apereo's Java CAS client, unchanged: sign-in, attributes and single logout, at two servers in turn. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { until } from '../../tools/system/ports.ts'
import { type JavaApplication, startJavaApplication } from '../../tools/testing/java-cas-client.ts'
import { Browser } from './testing/browser.ts'
import { type ConformancePool, casuser, startConformancePool } from './testing/conformance-pool.ts'

let pool: ConformancePool
let application: JavaApplication
beforeAll(async () => {
  pool = await startConformancePool('java-cas-client')
  application = await startJavaApplication(pool.front)
}, 180_000)
afterAll(async () => {
  await application?.stop()
  await pool?.stop()
})

/** The path behind the application's address that a redirect leads to. */
const pathOf = (location = ''): string => location.slice(application.url.length)

/** A browser that opens a page for the first time, is sent to sign in, and comes back with a ticket. */
async function visit(path: string): Promise<{ page: Browser; cas: Browser; text: () => Promise<string> }> {
  const [page, cas] = [new Browser(application.url), pool.browser()]
  const sent = new URL((await page.get(path)).location ?? '')
  expect(`${sent.origin}${sent.pathname}`).toBe(`${pool.front}/login`)
  const back = await cas.signIn(casuser, Object.fromEntries(sent.searchParams))
  const validated = await page.get(pathOf(back.location))
  expect(validated.status).toBe(302)
  return { page, cas, text: async () => (await page.get(pathOf(validated.location))).body }
}

it('signs in and receives attributes', async () => {
  const { text } = await visit('/page?a=b%20c&x[]=1')
  expect(await text()).toMatch(/^casuser .*mail=casuser@example\.org.*memberOf=\[staff, admins\]/)
})

it('ends its session when the user signs out', async () => {
  const { page, cas } = await visit('/page')
  expect((await page.get('/page')).status).toBe(200)
  expect((await cas.get('/logout')).status).toBe(200)
  await until('the application asks to sign in again', async () => (await page.get('/page')).status === 302)
})
