/** Proxy callbacks and logout targets that were chosen by people with bad intentions, over real TLS. */
import type { RequestListener } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { ServiceDefinition } from '../../../common/documents/service-definition.ts'
import { parseOutboundAllowEntry } from '../../../common/outbound-allow.ts'
import { until } from '../../../tools/system/ports.ts'
import { definition } from '../../cas/testing/samples.ts'
import { defaultExchangeLimits } from '../../outbound/exchange.ts'
import { type GuardedClientOptions, guardedClient } from '../../outbound/guarded-client.ts'
import { defaultLimits } from '../../outbound/limits.ts'
import { type KeyPair, selfSignedServer, testAuthority } from '../../outbound/testing/certificates.ts'
import { type LoopbackServer, plainServer, tcpServer, tlsServer } from '../../outbound/testing/servers.ts'
import { codeOf, type HostilePool, service, startHostilePool } from '../testing/hostile-pool.ts'
import { elementIn, proxiesIn } from '../testing/proxy-application.ts'

const authority = testAuthority()
const good = authority.issue('DNS:localhost')
const limits = { ...defaultLimits, ...defaultExchangeLimits, connectMs: 1_000, headersMs: 500, bodyMs: 100 }
const logoutHost = 'logout.example.org'
/** Names of an attacker's own DNS. */
const names: Readonly<Record<string, readonly string[]>> = {
  'metadata.evil.example': ['169.254.169.254'],
  'loopback.evil.example': ['127.0.0.1'],
  'v6.evil.example': ['::1'],
  'kubernetes.default.svc': ['10.96.0.1'],
  'both.evil.example': ['10.0.0.1', '192.168.0.1'],
}
const resolve = async (name: string) =>
  (names[name] ?? []).map((address) => ({
    address,
    family: address.includes(':') ? (6 as const) : (4 as const),
  }))
const client = (change: Partial<GuardedClientOptions> = {}) =>
  guardedClient({ allow: [], trustedCAs: [authority.cert], limits, resolve, ...change })
const loopback = ['localhost'].map(parseOutboundAllowEntry)
const proxying = (pattern: string): ServiceDefinition => ({
  ...definition(),
  proxy: { kind: 'matching', pattern },
})

let open: HostilePool
const pools: HostilePool[] = []
const servers: LoopbackServer[] = []
beforeAll(async () => {
  const outbound = guardedClient({ allow: loopback, trustedCAs: [authority.cert], limits })
  open = await startHostilePool({ services: [proxying('^https?://.*')], outbound })
})
afterEach(async () => {
  await Promise.all(pools.splice(0).map(({ pool }) => pool.stop()))
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})
afterAll(() => open.pool.stop())

const started = async (server: Promise<LoopbackServer>): Promise<LoopbackServer> => {
  servers.push(await server)
  return server
}
/** A callback of its own, with all that it was asked. */
async function callback(onRequest: RequestListener, pair: KeyPair = good) {
  const requests: string[] = []
  const { port } = await started(
    tlsServer(pair, (request, response) => {
      requests.push(request.url ?? '')
      onRequest(request, response)
    }),
  )
  return { url: `https://localhost:${port}/callback`, requests }
}
const validated = async (pgtUrl: string, { validate, ticket } = open): Promise<string> =>
  validate({ service, ticket: await ticket(), pgtUrl }, '/p3/serviceValidate')
async function expectNoCallback(pgtUrl: string, hostile = open): Promise<void> {
  const body = await validated(pgtUrl, hostile)
  expect(codeOf(body)).toBe('INVALID_PROXY_CALLBACK')
  expect(body).not.toMatch(/casuser|PGT|evil|169/)
}
const ok: RequestListener = (_request, response) => void response.end('ok')

