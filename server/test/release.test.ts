/** What definitions say about names, attributes, tickets and answers, over HTTP on memory stores. */
import { afterEach, expect, it } from '@jest/globals'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import { definition } from '../cas/testing/samples.ts'
import { type Answer, type Browser, ticketIn } from './testing/browser.ts'
import { type Pool, type PoolOptions, startPool } from './testing/pool.ts'

const service = 'https://app.example.org/'
const casuser = { username: 'casuser', password: 'Mellon' }
let pool: Pool
let browser: Browser

afterEach(() => pool.stop())
const start = async (change: Partial<ServiceDefinition>, options: PoolOptions = {}): Promise<void> => {
  pool = await startPool({ services: [{ ...definition(), ...change }], ...options })
  browser = pool.browser()
}
const signIn = (): Promise<Answer> => browser.signIn(casuser, { service, renew: 'true' })
const validated = async (answer: Answer, format = 'JSON') => {
  const { body } = await pool
    .browser()
    .get('/p3/serviceValidate', { service, ticket: ticketIn(answer), format })
  return format === 'JSON' ? JSON.parse(body).serviceResponse.authenticationSuccess : body
}

it('releases what a chain releases, under a name that tells nothing about the user', async () => {
  await start({
    release: {
      kind: 'chain',
      merging: 'replace',
      policies: [
        { kind: 'mapped', names: { mail: ['email', 'login'] }, withholdsProtocolAttributes: true },
        { kind: 'static', attributes: { org: ['Example'] } },
        { kind: 'pattern', rules: { memberOf: { pattern: '^(a)', transform: 'group' } } },
      ],
    },
    username: { kind: 'anonymous', salt: 'of the sea, 2026' },
  })
  const mail = ['casuser@example.org']
  const first = await validated(await signIn())
  expect(first.attributes).toEqual({ email: mail, login: mail, org: ['Example'], memberOf: ['group'] })
  expect(first.user).toMatch(/^[\w+/]{27}=$/)
  expect((await validated(await signIn())).user).toBe(first.user)
})

it('says nothing of attributes where a definition denies all', async () => {
  await start({ release: { kind: 'denied' } })
  expect(await validated(await signIn(), 'XML')).not.toContain('attributes')
})

it('releases to every service what the configuration says', async () => {
  const properties = {
    'cas.authn.attribute-repository.core.default-attributes-to-release': 'mail',
    'cas.authn.authentication-attribute-release.enabled': 'false',
  }
  await start({ release: { kind: 'allowed', names: [] } }, { properties })
  expect((await validated(await signIn())).attributes).toEqual({ mail: ['casuser@example.org'] })
})

it('lets a ticket live as long as its service says', async () => {
  await start({ tickets: { serviceTicketSeconds: 60 } })
  const early = await signIn()
  pool.clock.advanceMs(59_999)
  expect((await validated(early)).user).toBe('casuser')
  const late = await signIn()
  pool.clock.advanceMs(60_000)
  expect(await validated(late)).toBeUndefined()
})

it('lets a session live as long as the service says that it was opened for', async () => {
  await start({ tickets: { sessionSeconds: 100 } })
  await browser.signIn(casuser, { service })
  pool.clock.advanceMs(99_999)
  expect(ticketIn(await browser.get('/login', { service }))).toMatch(/^ST-/)
  pool.clock.advanceMs(1)
  expect((await browser.get('/login', { service })).status).toBe(200)
})

it.each([
  ['post', {}, 200],
  ['header', {}, 200],
  ['redirect', {}, 302],
  ['post', { method: 'GET' }, 302],
] as const)(
  'where a definition says %s, answers a request with %j by %i',
  async (responseType, method, status) => {
    await start({ responseType })
    await browser.signIn(casuser)
    const answer = await browser.get('/login', { service, ...method })
    expect(answer.status).toBe(status)
    expect(answer.location === undefined).toBe(status === 200)
  },
)

it('remembers a request for a redirect through the sign-in form', async () => {
  await start({ responseType: 'post' })
  const answer = await browser.signIn(casuser, { service, method: 'GET' })
  expect(ticketIn(answer)).toMatch(/^ST-/)
})
