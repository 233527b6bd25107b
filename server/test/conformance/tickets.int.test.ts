/** CAS protocol 3.0.3, what tickets and the cookie are made of, and how long they are good. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '../../../tools/system/ports.ts'
import { ticketIn } from '../testing/browser.ts'
import {
  type ConformancePool,
  casuser,
  codeIn,
  hurriedService,
  service,
  startConformancePool,
} from '../testing/conformance-pool.ts'
import { elementIn } from '../testing/proxy-application.ts'

let pool: ConformancePool
beforeAll(async () => {
  pool = await startConformancePool('conformance-tickets')
}, 60_000)
afterAll(() => pool?.stop())

/** Of each kind one, and the value of the cookie. */
async function oneOfEach(): Promise<Record<'st' | 'pt' | 'pgt' | 'iou' | 'tgt' | 'tgc', string>> {
  const browser = await pool.signedIn()
  const st = ticketIn(await browser.get('/login', { service }))
  const application = await pool.field.application()
  const query = { service, ticket: st, pgtUrl: application.callback }
  const iou = elementIn(await pool.validate('/serviceValidate', query), 'proxyGrantingTicket')
  const pgt = application.pgtOf(iou)
  const pt = elementIn(await pool.validate('/proxy', { pgt, targetService: service }), 'proxyTicket')
  const tgt = (await pool.ask('/v1/tickets', { body: casuser, headers: { accept: 'text/plain' } })).body
  return { st, pt, pgt, iou, tgt, tgc: browser.cookie('TGC') ?? '' }
}
const setCookie = async (fields: Record<string, string> = {}): Promise<string> => {
  const answer = await pool.browser().signIn({ ...casuser, ...fields })
  return answer.headers.getSetCookie().find((line) => line.startsWith('TGC=')) ?? ''
}

describe('tickets', () => {
  it('3.1.1 A service ticket MUST be valid only for the service that it was granted for', async () => {
    for (const url of [`${service}/`, `${service}?a=1`, 'https://app.example.org/', hurriedService]) {
      const query = { service: url, ticket: await pool.serviceTicket() }
      expect(codeIn(await pool.validate('/serviceValidate', query))).toBe('INVALID_SERVICE')
    }
  })

  it('3.1.1 A service ticket MUST be good for one attempt, whether or not that was successful', async () => {
    const attempts = [{}, { renew: 'true' }, { service: hurriedService }, { pgtUrl: 'http://x/' }]
    for (const attempt of attempts) {
      const ticket = ticketIn(await (await pool.signedIn()).get('/login', { service }))
      await pool.validate('/serviceValidate', { service, ticket, ...attempt })
      const again = await pool.validate('/serviceValidate', { service, ticket })
      expect(codeIn(again)).toBe('INVALID_TICKET')
    }
  })

  it('3.1.1 Of many attempts at once, at both servers, at most one is successful', async () => {
    const ticket = await pool.serviceTicket()
    const attempts = Array.from({ length: 20 }, () => pool.validate('/serviceValidate', { service, ticket }))
    const successes = (await Promise.all(attempts)).filter((body) => body.includes('<cas:user>'))
    expect(successes).toHaveLength(1)
  })

  it('3.1.1 A service ticket SHOULD expire soon, and MUST NOT be valid afterwards', async () => {
    const ticket = await pool.serviceTicket(hurriedService)
    await until('the ticket has expired', async () => {
      return (await pool.ask(`/v1/tickets/${ticket}`)).status === 404
    })
    const body = await pool.validate('/serviceValidate', { service: hurriedService, ticket })
    expect(codeIn(body)).toBe('INVALID_TICKET')
  })

  it('3.1.1 A service ticket MUST be worth nothing after the logout of its session', async () => {
    const browser = await pool.signedIn()
    const ticket = ticketIn(await browser.get('/login', { service }))
    await browser.get('/logout')
    expect(codeIn(await pool.validate('/serviceValidate', { service, ticket }))).toBe('INVALID_TICKET')
  })

  it('3.1.1 Service tickets MUST begin with ST-', async () => {
    expect(await pool.serviceTicket()).toMatch(/^ST-/)
  })

  it('3.1.1 The service identifier SHOULD NOT be in the ticket', async () => {
    expect(await pool.serviceTicket()).not.toMatch(/example|start/)
  })

  it('3.1.1 No ticket is longer than 256 characters, an IOU and a proxy-granting ticket not longer than 64', async () => {
    const { iou, pgt, ...others } = await oneOfEach()
    for (const ticket of Object.values(others)) expect(ticket.length).toBeLessThanOrEqual(256)
    for (const ticket of [iou, pgt]) expect(ticket.length).toBeLessThanOrEqual(64)
  })

  it('3.3.1 Proxy-granting tickets SHOULD begin with PGT-, IOUs SHOULD begin with PGTIOU-', async () => {
    const { pgt, iou } = await oneOfEach()
    expect([pgt, iou]).toEqual([expect.stringMatching(/^PGT-/), expect.stringMatching(/^PGTIOU-/)])
  })

  it('3.4.1 An IOU MUST NOT be a ticket, nor hold any part of the one that it stands for', async () => {
    const { pgt, iou } = await oneOfEach()
    const [random = ''] = pgt.split('-').slice(1)
    for (let i = 0; i + 6 <= random.length; i++) expect(iou).not.toContain(random.slice(i, i + 6))
    expect(await pool.validate('/proxy', { pgt: iou, targetService: service })).toContain('proxyFailure')
  })

  it('3.7 Every ticket and the value of the cookie MUST hold letters, digits and hyphens only', async () => {
    for (const text of Object.values(await oneOfEach())) expect(text).toMatch(/^[A-Za-z0-9-]+$/)
  })

  it('3.8.1 Ticket-granting tickets SHOULD begin with TGT-', async () => {
    const { tgt, tgc } = await oneOfEach()
    expect([tgt, tgc]).toEqual([expect.stringMatching(/^TGT-/), expect.stringMatching(/^TGT-/)])
  })

  it('3.8.1 A ticket-granting ticket can be used again and again, and MUST expire at logout', async () => {
    const browser = await pool.signedIn()
    const id = browser.cookie('TGC') ?? ''
    for (let i = 0; i < 3; i++) expect((await browser.get('/login', { service })).status).toBe(302)
    await browser.get('/logout')
    expect((await pool.ask(`/v1/tickets/${id}`, { body: { service } })).status).toBe(404)
  })

  it('3.8.1 Tickets MUST hold adequate random data: none is seen twice, no two share a long beginning', async () => {
    const browser = await pool.signedIn()
    const seen = new Set<string>()
    for (let i = 0; i < 30; i++) {
      seen.add(ticketIn(await browser.get('/login', { service })).slice(0, 13))
    }
    expect(seen.size).toBe(30)
    expect((await pool.serviceTicket()).length).toBeGreaterThanOrEqual(32)
  })
})

describe('the cookie', () => {
  it('3.6.1 It SHALL end with the session of the browser', async () => {
    expect(await setCookie()).not.toMatch(/max-age|expires/i)
  })

  it('3.6.1 Its path SHALL be as restrictive as possible', async () => {
    expect(await setCookie()).toContain('; Path=/cas;')
  })

  it('3.6.1 Its name SHOULD begin with TGC', async () => {
    expect(await setCookie()).toMatch(/^TGC/)
  })

  it('3.6.1 It is kept from scripts, from plain HTTP and from posts of other sites', async () => {
    const line = await setCookie({ rememberMe: 'true' })
    for (const part of ['HttpOnly', 'Secure', 'SameSite=Lax']) expect(line).toContain(part)
  })
})
