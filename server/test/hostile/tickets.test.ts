/** Tickets that are replayed, guessed, mixed up, malformed, stolen or planted. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type Clock, systemRandom } from '../../../common/clock.ts'
import { createLog } from '../../../common/log.ts'
import { definition } from '../../cas/testing/samples.ts'
import { memoryTicketStore } from '../../stores/memory/ticket-store.ts'
import { newTicketGrantingTicketId } from '../../tickets/ticket-id.ts'

import {
  casuser,
  codeOf,
  type HostilePool,
  sendRaw,
  service,
  startHostilePool,
} from '../testing/hostile-pool.ts'
import { elementIn, proxyField } from '../testing/proxy-application.ts'

const proxy = { kind: 'matching', pattern: 'https://localhost:[0-9]+/callback' } as const
const field = proxyField()
const lines: string[] = []
const log = createLog('test', 'debug', { write: (line: string) => void lines.push(line) })
let hostile: HostilePool

beforeAll(async () => {
  const services = [{ ...definition(), proxy }]
  hostile = await startHostilePool({ services, outbound: field.outbound, log })
})
afterAll(async () => {
  await hostile.pool.stop()
  await field.stop()
})

/** One of each kind, all good for something. */
async function oneOfEach(): Promise<Record<'ST' | 'PT' | 'PGT' | 'PGTIOU' | 'TGT' | 'LT', string>> {
  const { callback, pgtOf } = await field.application()
  const body = await hostile.validate({ service, ticket: await hostile.ticket(), pgtUrl: callback })
  const iou = elementIn(body, 'proxyGrantingTicket')
  const pgt = pgtOf(iou)
  const granted = await hostile.call(`/proxy?${new URLSearchParams({ pgt, targetService: service })}`)
  const page = (await hostile.pool.browser().get('/login')).body
  return {
    ST: await hostile.ticket(),
    PT: elementIn(granted.body, 'proxyTicket'),
    PGT: pgt,
    PGTIOU: iou,
    TGT: hostile.tgt,
    LT: /name="lt" value="([^"]+)"/.exec(page)?.[1] ?? '',
  }
}

const validations = [
  '/validate',
  '/serviceValidate',
  '/proxyValidate',
  '/p3/serviceValidate',
  '/p3/proxyValidate',
]

describe('hostile input 9: replay', () => {
  it.each(validations)('a ticket is good once, and never again at any server: %s', async (path) => {
    const ticket = await hostile.ticket()
    const answers = []
    for (let i = 0; i < 4; i++) answers.push(await hostile.validate({ service, ticket }, path))
    expect(answers.map((body) => body.includes('casuser'))).toEqual([true, false, false, false])
  })

  it('of fifty attempts at the same moment, at both servers, one is successful', async () => {
    const ticket = await hostile.ticket()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => hostile.validate({ service, ticket }, validations[i % 5])),
    )
    expect(answers.filter((body) => body.includes('casuser'))).toHaveLength(1)
  })

  it('a ticket is known at the other server in the moment of its issue', async () => {
    for (let i = 0; i < 20; i++) {
      const [browser, other] = [
        hostile.browser.at(hostile.pool.url(i % 2)),
        hostile.pool.browser((i + 1) % 2),
      ]
      const { location } = await browser.get('/login', { service })
      const ticket = new URL(location ?? '').searchParams.get('ticket') ?? ''
      expect((await other.get('/serviceValidate', { service, ticket })).body).toContain('casuser')
    }
  })
})

describe('hostile input 10: wrong attempts and time', () => {
  it('the wrong service first, then the right one: both fail', async () => {
    const ticket = await hostile.ticket()
    expect(codeOf(await hostile.validate({ service: `${service}x`, ticket }))).toBe('INVALID_SERVICE')
    expect(codeOf(await hostile.validate({ service, ticket }))).toBe('INVALID_TICKET')
  })

  it('renew that is not met first, then without: both fail', async () => {
    const ticket = await hostile.ticket()
    expect(codeOf(await hostile.validate({ service, ticket, renew: 'true' }))).toBe('INVALID_TICKET')
    expect(codeOf(await hostile.validate({ service, ticket }))).toBe('INVALID_TICKET')
  })

  it('a ticket that has expired by a millisecond fails, one that has a millisecond left does not', async () => {
    const { clock } = hostile.pool
    const early = await hostile.ticket()
    clock.advanceMs(29_999)
    expect(await hostile.validate({ service, ticket: early })).toContain('casuser')
    const late = await hostile.ticket()
    clock.advanceMs(30_000)
    expect(codeOf(await hostile.validate({ service, ticket: late }))).toBe('INVALID_TICKET')
  })

  it('clocks that differ between servers give a ticket no second attempt, and an expired one no first', async () => {
    const memory = hostile.pool.clock
    const ahead: Clock = { now: () => memory.now() + 31_000 }
    const store = memoryTicketStore({ clock: memory })
    const one = await startHostilePool({ tickets: store, clock: memory, servers: 1 })
    const two = await startHostilePool({ tickets: store, clock: ahead, servers: 1 })
    const tickets = [await one.ticket(), await one.ticket()]
    expect(codeOf(await two.validate({ service, ticket: tickets[0] ?? '' }))).toBe('INVALID_TICKET')
    expect(codeOf(await one.validate({ service, ticket: tickets[0] ?? '' }))).toBe('INVALID_TICKET')
    expect(await one.validate({ service, ticket: tickets[1] ?? '' })).toContain('casuser')
    expect(codeOf(await two.validate({ service, ticket: tickets[1] ?? '' }))).toBe('INVALID_TICKET')
    await Promise.all([one.pool.stop(), two.pool.stop()])
  })
})