describe('hostile input 15: proxy callbacks', () => {
  it('over http are refused, and not made', async () => {
    const requests: string[] = []
    const { port } = await started(
      plainServer((request, response) => {
        requests.push(request.url ?? '')
        response.end()
      }),
    )
    await expectNoCallback(`http://localhost:${port}/callback`)
    expect(requests).toEqual([])
  })

  it.each([
    ['vouches for itself', () => selfSignedServer('DNS:localhost')],
    ['is of an unknown authority', () => testAuthority().issue('DNS:localhost')],
    ['has expired', () => authority.issue('DNS:localhost', { expired: true })],
    ['is for another host', () => authority.issue('DNS:other.example.org')],
  ])('to a certificate that %s are refused before anything is sent', async (_what, pair) => {
    const { url, requests } = await callback(ok, pair())
    await expectNoCallback(url)
    expect(requests).toEqual([])
  })

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://169.254.169.254/',
    'http://localhost:1/',
    '/callback',
    'https://evil.example/',
  ])('are not led on to %s by a redirect, and a redirect is no success', async (location) => {
    for (const status of [301, 302, 303, 307, 308]) {
      const { url, requests } = await callback((_request, response) =>
        response.writeHead(status, { location }).end(),
      )
      await expectNoCallback(url)
      expect(requests).toHaveLength(1)
    }
  })

  it('that lead to themselves again and again are asked once', async () => {
    const { url, requests } = await callback((request, response) => {
      response.writeHead(302, { location: request.url ?? '/' }).end()
    })
    await expectNoCallback(url)
    expect(requests).toHaveLength(1)
  })

  it.each([
    'https://169.254.169.254/',
    'https://localhost/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://0.0.0.0/',
    'https://[::]/',
    'https://10.96.0.1/',
    'https://[::ffff:169.254.169.254]/',
    'https://[fd00::1]/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://kubernetes.default.svc/',
    'https://metadata.evil.example/',
    'https://loopback.evil.example/',
    'https://v6.evil.example/',
    'https://both.evil.example/',
    'https://nowhere.evil.example/',
  ])('to %s are refused: a private address, or none', async (url) => {
    const closed = await startHostilePool({ services: [proxying('^https?://.*')], outbound: client() })
    pools.push(closed)
    await expectNoCallback(url, closed)
  })

  it('to a name that points elsewhere at the second question go where the first answer was judged (rebinding)', async () => {
    let asked = 0
    const rebound = client({
      allow: [parseOutboundAllowEntry('app.example.org')],
      resolve: async () => [{ address: ++asked === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 as const }],
    })
    const { port } = await started(tlsServer(authority.issue('DNS:app.example.org'), ok))
    const hostile = await startHostilePool({ services: [proxying('^https://.*')], outbound: rebound })
    pools.push(hostile)
    expect(await validated(`https://app.example.org:${port}/`, hostile)).toContain('PGTIOU-')
    expect(asked).toBe(1)
    await expectNoCallback(`https://app.example.org:${port}/`, hostile)
  })

  it.each([22, 25, 110, 993])('to port %i are refused: another protocol is spoken there', async (port) => {
    await expectNoCallback(`https://localhost:${port}/`)
  })

  it.each<[string, RequestListener]>([
    ['a slow body', (_request, response) => void response.writeHead(200).write('a')],
    [
      'an endless body',
      (_request, response) => {
        const pour = (): boolean => response.writable && response.write(Buffer.alloc(16_384), pour)
        pour()
      },
    ],
  ])('that answer 200 with %s have answered, and are not listened to', async (_what, onRequest) => {
    const { url } = await callback(onRequest)
    expect(await validated(url)).toContain('PGTIOU-')
  })

  it.each<[string, RequestListener]>([
    ['no answer at all', () => undefined],
    ['a huge header', (_request, response) => response.setHeader('X-Huge', 'a'.repeat(64 * 1024)).end()],
    ['204', (_request, response) => response.writeHead(204).end()],
    ['404', (_request, response) => response.writeHead(404).end()],
    ['500', (_request, response) => response.writeHead(500).end()],
  ])('with %s are no success, and the ticket that was sent is worth nothing', async (_what, onRequest) => {
    const { url, requests } = await callback(onRequest)
    await expectNoCallback(url)
    const pgt = new URL(requests[0] ?? '', url).searchParams.get('pgtId') ?? ''
    expect(pgt).toMatch(/^PGT-/)
    expect(codeOf(await open.validate({ pgt, targetService: service }, '/proxy'))).toBe('INVALID_TICKET')
  })

  it('to what speaks no TLS are no success', async () => {
    const { port } = await started(tcpServer((socket) => socket.end('220 mail.example.org ESMTP\r\n')))
    await expectNoCallback(`https://localhost:${port}/`)
  })
})

