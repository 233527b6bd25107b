/** CAS protocol 3.0.3, `/samlValidate` (SAML 1.1). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { DOMParser, type Element } from '@xmldom/xmldom'
import { soapRequest } from '../../saml1/testing/samples.ts'
import { type Answer, ticketIn } from '../testing/browser.ts'
import { type ConformancePool, casuser, service, startConformancePool } from '../testing/conformance-pool.ts'

let pool: ConformancePool
beforeAll(async () => {
  pool = await startConformancePool('conformance-saml')
}, 60_000)
afterAll(() => pool?.stop())

const samlp = 'urn:oasis:names:tc:SAML:1.0:protocol'
const saml = 'urn:oasis:names:tc:SAML:1.0:assertion'
const post = (body: string, target: string | undefined = service): Promise<Answer> =>
  pool.ask(`/samlValidate${target === '' ? '' : `?${new URLSearchParams({ TARGET: target })}`}`, {
    body,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
  })
const rootOf = ({ body }: Answer): Element => {
  const root = new DOMParser().parseFromString(body, 'text/xml').documentElement
  if (root === null) throw new Error(`no document: ${body}`)
  return root
}
const first = (root: Element, namespace: string, name: string): Element | undefined =>
  root.getElementsByTagNameNS(namespace, name).item(0) ?? undefined
const statusOf = (answer: Answer): string | null | undefined =>
  first(rootOf(answer), samlp, 'StatusCode')?.getAttribute('Value')
const valid = async (): Promise<Element> => rootOf(await post(soapRequest(await pool.serviceTicket())))

describe('/samlValidate', () => {
  it('4.2.1 TARGET is required', async () => {
    expect(statusOf(await post(soapRequest(await pool.serviceTicket()), ''))).toBe('samlp:Requester')
  })

  it('4.2.1 TARGET MUST equal the service of /login, and the ticket is spent by the attempt', async () => {
    const ticket = await pool.serviceTicket()
    expect(statusOf(await post(soapRequest(ticket), `${service}/`))).not.toBe('samlp:Success')
    expect(statusOf(await post(soapRequest(ticket)))).not.toBe('samlp:Success')
  })

  it('4.2.1 /login takes TARGET in place of service, and names the ticket SAMLart', async () => {
    const browser = await pool.signedIn()
    const { location = '' } = await browser.get('/login', { TARGET: service })
    const artifact = new URL(location).searchParams.get('SAMLart') ?? ''
    expect(statusOf(await post(soapRequest(artifact)))).toBe('samlp:Success')
  })

  it('4.2.2 The request MUST be a POST', async () => {
    expect((await pool.ask(`/samlValidate?${new URLSearchParams({ TARGET: service })}`)).status).toBe(405)
  })

  it('4.2.2 A body that is no SAML request over SOAP is refused with a SAML status', async () => {
    for (const body of ['', 'x', '<a/>', soapRequest('ST-1').replace('AssertionArtifact', 'Artifact')]) {
      expect(statusOf(await post(body))).toBe('samlp:Requester')
    }
  })

  it('4.2.3 The artifact is the service ticket, with or without white space around it', async () => {
    for (const pad of ['', '\n      ']) {
      const answer = await post(soapRequest(`${pad}${await pool.serviceTicket()}${pad}`))
      expect(statusOf(answer)).toBe('samlp:Success')
    }
  })

  it('4.2.3 RequestID is named again as InResponseTo', async () => {
    expect(first(await valid(), samlp, 'Response')?.getAttribute('InResponseTo')).toBe('_r1')
  })

  it('4.2.5 The response MUST be a SAML 1.1 response in a SOAP envelope with status Success', async () => {
    const answer = await post(soapRequest(await pool.serviceTicket()))
    const root = rootOf(answer)
    expect(answer.headers.get('content-type')).toMatch(/^text\/xml/)
    expect([root.localName, root.namespaceURI]).toEqual([
      'Envelope',
      'http://schemas.xmlsoap.org/soap/envelope/',
    ])
    const response = first(root, samlp, 'Response')
    const read = (name: string) => response?.getAttribute(name)
    expect([read('MajorVersion'), read('MinorVersion'), read('Recipient')]).toEqual(['1', '1', service])
    expect(read('ResponseID')).toMatch(/^_\w{16,}/)
    expect(Date.parse(read('IssueInstant') ?? '')).not.toBeNaN()
    expect(statusOf(answer)).toBe('samlp:Success')
  })

  it('4.2.5 The assertion names audience, times, user and confirmation by artifact', async () => {
    const root = await valid()
    const conditions = first(root, saml, 'Conditions')
    const time = (name: string) => Date.parse(conditions?.getAttribute(name) ?? '')
    expect(time('NotOnOrAfter')).toBeGreaterThan(time('NotBefore'))
    expect(first(root, saml, 'Audience')?.textContent).toBe(service)
    const statement = first(root, saml, 'AuthenticationStatement')
    expect(Date.parse(statement?.getAttribute('AuthenticationInstant') ?? '')).not.toBeNaN()
    expect(first(root, saml, 'NameIdentifier')?.textContent).toBe('casuser')
    expect(first(root, saml, 'ConfirmationMethod')?.textContent).toBe(
      'urn:oasis:names:tc:SAML:1.0:cm:artifact',
    )
  })

  it('4.2.5 Attributes come as attribute statements, each value on its own', async () => {
    const attributes = [...(await valid()).getElementsByTagNameNS(saml, 'Attribute')]
    const memberOf = attributes.find((attribute) => attribute.getAttribute('AttributeName') === 'memberOf')
    const values = [...(memberOf?.getElementsByTagNameNS(saml, 'AttributeValue') ?? [])]
    expect(values.map(({ textContent }) => textContent)).toEqual(['staff', 'admins'])
  })

  it('4.2.5 A ticket that is unknown or spent is not a success', async () => {
    const spent = await pool.serviceTicket()
    await post(soapRequest(spent))
    for (const ticket of [spent, 'ST-unknown', await pool.proxyTicket(service)]) {
      const answer = await post(soapRequest(ticket))
      expect(statusOf(answer)).not.toBe('samlp:Success')
      expect(answer.body).not.toContain('casuser')
    }
  })

  it('4.2.5.1 A remembered login MUST be told by longTermAuthenticationRequestTokenUsed', async () => {
    const browser = pool.browser()
    const ticket = ticketIn(await browser.signIn({ ...casuser, rememberMe: 'true' }, { service }))
    const { body } = await post(soapRequest(ticket))
    expect(body).toMatch(/AttributeName="longTermAuthenticationRequestTokenUsed"[\s\S]*?>true</)
  })
})
