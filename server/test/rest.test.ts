/** The REST protocol cell by cell, over HTTP, each request at the other of two servers. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { definition } from '../cas/testing/samples.ts'
import type { Answer } from './testing/browser.ts'
import { roundRobin } from './testing/http-client.ts'
import { type Pool, startPool } from './testing/pool.ts'

const service = 'https://app.example.org/start?x=1'
const casuser = { username: 'casuser', password: 'Mellon' }
const enabled = { 'caspool.rest.enabled': 'true', 'cas.ticket.tgt.remember-me.enabled': 'true' }
const serverUrl = 'https://sso.example.org/cas'
const aloneUrl = 'https://alone.example.org/'
const adminsUrl = 'https://admins.example.org/'
const offUrl = 'https://off.example.org/'
const services = [
  definition(),
  { ...definition({ ssoEnabled: false }), id: 2n, serviceId: '^https://alone\\.example\\.org/.*$' },
  {
    ...definition({ requiredAttributes: { memberOf: ['admins'] } }),
    id: 3n,
    serviceId: '^https://admins\\.example\\.org/.*$',
  },
  { ...definition({ enabled: false }), id: 4n, serviceId: '^https://off\\.example\\.org/.*$' },
]
let pool: Pool
let plain: Pool
const call = roundRobin(() => pool)

beforeAll(async () => {
  pool = await startPool({ servers: 2, services, properties: enabled, serverUrl })
  plain = await startPool()
})
afterAll(() => Promise.all([pool.stop(), plain.stop()]))

const text = { accept: 'text/plain' }
const newTgt = async (fields: Record<string, string> = casuser): Promise<string> =>
  (await call('/v1/tickets', { body: fields, headers: text })).body
const grant = (tgt: string, body: Record<string, string> = { service }): Promise<Answer> =>
  call(`/v1/tickets/${tgt}`, { body })
const validate = async (ticket: string, query: Record<string, string> = {}): Promise<string> =>
  (await call(`/p3/serviceValidate?${new URLSearchParams({ service, ticket, ...query })}`)).body
const exceptions = (answer: Answer): unknown => JSON.parse(answer.body).authentication_exceptions

describe('POST /v1/tickets', () => {
  it('answers 201, the address of the TGT, and a page whose form leads there', async () => {
    for (const accept of ['*/*', 'text/html', '', 'text/html,application/xml;q=0.9']) {
      const answer = await call('/v1/tickets', { body: casuser, headers: { accept } })
      expect(answer.status).toBe(201)
      expect(answer.location).toMatch(/^https:\/\/sso\.example\.org\/cas\/v1\/tickets\/TGT-[a-z0-9]{50}$/)
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer.body).toContain(`<form action="${answer.location}" method="POST">`)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.getSetCookie()).toEqual([])
    }
  })

  it.each(['text/plain', 'application/json', 'application/xml'])(
    'answers the bare id to Accept: %s',
    async (accept) => {
      const answer = await call('/v1/tickets', { body: casuser, headers: { accept } })
      expect(answer.status).toBe(201)
      expect(answer.body).toMatch(/^TGT-[a-z0-9]{50}$/)
      expect(answer.location).toBe(`${serverUrl}/v1/tickets/${answer.body}`)
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    },
  )

  it('takes the address from the public URL, never from the request', async () => {
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
    const answer = await call('/v1/tickets', { body: casuser, headers })
    expect(answer.location).toMatch(/^https:\/\/sso\.example\.org\//)
    expect(answer.body).not.toContain('evil')
  })

  it.each([{}, { username: 'casuser' }, { password: 'Mellon' }, { username: '', password: '' }] as Record<
    string,
    string
  >[])('with %j answers 400', async (body) => {
    expect((await call('/v1/tickets', { body })).status).toBe(400)
  })

  it.each([
    ['a wrong password', { username: 'casuser', password: 'Melone' }],
    ['an unknown user', { username: 'nobody', password: 'Mellon' }],
    ['LDAP metacharacters', { username: '*()\\', password: '*' }],
    ['a password far too long', { username: 'casuser', password: 'x'.repeat(1500) }],
  ])('with %s answers 401 and one and the same reason', async (_what, body) => {
    const answer = await call('/v1/tickets', { body })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(exceptions(answer)).toEqual(['FailedLoginException'])
  })

  it.each([
    ['application/json', '{"username":"casuser","password":"Mellon"}'],
    ['text/plain', 'username=casuser&password=Mellon'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/x-www-form-urlencoded+xml', 'username=casuser&password=Mellon'],
  ])('of the media type %s answers 415', async (type, body) => {
    for (const path of ['/v1/tickets', `/v1/tickets/${await newTgt()}`, '/v1/users']) {
      expect((await call(path, { body, headers: { 'content-type': type } })).status).toBe(415)
    }
  })

  it('takes no credentials from the query', async () => {
    const answer = await call('/v1/tickets?username=casuser&password=Mellon', { body: { service } })
    expect(answer.status).toBe(400)
  })

  it('refuses repeated, operator-like and control values, and reflects nothing', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const body of [
      'username=casuser&username=jsmith&password=Mellon',
      'username[$ne]=x&password[$ne]=x',
      'username=cas%00user&password=Mellon',
      'username=%3Cscript%3E%0d%0a&password=Mellon',
    ]) {
      const answer = await call('/v1/tickets', { body, headers })
      expect(answer.status).toBe(400)
      expect(answer.body).not.toContain('script')
    }
  })

  it('with a service that is not registered or switched off answers 400', async () => {
    for (const url of ['https://evil.example/', offUrl]) {
      expect((await call('/v1/tickets', { body: { ...casuser, service: url } })).status).toBe(400)
    }
    expect((await call('/v1/tickets', { body: { ...casuser, service } })).status).toBe(201)
  })

  it('with rememberMe is reported to services', async () => {
    const tgt = await newTgt({ ...casuser, rememberMe: 'true' })
    expect(await validate((await grant(tgt)).body)).toContain('TokenUsed>true<')
  })
})

