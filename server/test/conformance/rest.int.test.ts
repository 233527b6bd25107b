/** The REST protocol of CAS, call by call: what succeeds, and each way to fail. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '../../../tools/system/ports.ts'
import { ticketIn } from '../testing/browser.ts'
import {
  aloneService,
  type ConformancePool,
  casuser,
  service,
  startConformancePool,
  unregisteredService,
} from '../testing/conformance-pool.ts'

let pool: ConformancePool
beforeAll(async () => {
  pool = await startConformancePool('conformance-rest')
}, 60_000)
afterAll(() => pool?.stop())

const plain = { accept: 'text/plain' }
const json = { 'content-type': 'application/json' }
const newSession = async (fields: Record<string, string> = {}): Promise<string> =>
  (await pool.ask('/v1/tickets', { body: { ...casuser, ...fields }, headers: plain })).body
const grant = (id: string, body: Record<string, string> = { service }) =>
  pool.ask(`/v1/tickets/${id}`, { body })
const unknownId = `TGT-${'a'.repeat(50)}`

describe('POST /v1/tickets', () => {
  it('REST POST /v1/tickets: 201 with the address of the session in Location', async () => {
    const answer = await pool.ask('/v1/tickets', { body: casuser })
    expect(answer.status).toBe(201)
    expect(answer.location).toMatch(/^https:\/\/sso\.example\.org\/cas\/v1\/tickets\/TGT-[A-Za-z0-9-]+$/)
  })

  it('REST POST /v1/tickets: the body is a page with a form when Accept is */* or text/html', async () => {
    for (const accept of ['*/*', 'text/html']) {
      const answer = await pool.ask('/v1/tickets', { body: casuser, headers: { accept } })
      expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
      expect(answer.body).toContain(`action="${answer.location}"`)
    }
  })

  it('REST POST /v1/tickets: otherwise the body is the bare id', async () => {
    const answer = await pool.ask('/v1/tickets', { body: casuser, headers: plain })
    expect(answer.location?.endsWith(`/v1/tickets/${answer.body}`)).toBe(true)
    expect(answer.body).toMatch(/^TGT-[A-Za-z0-9-]+$/)
  })

  it('REST POST /v1/tickets: rememberMe makes a remembered session', async () => {
    const { body: ticket } = await grant(await newSession({ rememberMe: 'true' }))
    const body = await pool.validate('/p3/serviceValidate', { service, ticket })
    expect(body).toContain('<cas:longTermAuthenticationRequestTokenUsed>true<')
  })

  it('REST POST /v1/tickets: 400 without credentials', async () => {
    for (const body of [{}, { username: 'casuser' }, { password: 'Mellon' }] as Record<string, string>[]) {
      expect((await pool.ask('/v1/tickets', { body })).status).toBe(400)
    }
  })

  it('REST POST /v1/tickets: 401 with bad credentials, and JSON with authentication_exceptions', async () => {
    const answer = await pool.ask('/v1/tickets', { body: { ...casuser, password: 'wrong' } })
    expect(answer.status).toBe(401)
    expect(JSON.parse(answer.body)).toEqual({ authentication_exceptions: ['FailedLoginException'] })
  })

  it('REST POST /v1/tickets: 415 with another media type', async () => {
    const answer = await pool.ask('/v1/tickets', { body: JSON.stringify(casuser), headers: json })
    expect(answer.status).toBe(415)
  })

  it('REST GET /v1/tickets: 405', async () => {
    expect((await pool.ask('/v1/tickets')).status).toBe(405)
  })
})

