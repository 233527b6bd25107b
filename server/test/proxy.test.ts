/** Proxying over real HTTP, with callbacks over real TLS (CAS 2.5.4, 2.6, 2.7). */
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import { definition } from '../cas/testing/samples.ts'
import { selfSignedServer } from '../outbound/testing/certificates.ts'
import { memoryRegistrySource } from '../stores/memory/registry-source.ts'
import { type Answer, type Browser, ticketIn } from './testing/browser.ts'
import { contents, type Pool, type PoolOptions, startPool } from './testing/pool.ts'
import { elementIn, type ProxyApplication, proxiesIn, proxyField } from './testing/proxy-application.ts'

const casuser = { username: 'casuser', password: 'Mellon' }
const front = 'https://app.example.org/front'
const back = 'https://app.example.org/back'
const proxying = (change: Partial<ServiceDefinition> = {}): ServiceDefinition => ({
  ...definition(),
  proxy: { kind: 'matching', pattern: 'https://localhost:[0-9]+/callback.*' },
  ...change,
})
/** Everything below https://other.example.org. */
const other = (change: Partial<ServiceDefinition> = {}): ServiceDefinition => ({
  ...definition(),
  id: 2n,
  name: 'Other',
  serviceId: '^https://other\\.example\\.org(/.*)?$',
  ...change,
})
const field = proxyField()
let pool: Pool
let browser: Browser
let registry: ReturnType<typeof memoryRegistrySource>

const start = async (services: readonly ServiceDefinition[] = [proxying()], options: PoolOptions = {}) => {
  registry = memoryRegistrySource(contents({ services }))
  pool = await startPool({ ...options, registry, outbound: field.outbound })
  await Promise.all(pool.servers.map(({ loaded }) => loaded))
  browser = pool.browser()
}
beforeEach(() => start())
afterEach(() => pool.stop())
afterAll(() => field.stop())
const restart = async (...services: readonly ServiceDefinition[]): Promise<void> => {
  await pool.stop()
  await start(services)
}

const serviceTicket = async (service = front): Promise<string> =>
  ticketIn(await browser.signIn(casuser, { service, renew: 'true' }))
const ask = (path: string, query: Record<string, string>): Promise<Answer> => pool.browser().get(path, query)
const validate = async (query: Record<string, string>, path = '/p3/proxyValidate'): Promise<string> =>
  (await ask(path, query)).body

/** Validates a ticket with a callback: the proxy-granting ticket that came there. */
async function pgtFor(application: ProxyApplication, ticket: string, service = front): Promise<string> {
  const body = await validate({ service, ticket, pgtUrl: application.callback })
  return application.pgtOf(elementIn(body, 'proxyGrantingTicket'))
}
async function proxyTicket(pgt: string, targetService = back): Promise<string> {
  return elementIn((await ask('/proxy', { pgt, targetService })).body, 'proxyTicket')
}

