/** The outbound client against real servers on loopback: bad certificates, bad manners, bad addresses. */

import type { RequestListener } from 'node:http'
import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { parseOutboundAllowEntry } from '../../common/outbound-allow.ts'
import { defaultExchangeLimits } from './exchange.ts'
import { type GuardedClientOptions, guardedClient } from './guarded-client.ts'
import { defaultLimits } from './limits.ts'
import type { OutboundClient } from './outbound-client.ts'
import { type KeyPair, selfSignedServer, testAuthority } from './testing/certificates.ts'
import { type LoopbackServer, plainServer, tcpServer, tlsServer } from './testing/servers.ts'

const authority = testAuthority()
const good = authority.issue('DNS:localhost,IP:127.0.0.1')
const hasty = { ...defaultLimits, ...defaultExchangeLimits, connectMs: 500, headersMs: 200, bodyMs: 100 }
const ok: RequestListener = (_request, response) => void response.end('ok')

let running: LoopbackServer[] = []
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()))
  running = []
})
const originalProxy = process.env['HTTPS_PROXY']
afterAll(() => {
  if (originalProxy === undefined) delete process.env['HTTPS_PROXY']
  else process.env['HTTPS_PROXY'] = originalProxy
})

async function listening(server: Promise<LoopbackServer>): Promise<number> {
  const started = await server
  running.push(started)
  return started.port
}
const serving = (pair: KeyPair, onRequest: RequestListener = ok) => listening(tlsServer(pair, onRequest))

/** A client that may call loopback and trusts the tests' authority. */
const client = (change: Partial<GuardedClientOptions> = {}): OutboundClient =>
  guardedClient({
    allow: ['127.0.0.0/8', '::1'].map(parseOutboundAllowEntry),
    trustedCAs: [authority.cert],
    limits: hasty,
    ...change,
  })
const failedWith = (reason: string) => ({ kind: 'failed', reason: expect.stringContaining(reason) })
const refusedWith = (reason: string) => ({ kind: 'refused', reason: expect.stringContaining(reason) })

describe('a request', () => {
  it('reaches a server whose certificate a given authority vouches for, by name and by address', async () => {
    const seen: string[] = []
    const port = await serving(good, (request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.host}`)
      response.end()
    })
    expect(await client().get(`https://localhost:${port}/cb?a=1&b=%20`)).toEqual({
      kind: 'answered',
      status: 200,
    })
    expect(await client().get(`https://127.0.0.1:${port}/`)).toEqual({ kind: 'answered', status: 200 })
    expect(seen).toEqual([`GET /cb?a=1&b=%20 localhost:${port}`, `GET / 127.0.0.1:${port}`])
  })

  it('posts a form, and over http where the caller takes that', async () => {
    let body = ''
    let type: string | undefined
    const port = await listening(
      plainServer(async (request, response) => {
        type = request.headers['content-type']
        for await (const chunk of request) body += chunk
        response.end()
      }),
    )
    const url = `http://localhost:${port}/logout`
    expect(await client().post(url, { logoutRequest: '<a b="c">&é' })).toEqual(refusedWith('not https'))
    expect(await client().post(url, { logoutRequest: '<a b="c">&é' }, { allowHttp: true })).toEqual({
      kind: 'answered',
      status: 200,
    })
    expect(type).toBe('application/x-www-form-urlencoded')
    expect(new URLSearchParams(body).get('logoutRequest')).toBe('<a b="c">&é')
  })

  it('tells any status, and follows no redirect', async () => {
    const visited: string[] = []
    const plain = await listening(
      plainServer((_request, response) => {
        visited.push('plain')
        response.end()
      }),
    )
    const port = await serving(good, (request, response) => {
      visited.push(request.url ?? '')
      const status = Number(request.url?.slice(1))
      response.writeHead(status, { Location: `http://127.0.0.1:${plain}/` }).end()
    })
    for (const status of [204, 301, 302, 404, 500]) {
      expect(await client().get(`https://localhost:${port}/${status}`)).toEqual({ kind: 'answered', status })
    }
    expect(visited).not.toContain('plain')
  })

  it('takes "101 Switching Protocols" for an answer like any other, and gives its place back', async () => {
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'
    const port = await listening(tcpServer((socket) => void socket.write(switching)))
    const outbound = client()
    for (let i = 0; i < 3 * defaultLimits.maxInFlightPerHost; i++) {
      expect(await outbound.post(`http://localhost:${port}/`, {}, { allowHttp: true })).toEqual({
        kind: 'answered',
        status: 101,
      })
    }
  })

  it('uses no proxy of the environment', async () => {
    process.env['HTTPS_PROXY'] = 'http://127.0.0.1:9'
    const port = await serving(good)
    expect((await client().get(`https://localhost:${port}/`)).kind).toBe('answered')
  })
})