describe('GET /v1/tickets', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH'])('by %s answers 405', async (method) => {
    const answer = await call('/v1/tickets', { method })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST, OPTIONS')
  })
})

describe('POST /v1/tickets/{TGT}', () => {
  it('answers 200 and a service ticket that is good for one validation, not for renew', async () => {
    const tgt = await newTgt()
    const answer = await grant(tgt)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.body).toMatch(/^ST-[a-z0-9]{50}$/)
    expect(await validate(answer.body)).toContain('<cas:user>casuser</cas:user>')
    expect(await validate(answer.body)).toContain('INVALID_TICKET')
    expect(await validate((await grant(tgt)).body, { renew: 'true' })).toContain('INVALID_TICKET')
  })

  it('takes TARGET for service', async () => {
    const { body } = await grant(await newTgt(), { TARGET: service })
    expect(await validate(body)).toContain('<cas:user>casuser</cas:user>')
  })

  it('with renew and credentials answers a ticket that is usable with renew at validation', async () => {
    const answer = await grant(await newTgt(), { service, renew: 'true', ...casuser })
    expect(answer.status).toBe(200)
    expect(await validate(answer.body, { renew: 'true' })).toContain('<cas:user>casuser</cas:user>')
  })

  it.each([
    ['bad credentials', { username: 'casuser', password: 'no' }, 401, 'FailedLoginException'],
    [
      'those of another user',
      { username: 'jsmith', password: 'Speakfriend' },
      401,
      'MixedPrincipalException',
    ],
    ['none', {}, 400, undefined],
  ])('with renew and %s is refused', async (_what, fields, status, exception) => {
    const answer = await grant(await newTgt(), { service, renew: 'true', ...fields } as never)
    expect(answer.status).toBe(status)
    if (exception !== undefined) expect(exceptions(answer)).toEqual([exception])
  })

  it('for a service outside single sign-on wants credentials each time', async () => {
    const tgt = await newTgt()
    expect((await grant(tgt, { service: aloneUrl })).status).toBe(401)
    expect((await grant(tgt, { service: aloneUrl, renew: 'true', ...casuser })).status).toBe(200)
  })

  it.each([
    ['no service', {}],
    ['an empty service', { service: '' }],
    ['a service that is not registered', { service: 'https://evil.example/' }],
    ['a service that is switched off', { service: offUrl }],
    ['no URL', { service: 'javascript:alert(1)' }],
  ])('with %s answers 400', async (_what, fields) => {
    const answer = await grant(await newTgt(), fields as Record<string, string>)
    expect(answer.status).toBe(400)
    expect(answer.body).not.toContain('evil')
  })

  it('for a service that the user may not use answers 401', async () => {
    const tgt = await newTgt({ username: 'jsmith', password: 'Speakfriend' })
    const answer = await grant(tgt, { service: adminsUrl })
    expect(answer.status).toBe(401)
    expect(exceptions(answer)).toEqual(['PrincipalException'])
  })

  it.each([
    ['an unknown TGT', `TGT-${'a'.repeat(50)}`, `TGT-${'a'.repeat(50)} `],
    ['markup', '%3Cscript%3Ealert(1)%3C%2Fscript%3E', '&#60;script&#62;alert(1)&#60;/script&#62; '],
    ['a slash', 'TGT%2F..%2F..', 'TGT/../.. '],
    ['regular expression characters', 'TGT-.%2A', 'TGT-.* '],
  ])('of %s answers 404 and names the id, escaped', async (_what, id, named) => {
    const answer = await grant(id)
    expect(answer.status).toBe(404)
    expect(answer.body).toContain(named)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each(['%ff', '%', 'a/b', '..%2e'])('of the path %j answers a client error', async (id) => {
    const { status } = await grant(id)
    expect([400, 404]).toContain(status)
  })

  it('of an expired TGT, or of another type of ticket, answers 404', async () => {
    const tgt = await newTgt()
    const st = (await grant(tgt)).body
    expect((await grant(st)).status).toBe(404)
    pool.clock.advanceMs(7_200_000)
    expect((await grant(tgt)).status).toBe(404)
  })
})

describe('GET /v1/tickets/{id}', () => {
  it('answers 200 and the id of a live ticket of any type, and leaves it as it is', async () => {
    const tgt = await newTgt()
    const st = (await grant(tgt)).body
    for (const id of [tgt, st, st]) {
      const answer = await call(`/v1/tickets/${id}`)
      expect([answer.status, answer.body]).toEqual([200, id])
    }
    expect(await validate(st)).toContain('<cas:user>casuser</cas:user>')
    expect((await call(`/v1/tickets/${st}`)).status).toBe(404)
  })

  it('answers 404 for expired, ended and unknown ones', async () => {
    const tgt = await newTgt()
    const st = (await grant(tgt)).body
    pool.clock.advanceMs(30_000)
    expect((await call(`/v1/tickets/${st}`)).status).toBe(404)
    const second = (await grant(tgt)).body
    await call(`/v1/tickets/${tgt}`, { method: 'DELETE' })
    for (const id of [tgt, second, `PGT-${'a'.repeat(50)}`, `PT-${'a'.repeat(50)}`, 'x']) {
      expect((await call(`/v1/tickets/${id}`)).status).toBe(404)
    }
  })
})

describe('DELETE /v1/tickets/{TGT}', () => {
  it('answers 200 and ends the session and all tickets of it', async () => {
    const tgt = await newTgt()
    const st = (await grant(tgt)).body
    const answer = await call(`/v1/tickets/${tgt}`, { method: 'DELETE' })
    expect([answer.status, answer.body]).toEqual([200, tgt])
    expect((await grant(tgt)).status).toBe(404)
    expect(await validate(st)).toContain('INVALID_TICKET')
  })

  it('answers 200 for an unknown id, and does nothing to a service ticket', async () => {
    expect((await call(`/v1/tickets/TGT-${'b'.repeat(50)}`, { method: 'DELETE' })).status).toBe(200)
    const st = (await grant(await newTgt())).body
    const answer = await call(`/v1/tickets/${st}`, { method: 'DELETE' })
    expect([answer.status, answer.body]).toEqual([200, ''])
    expect(await validate(st)).toContain('<cas:user>casuser</cas:user>')
  })
})

describe('POST /v1/users', () => {
  it('answers 200 and who it is, in JSON, and opens no session', async () => {
    const answer = await call('/v1/users', { body: casuser })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({
      principal: {
        id: 'casuser',
        attributes: { mail: ['casuser@example.org'], memberOf: ['staff', 'admins'] },
      },
    })
    expect(answer.body).not.toContain('TGT-')
  })

  it.each([
    ['no credentials', {}, 400],
    ['bad credentials', { username: 'casuser', password: 'no' }, 401],
    ['a service that is not registered', { ...casuser, service: 'https://evil.example/' }, 400],
    ['a service of others', { username: 'jsmith', password: 'Speakfriend', service: adminsUrl }, 401],
  ])('with %s is refused', async (_what, body, status) => {
    expect((await call('/v1/users', { body: body as Record<string, string> })).status).toBe(status)
  })
})

it('the REST protocol is not there unless it is turned on', async () => {
  const off = roundRobin(() => plain)
  for (const [path, method] of [
    ['/v1/tickets', 'POST'],
    ['/v1/tickets', 'GET'],
    ['/v1/tickets/TGT-1', 'DELETE'],
    ['/v1/users', 'POST'],
  ] as const) {
    const answer = await off(path, { method, ...(method === 'POST' && { body: casuser }) })
    expect(answer.status).toBe(404)
  }
})