describe('a proxy callback', () => {
  it('receives ticket and IOU, keeps its own query, and the answer holds the IOU only (CAS 2.5.4)', async () => {
    const application = await field.application('/callback?app=1&x=%20a')
    const body = await validate(
      { service: front, ticket: await serviceTicket(), pgtUrl: `${application.callback}#top` },
      '/p3/serviceValidate',
    )
    const iou = elementIn(body, 'proxyGrantingTicket')
    expect(iou).toMatch(/^PGTIOU-[A-Za-z0-9]{50}$/)
    const pgt = application.pgtOf(iou)
    expect(pgt).toMatch(/^PGT-[A-Za-z0-9]{50}$/)
    expect(application.requests).toEqual([`/callback?app=1&x=%20a&pgtId=${pgt}&pgtIou=${iou}`])
    expect(body).not.toContain(pgt)
    expect(body).toContain('<cas:user>casuser</cas:user>')
  })

  it.each(['/serviceValidate', '/p3/serviceValidate', '/proxyValidate', '/p3/proxyValidate'])(
    'is made by %s, in XML and in JSON',
    async (path) => {
      const application = await field.application()
      const query = async () => ({
        service: front,
        ticket: await serviceTicket(),
        pgtUrl: application.callback,
      })
      expect(elementIn(await validate(await query(), path), 'proxyGrantingTicket')).toMatch(/^PGTIOU-/)
      const json = JSON.parse(await validate({ ...(await query()), format: 'JSON' }, path))
      expect(json.serviceResponse.authenticationSuccess.proxyGrantingTicket).toMatch(/^PGTIOU-/)
    },
  )

  it.each([204, 302, 404, 500])(
    'that answers %s makes the validation fail, and its ticket is worth nothing',
    async (status) => {
      const application = await field.application('/callback', { status })
      const ticket = await serviceTicket()
      const body = await validate({ service: front, ticket, pgtUrl: application.callback })
      expect(body).toContain('<cas:authenticationFailure code="INVALID_PROXY_CALLBACK">')
      expect(body).not.toContain('casuser')
      const pgt = /pgtId=([^&]+)/.exec(application.requests[0] ?? '')?.[1] ?? ''
      expect((await ask('/proxy', { pgt, targetService: back })).body).toContain('code="INVALID_TICKET"')
      expect(await validate({ service: front, ticket })).toContain('code="INVALID_TICKET"')
    },
  )

  it('during which the user signs out is no success: the application was told of the logout already', async () => {
    const ticket = await serviceTicket()
    const application = await field.application('/callback', { before: () => browser.get('/logout') })
    const body = await validate({ service: front, ticket, pgtUrl: application.callback })
    expect(body).toContain('<cas:authenticationFailure code="INVALID_TICKET">')
    expect(body).not.toContain('casuser')
  })

  it('with a certificate that nobody vouches for is never sent anything', async () => {
    const pair = selfSignedServer('DNS:localhost')
    const application = await field.application('/callback', { pair })
    const body = await validate({
      service: front,
      ticket: await serviceTicket(),
      pgtUrl: application.callback,
    })
    expect(body).toContain('code="INVALID_PROXY_CALLBACK"')
    expect(application.requests).toEqual([])
  })

  it.each([
    ['http://localhost:8080/callback', 'INVALID_PROXY_CALLBACK'],
    ['https://user:secret@localhost/callback', 'INVALID_PROXY_CALLBACK'],
    ['https://2130706433/callback', 'INVALID_PROXY_CALLBACK'],
    ['https://localhost:1234/a/../callback', 'INVALID_PROXY_CALLBACK'],
    ['https://localhost:1234/callback?pgtId=PGT-1', 'INVALID_PROXY_CALLBACK'],
    ['https://localhost:22/callback', 'INVALID_PROXY_CALLBACK'],
    ['javascript:alert(1)', 'INVALID_PROXY_CALLBACK'],
    ['callback', 'INVALID_PROXY_CALLBACK'],
    ['https://evil.example.org/?https://localhost:1234/callback', 'UNAUTHORIZED_SERVICE_PROXY'],
    ['https://localhost.evil.example.org/callback', 'UNAUTHORIZED_SERVICE_PROXY'],
    ['https://169.254.169.254/latest', 'UNAUTHORIZED_SERVICE_PROXY'],
  ])('to %s is refused: %s', async (pgtUrl, code) => {
    const ticket = await serviceTicket()
    expect(await validate({ service: front, ticket, pgtUrl })).toContain(`code="${code}"`)
    expect(await validate({ service: front, ticket })).toContain('code="INVALID_TICKET"')
  })

  it.each(['https://169.254.169.254/x', 'https://[::1]/x', 'https://127.0.0.1/x', 'https://10.0.0.1/x'])(
    'to %s is refused also where the policy of the service takes everything',
    async (pgtUrl) => {
      await restart(proxying({ proxy: { kind: 'matching', pattern: '.*' } }))
      const ticket = await serviceTicket()
      expect(await validate({ service: front, ticket, pgtUrl })).toContain('code="INVALID_PROXY_CALLBACK"')
    },
  )

  it('is refused where the service may not proxy, and not made', async () => {
    await restart(definition())
    const application = await field.application()
    const body = await validate({
      service: front,
      ticket: await serviceTicket(),
      pgtUrl: application.callback,
    })
    expect(body).toContain('code="UNAUTHORIZED_SERVICE_PROXY"')
    expect(application.requests).toEqual([])
  })

  it('is not made for a ticket that is not valid, and not by CAS 1', async () => {
    const application = await field.application()
    const ticket = await serviceTicket()
    await validate({ service: back, ticket, pgtUrl: application.callback })
    const second = await serviceTicket()
    const query = { service: front, ticket: second, pgtUrl: application.callback }
    expect(await validate(query, '/validate')).toBe('yes\ncasuser\n')
    expect(application.requests).toEqual([])
  })
})

