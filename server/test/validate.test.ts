/** /validate, /serviceValidate and /p3/serviceValidate over HTTP, on memory stores. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { StoreFault } from '../../common/fault.ts'
import { definition } from '../cas/testing/samples.ts'
import { memoryTicketStore } from '../stores/memory/ticket-store.ts'
import { type Answer, type Browser, ticketIn } from './testing/browser.ts'
import { type Pool, type PoolOptions, startPool } from './testing/pool.ts'

const service = 'https://app.example.org/start?x=1'
const casuser = { username: 'casuser', password: 'Mellon' }
let pool: Pool
let browser: Browser

afterEach(() => pool.stop())
const start = async (options: PoolOptions = {}): Promise<void> => {
  pool = await startPool(options)
  browser = pool.browser()
}
const newTicket = async (): Promise<string> =>
  ticketIn(await browser.signIn(casuser, { service, renew: 'true' }))
const validate = (query: Record<string, string>, path = '/p3/serviceValidate'): Promise<Answer> =>
  pool.browser(pool.servers.length - 1).get(path, query)

describe('validation', () => {
  it('of CAS 3 tells user, protocol attributes and released attributes', async () => {
    await start()
    const answer = await validate({ service, ticket: await newTicket() })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/xml; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body).toContain('<cas:user>casuser</cas:user>')
    expect(answer.body).toContain('<cas:authenticationDate>2026-01-01T00:00:00.000Z</cas:authenticationDate>')
    expect(answer.body).toContain('<cas:isFromNewLogin>true</cas:isFromNewLogin>')
    expect(answer.body.match(/<cas:memberOf>/g)).toHaveLength(2)
  })

  it('of CAS 3 in JSON tells the same', async () => {
    await start()
    const answer = await validate({ service, ticket: await newTicket(), format: 'JSON' })
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(JSON.parse(answer.body).serviceResponse.authenticationSuccess).toMatchObject({
      user: 'casuser',
      attributes: { memberOf: ['staff', 'admins'], isFromNewLogin: [true] },
    })
  })

  it('of CAS 2 tells the user, of CAS 1 two lines', async () => {
    await start()
    const second = await validate({ service, ticket: await newTicket() }, '/serviceValidate')
    expect(second.body).toContain('<cas:user>casuser</cas:user>')
    expect(second.body).not.toContain('attributes')
    const first = await validate({ service, ticket: await newTicket() }, '/validate')
    expect(first.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(first.body).toBe('yes\ncasuser\n')
    expect((await validate({ service, ticket: 'x' }, '/validate')).body).toBe('no\n\n')
  })

  it('of CAS 2 tells attributes as well where the configuration says so', async () => {
    await start({ properties: { 'cas.view.cas2.v3-forward-compatible': 'true' } })
    for (const path of ['/serviceValidate', '/proxyValidate']) {
      const answer = await validate({ service, ticket: await newTicket() }, path)
      expect(answer.body).toContain('<cas:mail>casuser@example.org</cas:mail>')
    }
  })

  it('releases what the policy of the service says, under the name it says', async () => {
    const mapped = {
      ...definition(),
      release: { kind: 'mapped', names: { mail: 'email' } },
      username: { kind: 'attribute', attribute: 'mail' },
    } as const
    await start({ services: [mapped] })
    const answer = await validate({ service, ticket: await newTicket() })
    expect(answer.body).toContain('<cas:user>casuser@example.org</cas:user>')
    expect(answer.body).toContain('<cas:email>casuser@example.org</cas:email>')
    expect(answer.body).not.toContain('memberOf')
  })

  it('tells whether the ticket came from the credentials or from single sign-on', async () => {
    await start()
    await browser.signIn(casuser)
    const ticket = ticketIn(await browser.get('/login', { service }))
    expect((await validate({ service, ticket })).body).toContain('<cas:isFromNewLogin>false')
  })
})

describe('a ticket', () => {
  it('is good for one validation (CAS 3.1.1)', async () => {
    await start()
    const ticket = await newTicket()
    expect((await validate({ service, ticket })).body).toContain('authenticationSuccess')
    expect((await validate({ service, ticket })).body).toContain('code="INVALID_TICKET"')
  })

  it('of fifty parallel validations at three servers passes one', async () => {
    await start({ servers: 3 })
    const ticket = await newTicket()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => pool.browser(i % 3).get('/serviceValidate', { service, ticket })),
    )
    expect(answers.filter(({ body }) => body.includes('authenticationSuccess'))).toHaveLength(1)
    expect(answers.filter(({ body }) => body.includes('INVALID_TICKET'))).toHaveLength(49)
  })

  it('is spent by a validation for another service, or with renew where that is not met', async () => {
    await start()
    const stolen = await newTicket()
    expect((await validate({ service: 'https://evil.example/', ticket: stolen })).body).toContain(
      'INVALID_SERVICE',
    )
    expect((await validate({ service, ticket: stolen })).body).toContain('INVALID_TICKET')
    const sso = ticketIn(await browser.get('/login', { service }))
    expect((await validate({ service, ticket: sso, renew: 'true' })).body).toContain('INVALID_TICKET')
    expect((await validate({ service, ticket: sso })).body).toContain('INVALID_TICKET')
  })

  it('expires, after 30 s or what the configuration says', async () => {
    await start()
    const [early, late] = [await newTicket(), await newTicket()]
    pool.clock.advanceMs(29_999)
    expect((await validate({ service, ticket: early })).body).toContain('authenticationSuccess')
    pool.clock.advanceMs(1)
    expect((await validate({ service, ticket: late })).body).toContain('INVALID_TICKET')
    await pool.stop()
    await start({ properties: { 'cas.ticket.st.time-to-kill-in-seconds': '5' } })
    const short = await newTicket()
    pool.clock.advanceMs(5_000)
    expect((await validate({ service, ticket: short })).body).toContain('INVALID_TICKET')
  })

  it('of a session that ended meanwhile is refused', async () => {
    await start()
    const ticket = await newTicket()
    await browser.get('/logout')
    expect((await validate({ service, ticket })).body).toContain('INVALID_TICKET')
  })

  it('is not the session itself', async () => {
    await start()
    await newTicket()
    const answer = await validate({ service, ticket: browser.cookie('TGC') ?? '' })
    expect(answer.body).toContain('INVALID_TICKET')
  })

  it('that asks for proxying is told plainly that there is none, and is spent', async () => {
    await start()
    const ticket = await newTicket()
    const asked = await validate({ service, ticket, pgtUrl: 'https://app.example.org/pgt' })
    expect(asked.body).toContain('code="UNAUTHORIZED_SERVICE_PROXY"')
    expect((await validate({ service, ticket })).body).toContain('INVALID_TICKET')
  })
})

describe('a request that makes no sense', () => {
  it.each([
    ['nothing', {}, 'INVALID_REQUEST'],
    ['no ticket', { service }, 'INVALID_REQUEST'],
    ['another format', { service, ticket: 'ST-1', format: 'yaml' }, 'INVALID_REQUEST'],
    ['a proxy ticket', { service, ticket: `PT-${'a'.repeat(50)}` }, 'INVALID_TICKET_SPEC'],
    ['a ticket with markup', { service, ticket: 'ST-<cas:authenticationSuccess/>' }, 'INVALID_TICKET'],
    ['a ticket of 10 kB', { service, ticket: `ST-${'a'.repeat(10_000)}` }, 'INVALID_REQUEST'],
  ])('with %s is answered by a code, and nothing of it comes back', async (_what, query, code) => {
    await start()
    const answer = await validate(query as Record<string, string>)
    expect(answer.status).toBe(200)
    expect(answer.body).toContain(`code="${code}"`)
    expect(answer.body).not.toMatch(/<cas:authenticationSuccess|aaaa|example/)
  })

  it('by another method neither validates nor spends', async () => {
    await start()
    const ticket = await newTicket()
    for (const method of ['HEAD', 'POST', 'PUT', 'DELETE']) {
      const answer = await pool
        .browser()
        .get(`/serviceValidate?${new URLSearchParams({ service, ticket })}`, {}, method)
      expect(answer.status).toBe(405)
    }
    expect((await validate({ service, ticket })).body).toContain('authenticationSuccess')
  })
})

it('a programming mistake is INTERNAL_ERROR, without its reason, and no success (CAS 2.5.3)', async () => {
  const broken = async (): Promise<never> => {
    throw new TypeError('secret detail')
  }
  const clock = { now: () => Date.UTC(2026, 0, 1) }
  const tickets = { ...memoryTicketStore({ clock }), consume: broken, findProxyGranting: broken }
  await start({ clock, tickets })
  const pgt = `PGT-${'a'.repeat(50)}`
  for (const answer of [
    await validate({ service, ticket: await newTicket() }),
    await validate({ service, ticket: await newTicket() }, '/p3/proxyValidate'),
    await pool.browser().get('/proxy', { pgt, targetService: service }),
  ]) {
    expect([answer.status, /code="(\w+)"/.exec(answer.body)?.[1]]).toEqual([200, 'INTERNAL_ERROR'])
    expect(answer.body).not.toContain('secret')
  }
  expect((await validate({ service, ticket: await newTicket() }, '/validate')).body).toBe('no\n\n')
})

describe('a store that does not answer', () => {
  const away = async (): Promise<never> => {
    throw new StoreFault('consume a service ticket', { retryable: true })
  }

  it('is 503 with Retry-After and no word about the ticket', async () => {
    const clock = { now: () => Date.UTC(2026, 0, 1) }
    await start({ clock, tickets: { ...memoryTicketStore({ clock }), consume: away } })
    const ticket = await newTicket()
    for (const path of ['/validate', '/serviceValidate', '/p3/serviceValidate']) {
      const answer = await validate({ service, ticket }, path)
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      expect(answer.body).toBe('Service unavailable\n')
    }
  })

  it('is a page that asks to try again at login and logout, and leaves the cookie alone', async () => {
    const clock = { now: () => Date.UTC(2026, 0, 1) }
    await start({
      clock,
      tickets: { ...memoryTicketStore({ clock }), signIn: away, endSession: away, findSession: away },
    })
    const login = await browser.signIn(casuser, { service })
    expect(login.status).toBe(503)
    expect(login.body).toContain('try again')
    browser.setCookie('TGC', `TGT-${'a'.repeat(50)}`)
    const logout = await browser.get('/logout')
    expect(logout.status).toBe(503)
    expect(logout.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(logout.headers.getSetCookie()).toEqual([])
  })
})