describe('hostile input 11: tickets at the wrong door, and what are none', () => {
  it.each(['PGT', 'PGTIOU', 'TGT', 'LT'] as const)('a %s validates nowhere', async (kind) => {
    const tickets = await oneOfEach()
    for (const path of validations) {
      expect(await hostile.validate({ service, ticket: tickets[kind] }, path)).not.toContain('casuser')
    }
  })

  it('a proxy ticket validates where proxy tickets are taken, and is spent by an attempt elsewhere', async () => {
    for (const path of ['/validate', '/serviceValidate', '/p3/serviceValidate']) {
      const { PT: ticket } = await oneOfEach()
      expect(await hostile.validate({ service, ticket }, path)).not.toContain('casuser')
      expect(codeOf(await hostile.validate({ service, ticket }, '/proxyValidate'))).toBe('INVALID_TICKET')
    }
  })

  it.each(['ST', 'PT', 'PGTIOU', 'TGT', 'LT'] as const)('a %s grants no proxy ticket', async (kind) => {
    const pgt = (await oneOfEach())[kind]
    expect(codeOf(await hostile.validate({ pgt, targetService: service }, '/proxy'))).toBe('INVALID_TICKET')
  })

  it.each(['ST', 'PT', 'PGT', 'PGTIOU', 'LT'] as const)(
    'a %s is no session, neither in the cookie nor by REST',
    async (kind) => {
      const id = (await oneOfEach())[kind]
      const browser = hostile.pool.browser()
      browser.setCookie('TGC', id)
      expect((await browser.get('/login', { service })).body).toContain('name="password"')
      expect((await hostile.call(`/v1/tickets/${id}`, { body: { service } })).status).toBe(404)
    },
  )

  it.each([
    '<cas:authenticationSuccess><cas:user>admin</cas:user>',
    '<script>alert(1)</script>',
    '"\'><img src=x onerror=alert(1)>',
    ']]>',
    '&service=https://evil.example/&ticket=',
    '%26service%3Dhttps://evil.example/',
    '$ne',
    '{"$gt":""}',
    '../../etc/passwd',
    'ö😀',
    'a'.repeat(10_000),
    '\0',
    '\r\nSet-Cookie: a=b',
  ])('a ticket of %j is refused, and nothing of it comes back', async (text) => {
    for (const path of validations) {
      for (const ticket of [text, `ST-${text}`]) {
        const answer = await hostile.call(`${path}?${new URLSearchParams({ service, ticket })}`)
        expect(answer.status).toBe(200)
        expect(answer.body).not.toMatch(/Success|script|alert|evil|passwd|aaaa|admin|\$|ö/)
        expect(answer.headers.getSetCookie()).toEqual([])
      }
    }
  })

  it('a ticket as a list or an object is no ticket', async () => {
    const ticket = await hostile.ticket()
    for (const name of ['ticket[]', 'ticket[0]', 'ticket[$ne]', 'ticket.$gt', '__proto__[ticket]']) {
      expect(codeOf(await hostile.validate({ service, [name]: ticket }))).toBe('INVALID_REQUEST')
    }
    const twice = await hostile.call(`/serviceValidate?service=${service}&ticket=${ticket}&ticket=${ticket}`)
    expect(codeOf(twice.body)).toBe('INVALID_REQUEST')
    expect(await hostile.validate({ service, ticket })).toContain('casuser')
  })
})

describe('hostile input 12: paths of the REST protocol', () => {
  const odd = [
    '..',
    '.',
    '%2e%2e',
    '%2e%2e%2fusers',
    'a%2Fb',
    '%00',
    '%ff',
    '%',
    '.*',
    '^TGT-',
    'TGT-.*',
    '%24ne',
    '%3Cb%3E',
  ]

  it.each(odd)('%s names no session', async (id) => {
    for (const path of [`/v1/tickets/${id}`, `/v1/tickets/${hostile.tgt.slice(0, 9)}${id}`]) {
      for (const method of ['GET', 'POST']) {
        const answer = await sendRaw(hostile.pool.url(), { method, path })
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expect(answer.status).toBeLessThan(500)
        expect(answer.body).not.toMatch(/<b>|ST-/)
      }
      expect((await sendRaw(hostile.pool.url(), { method: 'DELETE', path })).status).toBeLessThan(500)
    }
    expect(await hostile.ticket()).toMatch(/^ST-/)
  })

  it('a path behind the id is no page', async () => {
    for (const path of [`/v1/tickets/${hostile.tgt}/x`, `/v1/tickets/${hostile.tgt}/`, '/v1/tickets//']) {
      expect((await hostile.call(path)).status).toBe(404)
    }
  })

  it('DELETE of a ticket of another kind ends nothing', async () => {
    const tickets = await oneOfEach()
    for (const kind of ['ST', 'PT', 'PGT', 'LT'] as const) {
      expect((await hostile.call(`/v1/tickets/${tickets[kind]}`, { method: 'DELETE' })).status).toBe(200)
    }
    expect(await hostile.validate({ service, ticket: tickets.ST })).toContain('casuser')
    expect(await hostile.validate({ pgt: tickets.PGT, targetService: service }, '/proxy')).toContain('PT-')
  })
})

