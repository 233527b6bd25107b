/** python-cas, unchanged: sign-in in every version, attributes, proxying and logout, at two servers in turn. */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { until } from '../../tools/system/ports.ts'
import { askPythonCas, type PythonCasQuestion, pythonCasUnavailable } from '../../tools/testing/python-cas.ts'
import { ticketIn } from './testing/browser.ts'
import { type ConformancePool, casuser, startConformancePool } from './testing/conformance-pool.ts'

// Each question starts a Python.
jest.setTimeout(60_000)
let pool: ConformancePool
beforeAll(async () => {
  const reason = await pythonCasUnavailable()
  if (reason !== undefined) throw new Error(reason)
  pool = await startConformancePool('python-cas')
}, 180_000)
afterAll(() => pool?.stop())

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