describe('POST /v1/tickets/{TGT}', () => {
  it('REST POST /v1/tickets/{TGT}: 200, and the body is a service ticket', async () => {
    const answer = await grant(await newSession())
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/plain/),
    ])
    expect(answer.body).toMatch(/^ST-[A-Za-z0-9-]+$/)
    const body = await pool.validate('/p3/serviceValidate', { service, ticket: answer.body })
    expect(body).toContain('<cas:user>casuser</cas:user>')
    expect(body).toContain('<cas:isFromNewLogin>false<')
  })

  it('REST POST /v1/tickets/{TGT}: the service may be named by TARGET', async () => {
    const { status, body: ticket } = await grant(await newSession(), { TARGET: service })
    expect(status).toBe(200)
    expect(await pool.validate('/serviceValidate', { service, ticket })).toContain('<cas:user>')
  })

  it('REST POST /v1/tickets/{TGT}: 404 for an unknown or ended session, and the text names the escaped id', async () => {
    const ended = await newSession()
    await pool.ask(`/v1/tickets/${ended}`, { method: 'DELETE' })
    for (const id of [unknownId, ended, 'TGT-%3Cb%3E']) {
      const answer = await grant(id)
      expect(answer.status).toBe(404)
      expect(answer.body).toContain(id.includes('%') ? '&#60;b&#62;' : id)
      expect(answer.body).not.toContain('<b>')
    }
  })

  it('REST POST /v1/tickets/{TGT}: 400 without a service, or with one that is not registered', async () => {
    const id = await newSession()
    for (const body of [{}, { service: unregisteredService }] as Record<string, string>[]) {
      expect((await grant(id, body)).status).toBe(400)
    }
  })

  it('REST POST /v1/tickets/{TGT}: 401 for renew with bad credentials', async () => {
    const answer = await grant(await newSession(), { service, renew: 'true', ...casuser, password: 'no' })
    expect(answer.status).toBe(401)
  })

  it('REST POST /v1/tickets/{TGT}: 415 with another media type', async () => {
    const path = `/v1/tickets/${await newSession()}`
    expect((await pool.ask(path, { body: JSON.stringify({ service }), headers: json })).status).toBe(415)
  })

  it('REST POST /v1/tickets/{TGT} with renew and credentials: the ticket is usable with renew at validation', async () => {
    const id = await newSession()
    for (const url of [service, aloneService]) {
      const { body: ticket } = await grant(id, { service: url, renew: 'true', ...casuser })
      const body = await pool.validate('/p3/serviceValidate', { service: url, ticket, renew: 'true' })
      expect(body).toContain('<cas:isFromNewLogin>true<')
    }
  })
})

describe('the state and the end of a ticket', () => {
  it('REST GET /v1/tickets/{id}: 200 with the id, for any type of ticket', async () => {
    const tgt = await newSession()
    const { body: st } = await grant(tgt)
    for (const id of [tgt, st, await pool.grantingTicket(), await pool.proxyTicket(service)]) {
      const answer = await pool.ask(`/v1/tickets/${id}`)
      expect([answer.status, answer.body]).toEqual([200, id])
    }
  })

  it('REST GET /v1/tickets/{id}: asking spends nothing', async () => {
    const { body: ticket } = await grant(await newSession())
    await pool.ask(`/v1/tickets/${ticket}`)
    expect(await pool.validate('/serviceValidate', { service, ticket })).toContain('<cas:user>')
  })

  it('REST GET /v1/tickets/{id}: 404 for what is unknown, spent or ended', async () => {
    const { body: spent } = await grant(await newSession())
    await pool.validate('/serviceValidate', { service, ticket: spent })
    const ended = await newSession()
    await pool.ask(`/v1/tickets/${ended}`, { method: 'DELETE' })
    for (const id of [unknownId, 'x', spent, ended]) {
      expect((await pool.ask(`/v1/tickets/${id}`)).status).toBe(404)
    }
  })

  it('REST DELETE /v1/tickets/{TGT}: 200, and the session has ended', async () => {
    const id = await newSession()
    expect((await pool.ask(`/v1/tickets/${id}`, { method: 'DELETE' })).status).toBe(200)
    expect((await grant(id)).status).toBe(404)
  })

  it('REST DELETE /v1/tickets/{TGT}: 200 for an unknown id as well', async () => {
    expect((await pool.ask(`/v1/tickets/${unknownId}`, { method: 'DELETE' })).status).toBe(200)
  })

  it('REST DELETE /v1/tickets/{TGT}: single logout begins', async () => {
    const application = await pool.application()
    const id = await newSession()
    const { body: ticket } = await grant(id, { service: application.service })
    await pool.validate('/serviceValidate', { service: application.service, ticket })
    await pool.ask(`/v1/tickets/${id}`, { method: 'DELETE' })
    await until('the application is told', async () => application.posts.length > 0)
    await application.stop()
  })

  it('REST DELETE /v1/tickets/{TGT}: a session of a browser is the same, and ends as well', async () => {
    const browser = await pool.signedIn()
    const ticket = ticketIn(await browser.get('/login', { service }))
    await pool.ask(`/v1/tickets/${browser.cookie('TGC')}`, { method: 'DELETE' })
    expect((await browser.get('/login', { service })).location).toBeUndefined()
    expect(await pool.validate('/serviceValidate', { service, ticket })).toContain('INVALID_TICKET')
  })
})

describe('POST /v1/users', () => {
  it('REST POST /v1/users: 200 and JSON with principal and attributes', async () => {
    const answer = await pool.ask('/v1/users', { body: casuser })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^application\/json/),
    ])
    const { principal } = JSON.parse(answer.body)
    expect(principal.id).toBe('casuser')
    expect(principal.attributes.mail).toEqual(['casuser@example.org'])
  })

  it('REST POST /v1/users: 401 with bad credentials', async () => {
    expect((await pool.ask('/v1/users', { body: { ...casuser, password: 'no' } })).status).toBe(401)
  })

  it('REST POST /v1/users: 400 without credentials', async () => {
    expect((await pool.ask('/v1/users', { body: {} })).status).toBe(400)
  })
})