describe('a proxy ticket', () => {
  it('is granted as often as asked for, and good for one validation each (CAS 3.2, 3.3)', async () => {
    const pgt = await pgtFor(await field.application(), await serviceTicket())
    for (let i = 0; i < 2; i++) {
      const ticket = await proxyTicket(pgt)
      expect(ticket).toMatch(/^PT-[A-Za-z0-9]{50}$/)
      expect(await validate({ service: back, ticket })).toContain('<cas:user>casuser</cas:user>')
      expect(await validate({ service: back, ticket })).toContain('code="INVALID_TICKET"')
    }
  })

  it('is good for exactly its target service', async () => {
    const pgt = await pgtFor(await field.application(), await serviceTicket())
    const ticket = await proxyTicket(pgt)
    expect(await validate({ service: `${back}/`, ticket })).toContain('code="INVALID_SERVICE"')
    expect(await validate({ service: back, ticket })).toContain('code="INVALID_TICKET"')
  })

  it.each(['/serviceValidate', '/p3/serviceValidate', '/validate'])(
    'is refused by %s, which is its one attempt',
    async (path) => {
      const ticket = await proxyTicket(await pgtFor(await field.application(), await serviceTicket()))
      const refused = await validate({ service: back, ticket }, path)
      expect(refused).toContain(path === '/validate' ? 'no\n' : 'code="INVALID_TICKET_SPEC"')
      if (path !== '/validate') expect(refused).toContain('A proxy ticket was given')
      expect(await validate({ service: back, ticket })).toContain('code="INVALID_TICKET"')
    },
  )

  it('does not meet renew, and is not from a new login', async () => {
    const pgt = await pgtFor(await field.application(), await serviceTicket())
    const renewed = await validate({ service: back, ticket: await proxyTicket(pgt), renew: 'true' })
    expect(renewed).toContain('code="INVALID_TICKET"')
    const body = await validate({ service: back, ticket: await proxyTicket(pgt) })
    expect(body).toContain('<cas:isFromNewLogin>false')
  })

  it('expires', async () => {
    const ticket = await proxyTicket(await pgtFor(await field.application(), await serviceTicket()))
    pool.clock.advanceMs(30_000)
    expect(await validate({ service: back, ticket })).toContain('code="INVALID_TICKET"')
  })

  it('tells the chain of five proxies, most recent first, in XML and in JSON', async () => {
    let ticket = await serviceTicket(`${front}/0`)
    const callbacks: string[] = []
    for (let i = 0; i < 5; i++) {
      const application = await field.application(`/callback/${i}?a=1&b=2`)
      const pgt = await pgtFor(application, ticket, `${front}/${i}`)
      callbacks.unshift(application.callback)
      ticket = await proxyTicket(pgt, `${front}/${i + 1}`)
      if (i < 4) continue
      const body = await validate({ service: `${front}/5`, ticket })
      expect(proxiesIn(body).map((url) => url.replaceAll('&#38;', '&'))).toEqual(callbacks)
      const second = await proxyTicket(pgt, back)
      const json = JSON.parse(await validate({ service: back, ticket: second, format: 'json' }))
      expect(json.serviceResponse.authenticationSuccess.proxies).toEqual(callbacks)
    }
  })

  it('has its proxies behind the attributes and the IOU, as the schema asks', async () => {
    const pgt = await pgtFor(await field.application(), await serviceTicket())
    const application = await field.application()
    const query = { service: back, ticket: await proxyTicket(pgt), pgtUrl: application.callback }
    const names = [...(await validate(query)).matchAll(/^ {4}<cas:(\w+)/gm)].map(([, name]) => name)
    expect(names).toEqual(['user', 'attributes', 'proxyGrantingTicket', 'proxies'])
  })
})