describe('hostile input 16: logout targets', () => {
  /** A pool whose one application has this logoutUrl, signed in to and out of. */
  async function loggedOut(url: string, outbound = client()): Promise<HostilePool> {
    const logout = { type: 'backChannel', url } as const
    const hostile = await startHostilePool({ services: [{ ...definition(), logout }], outbound })
    pools.push(hostile)
    await hostile.validate({ service, ticket: await hostile.ticket() })
    await hostile.browser.get('/logout')
    return hostile
  }
  const counted =
    ({ pool }: HostilePool, result: string) =>
    async (): Promise<boolean> => {
      const texts = await Promise.all(
        [0, 1].map(async (i) => (await fetch(`${pool.managementUrl(i)}/metrics`)).text()),
      )
      return texts.some((text) => text.includes(`caspool_logout_messages_total{result="${result}"} 1`))
    }

  it.each([
    'http://169.254.169.254/',
    'https://localhost/',
    'http://[::1]/',
    'http://0.0.0.0/',
    'http://10.96.0.1/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'https://kubernetes.default.svc/',
    'http://metadata.evil.example/',
    'http://localhost:22/',
    'http://user:secret@localhost/',
  ])('%s is never called, and given up at once', async (url) => {
    await until('it is given up', counted(await loggedOut(url), 'givenUp'))
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'ftp://evil.example/', 'no url'])(
    '%s is no place for a message',
    async (url) => {
      const { pool } = await loggedOut(url)
      const metrics = await (await fetch(`${pool.managementUrl()}/metrics`)).text()
      expect(metrics).not.toMatch(/caspool_logout_messages_total\{.*\} [1-9]/)
    },
  )

  it.each([
    ['vouches for itself', () => selfSignedServer(`DNS:${logoutHost}`)],
    ['has expired', () => authority.issue(`DNS:${logoutHost}`, { expired: true })],
    ['is for another host', () => authority.issue('DNS:other.example.org')],
  ])('a certificate that %s gets no message', async (_what, pair) => {
    const requests: string[] = []
    const { port } = await started(
      tlsServer(pair(), (request, response) => {
        requests.push(request.url ?? '')
        response.end()
      }),
    )
    const toLoopback = async () => [{ address: '127.0.0.1', family: 4 as const }]
    const outbound = client({ allow: [parseOutboundAllowEntry(logoutHost)], resolve: toLoopback })
    await until('it failed', counted(await loggedOut(`https://${logoutHost}:${port}/`, outbound), 'failed'))
    expect(requests).toEqual([])
  })

  it('a redirect is not followed, and counts as told', async () => {
    const requests: string[] = []
    const { port } = await started(
      plainServer((request, response) => {
        requests.push(request.url ?? '')
        response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
      }),
    )
    const outbound = client({ allow: loopback, resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
    await until('told', counted(await loggedOut(`http://localhost:${port}/out`, outbound), 'delivered'))
    expect(requests).toEqual(['/out'])
  })
})

describe('hostile input 17: pgtUrl and chains', () => {
  it('a query that is there stays, and names of our own in it are refused', async () => {
    const { url, requests } = await callback(ok)
    expect(await validated(`${url}?a=1&b=%20x&c`)).toContain('PGTIOU-')
    expect(requests[0]).toMatch(/^\/callback\?a=1&b=%20x&c&pgtId=PGT-\w{50}&pgtIou=PGTIOU-\w{50}$/)
    for (const name of ['pgtId', 'pgtIou', '%70gtId']) await expectNoCallback(`${url}?${name}=x`)
  })

  it('user information is refused', async () => {
    const { url, requests } = await callback(ok)
    await expectNoCallback(url.replace('https://', 'https://user:secret@'))
    await expectNoCallback(url.replace('https://', 'https://app.example.org@'))
    expect(requests).toEqual([])
  })

  it.each([
    ['https://localhost:[0-9]+/callback', '/elsewhere'],
    ['https://localhost:[0-9]+/callback', '/callback/more'],
    ['localhost', '/callback'],
    ['callback', '/callback'],
    ['^https://localhost:[0-9]+/callback$', '/callback?x'],
  ])('the policy %s does not name %s: the whole URL counts, anchored or not', async (pattern, path) => {
    const { url, requests } = await callback(ok)
    const outbound = guardedClient({ allow: loopback, trustedCAs: [authority.cert], limits })
    const hostile = await startHostilePool({ services: [proxying(pattern)], outbound })
    pools.push(hostile)
    const body = await validated(url.replace('/callback', path), hostile)
    expect(codeOf(body)).toBe('UNAUTHORIZED_SERVICE_PROXY')
    expect(requests).toEqual([])
  })

  it('a chain of five tells its proxies most recent first, and grants nothing after the logout', async () => {
    const outbound = guardedClient({ allow: loopback, trustedCAs: [authority.cert], limits })
    const hostile = await startHostilePool({ services: [proxying('^https://.*')], outbound })
    pools.push(hostile)
    const { validate } = hostile
    let ticket = await hostile.ticket()
    const urls: string[] = []
    const granting: string[] = []
    for (let i = 0; i < 5; i++) {
      const { url, requests } = await callback(ok)
      urls.unshift(url)
      expect(await validate({ service, ticket, pgtUrl: url }, '/proxyValidate')).toContain('PGTIOU-')
      const pgt = new URL(requests[0] ?? '', url).searchParams.get('pgtId') ?? ''
      granting.push(pgt)
      ticket = elementIn(await validate({ pgt, targetService: service }, '/proxy'), 'proxyTicket')
    }
    const last = ticket
    ticket = elementIn(
      await validate({ pgt: granting[4] ?? '', targetService: service }, '/proxy'),
      'proxyTicket',
    )
    expect(proxiesIn(await validate({ service, ticket: last }, '/proxyValidate'))).toEqual(urls)
    await hostile.browser.get('/logout')
    for (const pgt of granting) {
      expect(codeOf(await validate({ pgt, targetService: service }, '/proxy'))).toBe('INVALID_TICKET')
    }
    expect(codeOf(await validate({ service, ticket }, '/proxyValidate'))).toBe('INVALID_TICKET')
  })
})
