/** CAS protocol 3.0.3, proxy callbacks, `/proxyValidate` and `/proxy`. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { selfSignedServer, testAuthority } from '../../outbound/testing/certificates.ts'
import { ticketIn } from '../testing/browser.ts'
import { documentOf } from '../testing/cas-document.ts'
import {
  aloneService,
  type ConformancePool,
  codeIn,
  mailService,
  service,
  startConformancePool,
  unregisteredService,
} from '../testing/conformance-pool.ts'
import { elementIn, proxiesIn } from '../testing/proxy-application.ts'

let pool: ConformancePool
beforeAll(async () => {
  pool = await startConformancePool('conformance-proxy')
}, 60_000)
afterAll(() => pool?.stop())

const back = 'https://app.example.org/back'
const withCallback = async (pgtUrl: string, path = '/serviceValidate'): Promise<string> =>
  pool.validate(path, { service, ticket: await pool.serviceTicket(), pgtUrl })
const wanted = async (targetService = back) => ({ pgt: await pool.grantingTicket(), targetService })

describe('a proxy callback', () => {
  it('2.5.4 pgtUrl MUST be HTTPS', async () => {
    expect(codeIn(await withCallback('http://localhost:8080/callback'))).toBe('INVALID_PROXY_CALLBACK')
  })

  it('2.5.4 The certificate MUST be trusted', async () => {
    const pairs = [selfSignedServer('DNS:localhost'), testAuthority().issue('DNS:localhost')]
    for (const pair of pairs) {
      const { callback, requests } = await pool.field.application('/callback', { pair })
      expect(codeIn(await withCallback(callback))).toBe('INVALID_PROXY_CALLBACK')
      expect(requests).toEqual([])
    }
  })

  it('2.5.4 The callback is a GET with pgtId and pgtIou added, and a query that was there MUST be preserved', async () => {
    const { callback, requests } = await pool.field.application('/callback?a=1&b=%20x')
    const iou = elementIn(await withCallback(callback), 'proxyGrantingTicket')
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatch(/^\/callback\?a=1&b=%20x&pgtId=PGT-[^&]+&pgtIou=PGTIOU-[^&]+$/)
    expect(requests[0]?.endsWith(`pgtIou=${iou}`)).toBe(true)
  })

  it('2.5.4 After status 200 the response MUST hold the IOU, and never the ticket itself', async () => {
    for (const path of ['/serviceValidate', '/proxyValidate', '/p3/serviceValidate', '/p3/proxyValidate']) {
      const { callback, pgtOf } = await pool.field.application()
      const body = await withCallback(callback, path)
      expect(body).not.toContain(pgtOf(elementIn(body, 'proxyGrantingTicket')))
    }
  })

  it('2.5.4 After any other status there MUST be no proxyGrantingTicket, and the validation fails with a code', async () => {
    for (const status of [204, 400, 404, 500]) {
      const { callback } = await pool.field.application('/callback', { status })
      const body = await withCallback(callback)
      expect(codeIn(body)).toBe('INVALID_PROXY_CALLBACK')
      expect(body).not.toContain('proxyGrantingTicket')
    }
  })

  it('2.5.4 The identity in proxies MUST be the pgtUrl that was given', async () => {
    const application = await pool.field.application('/callback/of/mine')
    const query = { service, ticket: await pool.serviceTicket(), pgtUrl: application.callback }
    const iou = elementIn(await pool.validate('/serviceValidate', query), 'proxyGrantingTicket')
    const granted = await pool.validate('/proxy', { pgt: application.pgtOf(iou), targetService: back })
    const ticket = elementIn(granted, 'proxyTicket')
    const body = await pool.validate('/proxyValidate', { service: back, ticket })
    expect(proxiesIn(body)).toEqual([application.callback])
  })

  it('2.5.3 UNAUTHORIZED_SERVICE_PROXY: the service is not authorized to proxy', async () => {
    const { callback } = await pool.field.application()
    const query = { service: aloneService, ticket: await pool.serviceTicket(aloneService), pgtUrl: callback }
    expect(codeIn(await pool.validate('/serviceValidate', query))).toBe('UNAUTHORIZED_SERVICE_PROXY')
  })

  it('2.5.3 INVALID_PROXY_CALLBACK: the callback is not usable, and the ticket MUST be invalidated', async () => {
    const ticket = await pool.serviceTicket()
    const query = { service, ticket, pgtUrl: 'not a URL' }
    expect(codeIn(await pool.validate('/serviceValidate', query))).toBe('INVALID_PROXY_CALLBACK')
    expect(codeIn(await pool.validate('/serviceValidate', { service, ticket }))).toBe('INVALID_TICKET')
  })
})

describe('/proxyValidate', () => {
  it('2.6 It MUST accept service tickets and proxy tickets', async () => {
    for (const path of ['/proxyValidate', '/p3/proxyValidate']) {
      const own = await pool.validate(path, { service, ticket: await pool.serviceTicket() })
      expect(own).toContain('<cas:user>casuser</cas:user>')
      const proxied = await pool.validate(path, { service: back, ticket: await pool.proxyTicket(back) })
      expect(proxied).toContain('<cas:user>casuser</cas:user>')
    }
  })

  it('2.6.2 Proxies are listed with the most recent first', async () => {
    const first = await pool.field.application('/callback/first')
    const second = await pool.field.application('/callback/second')
    let iou = elementIn(await withCallback(first.callback), 'proxyGrantingTicket')
    const toMiddle = { pgt: first.pgtOf(iou), targetService: service }
    const middle = elementIn(await pool.validate('/proxy', toMiddle), 'proxyTicket')
    const query = { service, ticket: middle, pgtUrl: second.callback }
    iou = elementIn(await pool.validate('/proxyValidate', query), 'proxyGrantingTicket')
    const toBack = { pgt: second.pgtOf(iou), targetService: back }
    const ticket = elementIn(await pool.validate('/proxy', toBack), 'proxyTicket')
    const body = await pool.validate('/proxyValidate', { service: back, ticket })
    expect(proxiesIn(body)).toEqual([second.callback, first.callback])
  })

  it('2.6.2 In JSON proxies is a list, and proxyGrantingTicket holds the IOU', async () => {
    const { callback, pgtOf } = await pool.field.application()
    const query = { service: back, ticket: await pool.proxyTicket(back), pgtUrl: callback, format: 'JSON' }
    const { authenticationSuccess } = JSON.parse(await pool.validate('/proxyValidate', query)).serviceResponse
    expect(authenticationSuccess.proxies).toEqual([
      expect.stringMatching(/^https:\/\/localhost:\d+\/callback$/),
    ])
    expect(pgtOf(authenticationSuccess.proxyGrantingTicket)).toMatch(/^PGT-/)
  })

  it('2.6.2 Without a proxy there is no element proxies', async () => {
    const body = await pool.validate('/proxyValidate', { service, ticket: await pool.serviceTicket() })
    expect(body).not.toContain('cas:proxies')
  })

  it('2.6.1 It takes the parameters of /serviceValidate: a proxy ticket never meets renew', async () => {
    const query = { service: back, ticket: await pool.proxyTicket(back), renew: 'true' }
    expect(codeIn(await pool.validate('/proxyValidate', query))).toBe('INVALID_TICKET')
  })
})

describe('/proxy', () => {
  it('2.7 The target need not be a URL: a name that is registered will do, and no other', async () => {
    const targetService = mailService
    const ticket = await pool.proxyTicket(targetService)
    const body = await pool.validate('/proxyValidate', { service: targetService, ticket })
    expect(body).toContain('<cas:user>casuser</cas:user>')
    const another = { service: 'imap:Mail.example.org', ticket: await pool.proxyTicket(targetService) }
    expect(codeIn(await pool.validate('/proxyValidate', another))).toBe('INVALID_SERVICE')
    for (const name of ['imap:mail.example.org.evil.net', 'imap', `${mailService}\\@evil`]) {
      expect(codeIn(await pool.validate('/proxy', await wanted(name)))).toBe('UNAUTHORIZED_SERVICE')
    }
  })

  it('2.7 Nobody is signed in to a target that is no URL, and no browser is sent to one', async () => {
    const browser = await pool.signedIn()
    for (const query of [
      { service: mailService },
      { TARGET: mailService },
      { service: mailService, method: 'POST' },
    ]) {
      const answer = await browser.get('/login', query)
      expect([answer.status, answer.location]).toEqual([403, undefined])
      expect(answer.body).not.toContain('imap')
    }
    expect((await browser.get('/logout', { service: mailService })).location).toBeUndefined()
  })

  it('2.7.1 pgt and targetService are both required', async () => {
    const { pgt, targetService } = await wanted()
    for (const query of [{ pgt }, { targetService }, {}]) {
      const [failure] = documentOf(await pool.validate('/proxy', query)).children
      expect([failure?.name, failure?.attributes['code']]).toEqual(['cas:proxyFailure', 'INVALID_REQUEST'])
    }
  })

  it('2.7.2 Success is proxySuccess with one proxyTicket', async () => {
    const [success] = documentOf(await pool.validate('/proxy', await wanted())).children
    expect(success?.name).toBe('cas:proxySuccess')
    expect(success?.children.map(({ name }) => name)).toEqual(['cas:proxyTicket'])
    expect(success?.text.trim()).toMatch(/^PT-/)
  })

  it('2.7.2 In JSON success is proxySuccess with proxyTicket, and failure authenticationFailure with code', async () => {
    const good = await pool.validate('/proxy', { ...(await wanted()), format: 'JSON' })
    expect(JSON.parse(good).serviceResponse.proxySuccess.proxyTicket).toMatch(/^PT-/)
    const bad = await pool.validate('/proxy', { format: 'JSON' })
    expect(JSON.parse(bad).serviceResponse.authenticationFailure.code).toBe('INVALID_REQUEST')
  })

  it('2.7.3 INVALID_REQUEST: not all required parameters were present', async () => {
    expect(codeIn(await pool.validate('/proxy', {}))).toBe('INVALID_REQUEST')
  })

  it('2.7.3 UNAUTHORIZED_SERVICE: the target is not authorized', async () => {
    expect(codeIn(await pool.validate('/proxy', await wanted(unregisteredService)))).toBe(
      'UNAUTHORIZED_SERVICE',
    )
  })

  it('2.7.3 An unknown proxy-granting ticket is an error of a ticket', async () => {
    const query = { pgt: `PGT-${'a'.repeat(50)}`, targetService: back }
    expect(codeIn(await pool.validate('/proxy', query))).toBe('INVALID_TICKET')
  })

  it('3.2.1 A proxy ticket MUST be valid only for exactly its target service', async () => {
    for (const url of [`${back}/`, `${back}?a=1`, service]) {
      const ticket = await pool.proxyTicket(back)
      expect(codeIn(await pool.validate('/proxyValidate', { service: url, ticket }))).toBe('INVALID_SERVICE')
    }
  })

  it('3.2.1 A proxy ticket MUST be good for one attempt, successful or not', async () => {
    for (const url of [back, service]) {
      const ticket = await pool.proxyTicket(back)
      await pool.validate('/proxyValidate', { service: url, ticket })
      const again = await pool.validate('/proxyValidate', { service: back, ticket })
      expect(codeIn(again)).toBe('INVALID_TICKET')
    }
  })

  it('3.2.1 Proxy tickets SHOULD begin with PT-, and expire with the session', async () => {
    const browser = await pool.signedIn()
    const application = await pool.field.application()
    const ticket = ticketIn(await browser.get('/login', { service }))
    const query = { service, ticket, pgtUrl: application.callback }
    const iou = elementIn(await pool.validate('/serviceValidate', query), 'proxyGrantingTicket')
    const pair = { pgt: application.pgtOf(iou), targetService: back }
    const proxied = elementIn(await pool.validate('/proxy', pair), 'proxyTicket')
    expect(proxied).toMatch(/^PT-/)
    await browser.get('/logout')
    const body = await pool.validate('/proxyValidate', { service: back, ticket: proxied })
    expect(codeIn(body)).toBe('INVALID_TICKET')
  })

  it('3.3.1 A proxy-granting ticket MAY be used for many proxy tickets', async () => {
    const query = await wanted()
    for (let i = 0; i < 3; i++) {
      const ticket = elementIn(await pool.validate('/proxy', query), 'proxyTicket')
      expect(await pool.validate('/proxyValidate', { service: back, ticket })).toContain('<cas:user>')
    }
  })
})