describe('hostile input 13: ticket ids where others can read them', () => {
  it('no log at any level, no metric and no error page holds a ticket id', async () => {
    const tickets = await oneOfEach()
    await hostile.validate({ service: `${service}x`, ticket: tickets.ST })
    await hostile.validate({ service, ticket: tickets.PT }, '/proxyValidate')
    await hostile.validate({ pgt: tickets.PGT, targetService: 'https://evil.example/' }, '/proxy')
    const pages = [
      await hostile.call(`/nothing/${tickets.TGT}?ticket=${tickets.ST}`),
      await hostile.call(`/login?ticket=${tickets.ST}&service=https://evil.example/%3Fticket=${tickets.ST}`),
      await hostile.call(`/logout?service=${tickets.ST}`),
    ]
    const metrics = await (await fetch(`${hostile.pool.managementUrl()}/metrics`)).text()
    const readable = [...lines, metrics, ...pages.map(({ body }) => body)].join()
    for (const id of Object.values(tickets)) expect(readable).not.toContain(id)
    expect(lines.length).toBeGreaterThan(10)
  })

  it('no page tells another site where a browser came from', async () => {
    for (const path of ['/login', '/logout', '/nothing']) {
      expect((await hostile.call(path)).headers.get('referrer-policy')).toBe('no-referrer')
    }
  })

  it('ids hold 256 random bits, no time and no counter: none begins or ends as another', async () => {
    const ids = await Promise.all(Array.from({ length: 200 }, () => hostile.ticket()))
    expect(new Set(ids.map((id) => id.slice(0, 14))).size).toBe(200)
    expect(new Set(ids.map((id) => id.slice(-11))).size).toBe(200)
    for (const id of ids) expect(id).toMatch(/^ST-[0-9a-z]{50}$/)
  })
})

describe('hostile input 14: session cookies', () => {
  let own: HostilePool
  beforeEach(async () => {
    own = await startHostilePool()
  })
  afterEach(() => own.pool.stop())
  const asked = async (value: string): Promise<boolean> => {
    const browser = own.pool.browser(1)
    browser.setCookie('TGC', value)
    return (await browser.get('/login', { service })).body.includes('name="password"')
  }

  it('a tampered one, one from another pool, and one that a pool never made are none', async () => {
    const last = own.tgt.at(-1) === 'a' ? 'b' : 'a'
    for (const value of [
      own.tgt.slice(0, -1) + last,
      own.tgt.toUpperCase(),
      `${own.tgt}a`,
      own.tgt.slice(4),
    ]) {
      expect(await asked(value)).toBe(true)
    }
    expect(await asked(hostile.tgt)).toBe(true)
    expect(await asked(newTicketGrantingTicketId(systemRandom))).toBe(true)
    expect(await asked(own.tgt)).toBe(false)
  })

  it('one that is replayed after the logout opens nothing, at any server', async () => {
    await own.browser.get('/logout')
    expect(await asked(own.tgt)).toBe(true)
  })

  it('a planted one is never taken up (fixation)', async () => {
    const planted = newTicketGrantingTicketId(systemRandom)
    const browser = own.pool.browser()
    browser.setCookie('TGC', planted)
    await browser.signIn(casuser)
    expect(browser.cookie('TGC')).not.toBe(planted)
    expect(await asked(planted)).toBe(true)
  })

  it('it goes over https only, to no script, to no other site and to no other path', async () => {
    const form = await own.pool.browser().get('/login')
    expect(form.headers.getSetCookie().join()).toContain('; Path=/cas; HttpOnly; SameSite=Lax; Secure')
    const answer = await own.pool.browser().signIn(casuser)
    const [cookie] = answer.headers.getSetCookie().filter((line) => line.startsWith('TGC='))
    expect(cookie).toMatch(/^TGC=TGT-\w{50}; Path=\/cas; HttpOnly; SameSite=Lax; Secure$/)
  })

  it('it is bound to no address and no agent: whoever has it has the session, so it is kept from all others', async () => {
    const headers = { cookie: `TGC=${own.tgt}`, 'user-agent': 'another', 'x-forwarded-for': '203.0.113.9' }
    expect((await own.call('/login', { headers })).body).toContain('<strong>casuser</strong>')
  })
})
