/** Rules of a service at the moments that count: before the sign-in, at issue, and again at validation. */
import { afterEach, expect, it } from '@jest/globals'
import type { AccessStrategy, ServiceDefinition } from '../../common/documents/service-definition.ts'
import { definition } from '../cas/testing/samples.ts'
import { type MemoryRegistrySource, memoryRegistrySource } from '../stores/memory/registry-source.ts'
import { type Browser, ticketIn } from './testing/browser.ts'
import { contents, type Pool, startPool } from './testing/pool.ts'

const service = 'https://app.example.org/'
const casuser = { username: 'casuser', password: 'Mellon' }
let pool: Pool
let registry: MemoryRegistrySource
let browser: Browser

afterEach(() => pool.stop())
const start = async (access: Partial<AccessStrategy> = {}): Promise<void> => {
  registry = memoryRegistrySource(contents({ services: [definition(access)] }))
  pool = await startPool({ registry })
  await Promise.all(pool.servers.map(({ loaded }) => loaded))
  browser = pool.browser()
}
const publish = (services: readonly ServiceDefinition[]): void => registry.publish(contents({ services }, 2))
const newTicket = async (): Promise<string> =>
  ticketIn(await browser.signIn(casuser, { service, renew: 'true' }))
const validate = async (ticket: string, more: Record<string, string> = {}): Promise<string> =>
  (await pool.browser().get('/p3/serviceValidate', { service, ticket, ...more })).body

it.each<[string, readonly ServiceDefinition[]]>([
  ['is gone', []],
  ['is switched off', [definition({ enabled: false })]],
  ['demands what the user does not hold', [definition({ requiredAttributes: { memberOf: ['finance'] } })]],
  ['rejects what the user holds', [definition({ rejectedAttributes: { memberOf: ['staff'] } })]],
])('a ticket for a service that %s since is refused, and stays refused', async (_title, services) => {
  await start()
  const ticket = await newTicket()
  publish(services)
  expect(await validate(ticket)).toContain('code="UNAUTHORIZED_SERVICE"')
  publish([definition()])
  expect(await validate(ticket)).toContain('code="INVALID_TICKET"')
})

it('what is released follows the definition of the moment of validation', async () => {
  await start()
  const ticket = await newTicket()
  publish([{ ...definition(), release: { kind: 'denied' } }])
  expect(await validate(ticket)).not.toContain('mail')
})

it('a service that is switched off asks nobody for a password', async () => {
  await start({ enabled: false })
  const answer = await browser.get('/login', { service })
  expect(answer.status).toBe(403)
  expect(answer.body).not.toContain('name="password"')
})

it('a service whose required attribute the user does not hold gets no ticket, with and without gateway', async () => {
  await start({ requiredAttributes: { phone: ['.*'] } })
  await browser.signIn(casuser)
  const answer = await browser.get('/login', { service })
  expect([answer.status, answer.location]).toEqual([403, undefined])
  const silent = await browser.get('/login', { service, gateway: 'true' })
  expect(silent.location).toBe(service)
})

it('a ticket from single sign-on does not pass renew, and is spent by the attempt', async () => {
  await start()
  await browser.signIn(casuser)
  const ticket = ticketIn(await browser.get('/login', { service }))
  expect(await validate(ticket, { renew: 'true' })).toContain('code="INVALID_TICKET"')
  expect(await validate(ticket)).toContain('code="INVALID_TICKET"')
})