describe('/proxy', () => {
  it('answers in JSON where that is asked for', async () => {
    const pgt = await pgtFor(await field.application(), await serviceTicket())
    const good = await ask('/proxy', { pgt, targetService: back, format: 'JSON' })
    expect(good.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(JSON.parse(good.body).serviceResponse.proxySuccess.proxyTicket).toMatch(/^PT-/)
    const bad = await ask('/proxy', { targetService: back, format: 'JSON' })
    expect(JSON.parse(bad.body).serviceResponse.authenticationFailure.code).toBe('INVALID_REQUEST')
  })

  it.each<[string, Record<string, string>, string]>([
    ['nothing', {}, 'INVALID_REQUEST'],
    ['no target', { pgt: `PGT-${'a'.repeat(50)}` }, 'INVALID_REQUEST'],
    ['no ticket', { targetService: back }, 'INVALID_REQUEST'],
    [
      'an unknown format',
      { pgt: `PGT-${'a'.repeat(50)}`, targetService: back, format: 'yaml' },
      'INVALID_REQUEST',
    ],
    ['an unknown ticket', { pgt: `PGT-${'a'.repeat(50)}`, targetService: back }, 'INVALID_TICKET'],
    ['markup', { pgt: 'PGT-<b>"', targetService: back }, 'INVALID_TICKET'],
    ['a ticket of 10 kB', { pgt: `PGT-${'a'.repeat(10_000)}`, targetService: back }, 'INVALID_REQUEST'],
    ['a NUL', { pgt: `PGT-${'a'.repeat(50)}\0`, targetService: back }, 'INVALID_REQUEST'],
  ])('refuses %s', async (_what, query, code) => {
    const { status, body } = await ask('/proxy', query)
    expect(status).toBe(200)
    expect(body).toContain(`<cas:proxyFailure code="${code}">`)
    expect(body).not.toContain('<b>')
  })

  it('takes no other kind of ticket', async () => {
    const application = await field.application()
    const body = await validate({
      service: front,
      ticket: await serviceTicket(),
      pgtUrl: application.callback,
    })
    const iou = elementIn(body, 'proxyGrantingTicket')
    const pt = await proxyTicket(application.pgtOf(iou))
    for (const pgt of [iou, pt, await serviceTicket(), browser.cookie('TGC') ?? '']) {
      expect((await ask('/proxy', { pgt, targetService: back })).body).toContain('<cas:proxyFailure')
    }
    for (const ticket of [iou, application.pgtOf(iou)]) {
      expect(await validate({ service: front, ticket })).toContain('code="INVALID_TICKET"')
    }
  })

  it.each<[string, ServiceDefinition[]]>([
    ['is not registered', []],
    ['is switched off', [other({ access: { ...definition().access, enabled: false } })]],
    ['wants no single sign-on', [other({ access: { ...definition().access, ssoEnabled: false } })]],
    [
      'does not take this user',
      [other({ access: { ...definition().access, requiredAttributes: { memberOf: ['boss'] } } })],
    ],
  ])('refuses a target that %s', async (_what, services) => {
    await restart(proxying(), ...services)
    const pgt = await pgtFor(await field.application(), await serviceTicket())
    const { body } = await ask('/proxy', { pgt, targetService: 'https://other.example.org/' })
    expect(body).toContain('<cas:proxyFailure code="UNAUTHORIZED_SERVICE">')
  })

  it.each<[string, ServiceDefinition[]]>([
    ['is registered no more', [other()]],
    ['was switched off', [proxying({ access: { ...definition().access, enabled: false } }), other()]],
    ['may not proxy any more', [definition(), other()]],
    [
      'may proxy elsewhere only',
      [proxying({ proxy: { kind: 'matching', pattern: 'https://else/.*' } }), other()],
    ],
  ])('refuses a proxy that %s', async (_what, services) => {
    await restart(proxying(), other())
    const pgt = await pgtFor(await field.application(), await serviceTicket())
    const targetService = 'https://other.example.org/'
    expect(await proxyTicket(pgt, targetService)).toMatch(/^PT-/)
    registry.publish(contents({ services }, 2))
    const { body } = await ask('/proxy', { pgt, targetService })
    expect(body).toContain('<cas:proxyFailure code="UNAUTHORIZED_SERVICE">')
  })

  it('grants nothing once the session is over: signed out, idle too long, or the ticket too old', async () => {
    const application = await field.application()
    const pgt = await pgtFor(application, await serviceTicket())
    const late = await proxyTicket(pgt)
    await browser.get('/logout')
    expect((await ask('/proxy', { pgt, targetService: back })).body).toContain('code="INVALID_TICKET"')
    expect(await validate({ service: back, ticket: late })).toContain('code="INVALID_TICKET"')

    const idle = await pgtFor(application, await serviceTicket())
    pool.clock.advanceMs(7_200_000)
    expect((await ask('/proxy', { pgt: idle, targetService: back })).body).toContain('code="INVALID_TICKET"')

    await restart(proxying({ tickets: { proxyGrantingTicketSeconds: 60 } }))
    const short = await pgtFor(application, await serviceTicket())
    pool.clock.advanceMs(60_000)
    expect((await ask('/proxy', { pgt: short, targetService: back })).body).toContain('code="INVALID_TICKET"')
  })

  it('grants nothing after a logout, by a ticket from before the user signed in once more', async () => {
    const pgt = await pgtFor(await field.application(), await serviceTicket())
    await serviceTicket()
    expect(await proxyTicket(pgt)).toMatch(/^PT-/)
    await browser.get('/logout')
    expect((await ask('/proxy', { pgt, targetService: back })).body).toContain('code="INVALID_TICKET"')
  })

  it('keeps the session from growing idle', async () => {
    const pgt = await pgtFor(await field.application(), await serviceTicket())
    for (let hour = 0; hour < 3; hour++) {
      pool.clock.advanceMs(3_600_000)
      expect(await proxyTicket(pgt)).toMatch(/^PT-/)
    }
  })
})