describe('a certificate', () => {
  it('that vouches for itself is not trusted', async () => {
    const port = await serving(selfSignedServer('DNS:localhost'))
    expect(await client().get(`https://localhost:${port}/`)).toEqual(
      failedWith('DEPTH_ZERO_SELF_SIGNED_CERT'),
    )
  })

  it('of an unknown authority is not trusted', async () => {
    const port = await serving(testAuthority().issue('DNS:localhost'))
    expect(await client().get(`https://localhost:${port}/`)).toEqual(
      failedWith('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    )
    const trusting = await serving(good)
    const strict = client({ trustedCAs: [] })
    expect((await strict.get(`https://localhost:${trusting}/`)).kind).toBe('failed')
  })

  it('that has expired is not trusted', async () => {
    const port = await serving(authority.issue('DNS:localhost', { expired: true }))
    expect(await client().get(`https://localhost:${port}/`)).toEqual(failedWith('CERT_HAS_EXPIRED'))
  })

  it('for another host is not trusted', async () => {
    const port = await serving(authority.issue('DNS:other.example.org'))
    expect(await client().get(`https://localhost:${port}/`)).toEqual(
      failedWith('ERR_TLS_CERT_ALTNAME_INVALID'),
    )
    expect(await client().get(`https://127.0.0.1:${port}/`)).toEqual(
      failedWith('ERR_TLS_CERT_ALTNAME_INVALID'),
    )
  })

  it('that is not trusted keeps the query from being sent', async () => {
    let requests = 0
    const port = await serving(selfSignedServer('DNS:localhost'), (_request, response) => {
      requests += 1
      response.end()
    })
    await client().get(`https://localhost:${port}/?pgtId=PGT-1`)
    expect(requests).toBe(0)
  })
})

describe('an application that behaves badly', () => {
  it('and accepts no connection, or ends it at once, fails', async () => {
    const closing = await tcpServer(() => undefined)
    await closing.stop()
    expect(await client().get(`https://localhost:${closing.port}/`)).toEqual(failedWith('ECONNREFUSED'))
    const resetting = await listening(tcpServer((socket) => socket.resetAndDestroy()))
    expect((await client().get(`https://localhost:${resetting}/`)).kind).toBe('failed')
  })

  it('and never finishes TLS, or never answers, fails in time', async () => {
    const silent = await listening(tcpServer(() => undefined))
    expect(await client().get(`https://localhost:${silent}/`)).toEqual(failedWith('no connection in time'))
    const mute = await serving(good, () => undefined)
    expect(await client().get(`https://localhost:${mute}/`)).toEqual(failedWith('no answer in time'))
    expect(await client().get(`https://localhost:${mute}/`, { timeoutMs: 50 })).toEqual(
      failedWith('took too long'),
    )
  })

  it('and speaks something else than HTTP fails', async () => {
    const port = await listening(tcpServer((socket) => socket.end('220 mail.example.org ESMTP\r\n')))
    expect((await client().get(`http://localhost:${port}/`, { allowHttp: true })).kind).toBe('failed')
  })

  it('and sends huge headers fails', async () => {
    const port = await serving(good, (_request, response) => {
      response.setHeader('X-Huge', 'a'.repeat(64 * 1024)).end()
    })
    expect(await client().get(`https://localhost:${port}/`)).toEqual(failedWith('HPE_HEADER_OVERFLOW'))
  })

  it.each<[string, RequestListener]>([
    ['a slow', (_request, response) => void response.writeHead(200).write('a')],
    [
      'an endless',
      (_request, response) => {
        const pour = (): boolean => response.writable && response.write(Buffer.alloc(16 * 1024), pour)
        pour()
      },
    ],
    [
      'a cut',
      (_request, response) =>
        void response.writeHead(200, { 'Content-Length': 9 }).write('a', () => response.destroy()),
    ],
  ])(
    'and sends %s body has answered all the same, and is not listened to for long',
    async (_what, onRequest) => {
      const port = await serving(good, onRequest)
      expect(await client().get(`https://localhost:${port}/`)).toEqual({ kind: 'answered', status: 200 })
    },
  )

  it('again and again is left alone for a while', async () => {
    const port = await serving(selfSignedServer('DNS:localhost'))
    const outbound = client()
    for (let i = 0; i < defaultLimits.failuresUntilRest; i++) await outbound.get(`https://localhost:${port}/`)
    expect(await outbound.get(`https://localhost:${port}/`)).toEqual(failedWith('left alone'))
  })
})

describe('an address', () => {
  it.each([
    'https://127.0.0.1/',
    'https://localhost/',
    'https://[::1]/',
    'https://0.0.0.0/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.96.0.1/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
  ])('that only this server reaches is refused: %s', async (url) => {
    expect(await client({ allow: [] }).get(url)).toEqual(refusedWith('not a public address'))
  })

  it('is judged behind the name, and the judged one is called: the name is asked once', async () => {
    const port = await serving(authority.issue('DNS:app.example.org'))
    let asked = 0
    const resolve = async () => {
      asked += 1
      return [{ address: asked === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 as const }]
    }
    const outbound = client({ resolve })
    expect((await outbound.get(`https://app.example.org:${port}/`)).kind).toBe('answered')
    expect(asked).toBe(1)
    expect(await outbound.get(`https://app.example.org:${port}/`)).toEqual(
      refusedWith('not a public address'),
    )
  })

  it('of a name that has a private one beside it is called alone', async () => {
    const port = await serving(authority.issue('DNS:app.example.org'))
    const resolve = async () => [
      { address: '10.0.0.1', family: 4 as const },
      { address: '127.0.0.1', family: 4 as const },
    ]
    expect((await client({ resolve }).get(`https://app.example.org:${port}/`)).kind).toBe('answered')
  })

  it('that nobody knows fails, also when the resolver never answers', async () => {
    const unknown = client({ resolve: async () => Promise.reject(new Error('ENOTFOUND')) })
    expect(await unknown.get('https://app.example.org/')).toEqual(failedWith('ENOTFOUND'))
    const silent = client({ resolve: () => new Promise(() => undefined) })
    expect(await silent.get('https://app.example.org/', { timeoutMs: 50 })).toEqual(
      failedWith('took too long'),
    )
  })
})
