/** http-cas-client, unchanged: sign-in, attributes, proxying and logout, at two servers in turn. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { until } from '../../tools/system/ports.ts'
import { plainServer } from '../outbound/testing/servers.ts'
import { type Answer, Browser } from './testing/browser.ts'
import { type ConformancePool, casuser, startConformancePool } from './testing/conformance-pool.ts'

let pool: ConformancePool
let child: ChildProcess
/** Address of the application. */
let page: string
beforeAll(async () => {
  pool = await startConformancePool('http-cas-client')
  const options = JSON.stringify({ cas: pool.front, ...pool.field.pair })
  child = fork(join(import.meta.dirname, 'testing/npm-application.ts'), [options])
  const [port] = await once(child, 'message')
  page = `http://localhost:${port}`
}, 60_000)
afterAll(async () => {
  const ended = once(child, 'exit')
  child.kill()
  await ended
  await pool.stop()
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
