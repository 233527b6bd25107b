/** /samlValidate over HTTP (CAS 4.2), each request at the other of two servers. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { DOMParser, type Element } from '@xmldom/xmldom'
import { definition } from '../cas/testing/samples.ts'
import { soapRequest } from '../saml1/testing/samples.ts'
import { type Answer, type Browser, ticketIn } from './testing/browser.ts'
import { roundRobin } from './testing/http-client.ts'
import { type Pool, startPool } from './testing/pool.ts'

const service = 'https://app.example.org/start?x=1&y=2'
const casuser = { username: 'casuser', password: 'Mellon' }
const soap = { 'content-type': 'text/xml', soapaction: 'http://www.oasis-open.org/committees/security' }
const properties = { 'cas.ticket.tgt.remember-me.enabled': 'true' }
let pool: Pool
const call = roundRobin(() => pool)

beforeAll(async () => {
  pool = await startPool({ servers: 2, services: [definition()], properties })
})
afterAll(() => pool.stop())

const artifact = async (query: Record<string, string> = { TARGET: service }): Promise<string> => {
  const answer = await pool.browser(0).signIn(casuser, query)
  const parameters = URL.parse(answer.location ?? '')?.searchParams
  return parameters?.get('SAMLart') ?? parameters?.get('ticket') ?? ''
}
const samlValidate = (body: string, query: Record<string, string> = { TARGET: service }): Promise<Answer> =>
  call(`/samlValidate?${new URLSearchParams(query)}`, { body, headers: soap })

/** The elements of that name, read as a client reads them. */
const elements = ({ body }: Answer, name: string): Element[] =>
  Array.from(new DOMParser().parseFromString(body, 'text/xml').getElementsByTagNameNS('*', name))
const statusCodes = (answer: Answer): (string | null)[] =>
  elements(answer, 'StatusCode').map((code) => code.getAttribute('Value'))

describe('a ticket that is right', () => {
  it('is answered by a SOAP envelope with a SAML 1.1 response to this request', async () => {
    const answer = await samlValidate(soapRequest(await artifact()))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/xml; charset=utf-8')
    expect(elements(answer, 'Envelope')[0]?.namespaceURI).toBe('http://schemas.xmlsoap.org/soap/envelope/')
    const [response] = elements(answer, 'Response')
    expect(response?.namespaceURI).toBe('urn:oasis:names:tc:SAML:1.0:protocol')
    expect(response?.getAttribute('InResponseTo')).toBe('_r1')
    expect(response?.getAttribute('Recipient')).toBe(service)
    expect(response?.getAttribute('ResponseID')).toMatch(/^_\w+$/)
    expect([response?.getAttribute('MajorVersion'), response?.getAttribute('MinorVersion')]).toEqual([
      '1',
      '1',
    ])
    expect(statusCodes(answer)).toEqual(['samlp:Success'])
  })

  it('asserts who, how and when, for this service and this moment', async () => {
    const answer = await samlValidate(soapRequest(await artifact()))
    const [conditions] = elements(answer, 'Conditions')
    const now = pool.clock.now()
    expect(Date.parse(conditions?.getAttribute('NotBefore') ?? '')).toBeLessThanOrEqual(now)
    expect(Date.parse(conditions?.getAttribute('NotOnOrAfter') ?? '')).toBeGreaterThan(now)
    expect(elements(answer, 'Audience')[0]?.textContent).toBe(service)
    for (const name of ['AuthenticationStatement', 'AttributeStatement']) {
      const [statement] = elements(answer, name)
      expect(statement?.getElementsByTagNameNS('*', 'NameIdentifier')[0]?.textContent).toBe('casuser')
      expect(statement?.getElementsByTagNameNS('*', 'ConfirmationMethod')[0]?.textContent).toBe(
        'urn:oasis:names:tc:SAML:1.0:cm:artifact',
      )
    }
  })

  it('releases attributes with all their values', async () => {
    const answer = await samlValidate(soapRequest(await artifact()))
    const attributes = elements(answer, 'Attribute').map((attribute) => [
      attribute.getAttribute('AttributeName'),
      Array.from(attribute.getElementsByTagNameNS('*', 'AttributeValue'), (value) => value.textContent),
    ])
    expect(Object.fromEntries(attributes)).toEqual({
      mail: ['casuser@example.org'],
      memberOf: ['staff', 'admins'],
    })
  })

  it('tells when the user was remembered', async () => {
    const answer = await pool.browser(1).signIn({ ...casuser, rememberMe: 'true' }, { service })
    const validated = await samlValidate(soapRequest(ticketIn(answer)))
    const names = elements(validated, 'Attribute').map((attribute) => attribute.getAttribute('AttributeName'))
    expect(names).toContain('longTermAuthenticationRequestTokenUsed')
  })

  it('may have been granted for service as well as for TARGET, and stand between blanks', async () => {
    const ticket = await artifact({ service })
    expect(statusCodes(await samlValidate(soapRequest(`\n    ${ticket}\n  `)))).toEqual(['samlp:Success'])
  })
})

describe('a ticket that is refused', () => {
  it('is one that was used, whichever protocol used it', async () => {
    const ticket = await artifact()
    await samlValidate(soapRequest(ticket))
    const again = await samlValidate(soapRequest(ticket))
    expect([again.status, statusCodes(again)]).toEqual([200, ['samlp:Requester', 'samlp:RequestDenied']])
    const cas = await call(`/serviceValidate?${new URLSearchParams({ service, ticket })}`)
    expect(cas.body).toContain('INVALID_TICKET')
    expect(elements(again, 'Assertion')).toEqual([])
    expect(elements(again, 'StatusMessage')[0]?.textContent).toBe('The ticket is not recognized.')
  })

  it('is one for another TARGET, and it is spent by that', async () => {
    const ticket = await artifact()
    const other = await samlValidate(soapRequest(ticket), { TARGET: 'https://app.example.org/other' })
    expect(statusCodes(other)).toEqual(['samlp:Requester', 'samlp:RequestDenied'])
    expect(statusCodes(await samlValidate(soapRequest(ticket)))).not.toContain('samlp:Success')
  })

  it.each([
    'ST-1',
    `ST-${'a'.repeat(50)}`,
    `PT-${'a'.repeat(50)}`,
    `TGT-${'a'.repeat(50)}`,
    'x'.repeat(9_000),
  ])('is %s', async (ticket) => {
    const answer = await samlValidate(soapRequest(ticket))
    expect([answer.status, statusCodes(answer)]).toEqual([200, ['samlp:Requester', 'samlp:RequestDenied']])
  })
})

describe('a request that cannot be read', () => {
  it.each([
    ['no body', ''],
    ['a form', 'ticket=ST-1'],
    ['a document type', `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${soapRequest('&e;')}`],
    ['an undeclared entity', soapRequest('&e;')],
  ])('because it has %s is the requester’s fault', async (_what, body) => {
    const answer = await samlValidate(body)
    expect([answer.status, statusCodes(answer)]).toEqual([200, ['samlp:Requester']])
    expect(answer.body).not.toContain('root:')
  })

  it('without TARGET, or with two of them, spends no ticket', async () => {
    const ticket = await artifact()
    expect(statusCodes(await samlValidate(soapRequest(ticket), {}))).toEqual(['samlp:Requester'])
    const twice = `/samlValidate?TARGET=${encodeURIComponent(service)}&TARGET=x`
    const answer = await call(twice, { body: soapRequest(ticket), headers: soap })
    expect(statusCodes(answer)).toEqual(['samlp:Requester'])
    expect(statusCodes(await samlValidate(soapRequest(ticket)))).toEqual(['samlp:Success'])
  })

  it('of another SAML version is told so', async () => {
    const body = soapRequest(await artifact()).replace('MajorVersion="1"', 'MajorVersion="2"')
    expect(statusCodes(await samlValidate(body))).toEqual(['samlp:VersionMismatch'])
  })

  it('of a megabyte is refused unread', async () => {
    expect((await samlValidate(' '.repeat(1_000_000))).status).toBe(413)
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('by %s answers 405', async (method) => {
    const answer = await call('/samlValidate?TARGET=x', { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })
})

it('a browser that signs in by TARGET once needs no second password for service (single sign-on)', async () => {
  const browser: Browser = pool.browser(0)
  await browser.signIn(casuser, { TARGET: service })
  expect(ticketIn(await browser.at(pool.url(1)).get('/login', { service }))).toMatch(/^ST-/)
})
