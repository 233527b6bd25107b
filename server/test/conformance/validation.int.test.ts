/** CAS protocol 3.0.3, `/validate`, `/serviceValidate`, `/p3/serviceValidate` and their documents. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ticketIn } from '../testing/browser.ts'
import { childrenOf, documentOf } from '../testing/cas-document.ts'
import {
  type ConformancePool,
  closedService,
  codeIn,
  service,
  startConformancePool,
  unregisteredService,
} from '../testing/conformance-pool.ts'

let pool: ConformancePool
beforeAll(async () => {
  pool = await startConformancePool('conformance-validation')
}, 60_000)
afterAll(() => pool?.stop())

const paths = ['/serviceValidate', '/p3/serviceValidate', '/proxyValidate', '/p3/proxyValidate']
const p3Paths = ['/p3/serviceValidate', '/p3/proxyValidate']
const other = 'https://app.example.org/other'
/** A ticket of a session that stood before. */
const ssoTicket = async (): Promise<string> =>
  ticketIn(await (await pool.signedIn()).get('/login', { service }))

describe('/validate', () => {
  it('2.4.1 service and ticket are both required', async () => {
    const ticket = await pool.serviceTicket()
    for (const query of [{ service }, { ticket }, {}]) {
      expect(await pool.validate('/validate', query)).toBe('no\n\n')
    }
  })

  it('2.4.1 With renew, validation MUST succeed only for a ticket from primary credentials', async () => {
    const fresh = { service, ticket: await pool.serviceTicket(), renew: 'true' }
    expect(await pool.validate('/validate', fresh)).toBe('yes\ncasuser\n')
    const old = { service, ticket: await ssoTicket(), renew: 'true' }
    expect(await pool.validate('/validate', old)).toBe('no\n\n')
  })

  it('2.4.2 Success is yes, the user name on the second line, each with a line feed', async () => {
    const answer = await pool.browser().get('/validate', { service, ticket: await pool.serviceTicket() })
    expect([answer.status, answer.body]).toEqual([200, 'yes\ncasuser\n'])
  })

  it('2.4.2 Failure is no with a line feed, with status 200', async () => {
    const answer = await pool.browser().get('/validate', { service, ticket: 'ST-unknown' })
    expect([answer.status, answer.body]).toEqual([200, 'no\n\n'])
  })

  it('2.4 A proxy ticket MUST fail', async () => {
    const ticket = await pool.proxyTicket(other)
    expect(await pool.validate('/validate', { service: other, ticket })).toBe('no\n\n')
  })
})

describe('/serviceValidate and its relatives', () => {
  it('2.5.1 service and ticket are both required', async () => {
    for (const path of paths) {
      const ticket = await pool.serviceTicket()
      for (const query of [{ service }, { ticket }, {}, { service: '', ticket: '' }]) {
        expect(codeIn(await pool.validate(path, query))).toBe('INVALID_REQUEST')
      }
    }
  })

  it('2.5.1 format is XML by default, and JSON where it is asked for', async () => {
    for (const path of paths) {
      for (const format of [{}, { format: 'XML' }]) {
        const xml = await pool.browser().get(path, { service, ticket: await pool.serviceTicket(), ...format })
        expect(xml.headers.get('content-type')).toMatch(/xml/)
        expect(childrenOf(documentOf(xml.body))).toEqual(['authenticationSuccess'])
      }
      const query = { service, ticket: await pool.serviceTicket(), format: 'JSON' }
      const json = await pool.browser().get(path, query)
      expect(json.headers.get('content-type')).toMatch(/^application\/json/)
      expect(JSON.parse(json.body).serviceResponse.authenticationSuccess.user).toBe('casuser')
    }
  })

  it('2.5.1 A format that is not supported MUST be answered with an error code', async () => {
    for (const path of paths) {
      const query = { service, ticket: await pool.serviceTicket(), format: 'YAML' }
      expect(codeIn(await pool.validate(path, query))).toBe('INVALID_REQUEST')
    }
  })

  it('2.5.1 With renew, validation MUST succeed only for a ticket from primary credentials', async () => {
    for (const path of paths) {
      const fresh = { service, ticket: await pool.serviceTicket(), renew: 'true' }
      expect(await pool.validate(path, fresh)).toContain('<cas:user>casuser</cas:user>')
      const old = { service, ticket: await ssoTicket(), renew: 'true' }
      expect(codeIn(await pool.validate(path, old))).toBe('INVALID_TICKET')
    }
  })

  it('2.5.2 A document is a serviceResponse in the namespace of CAS, prefix cas, that holds exactly one element', async () => {
    const documents = [
      await pool.validate('/serviceValidate', { service, ticket: await pool.serviceTicket() }),
      await pool.validate('/serviceValidate', {}),
      await pool.validate('/proxy', { pgt: await pool.grantingTicket(), targetService: other }),
      await pool.validate('/proxy', {}),
    ]
    const names = documents.map((text) => childrenOf(documentOf(text)))
    expect(names).toEqual([
      ['authenticationSuccess'],
      ['authenticationFailure'],
      ['proxySuccess'],
      ['proxyFailure'],
    ])
    for (const text of documents) {
      expect(text).toContain('<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">')
    }
  })

  it('2.5.2 authenticationSuccess holds user, attributes, proxyGrantingTicket and proxies in the order of the schema', async () => {
    const { callback } = await pool.field.application()
    const ticket = await pool.proxyTicket(service)
    const body = await pool.validate('/p3/proxyValidate', { service, ticket, pgtUrl: callback })
    const [success] = documentOf(body).children
    expect(childrenOf(success)).toEqual(['user', 'attributes', 'proxyGrantingTicket', 'proxies'])
  })

  it('2.5.2 A failure MUST carry a code and tells a reason in its text', async () => {
    for (const path of paths) {
      const [failure] = documentOf(await pool.validate(path, { service, ticket: 'ST-unknown' })).children
      expect(failure?.name).toBe('cas:authenticationFailure')
      expect(failure?.attributes).toEqual({ code: 'INVALID_TICKET' })
      expect(failure?.text.trim()).not.toBe('')
    }
  })

  it('2.5.2 In JSON a failure is authenticationFailure with code and description', async () => {
    for (const path of paths) {
      const body = await pool.validate(path, { service, ticket: 'ST-unknown', format: 'JSON' })
      const { authenticationFailure } = JSON.parse(body).serviceResponse
      expect(authenticationFailure.code).toBe('INVALID_TICKET')
      expect(authenticationFailure.description).toMatch(/\w/)
    }
  })

  it('2.5.3 INVALID_REQUEST: not all required parameters were present', async () => {
    for (const path of paths) expect(codeIn(await pool.validate(path, { service }))).toBe('INVALID_REQUEST')
  })

  it('2.5.3 INVALID_TICKET_SPEC: a proxy ticket was given where it is not accepted, and the message SHOULD say so', async () => {
    for (const path of ['/serviceValidate', '/p3/serviceValidate']) {
      const ticket = await pool.proxyTicket(other)
      const body = await pool.validate(path, { service: other, ticket })
      expect(codeIn(body)).toBe('INVALID_TICKET_SPEC')
      expect(body).toMatch(/proxy ticket/i)
    }
  })

  it('2.5.3 INVALID_TICKET: the ticket is unknown', async () => {
    for (const ticket of ['ST-1', 'x', `ST-${'a'.repeat(50)}`]) {
      for (const path of paths) {
        expect(codeIn(await pool.validate(path, { service, ticket }))).toBe('INVALID_TICKET')
      }
    }
  })

  it('2.5.3 INVALID_SERVICE: the service differs, and the ticket MUST be invalidated', async () => {
    for (const path of paths) {
      const ticket = await pool.serviceTicket()
      expect(codeIn(await pool.validate(path, { service: other, ticket }))).toBe('INVALID_SERVICE')
      expect(codeIn(await pool.validate(path, { service, ticket }))).toBe('INVALID_TICKET')
    }
  })

  it('2.5.3 UNAUTHORIZED_SERVICE, one more code: the service is not registered or switched off', async () => {
    for (const url of [unregisteredService, closedService]) {
      const query = { service: url, ticket: await pool.serviceTicket() }
      expect(codeIn(await pool.validate('/serviceValidate', query))).toMatch(
        /^(UNAUTHORIZED|INVALID)_SERVICE$/,
      )
    }
  })

  it('2.5.3 Codes and descriptions hold nothing of the request unescaped', async () => {
    const hostile = '"><b>&amp;'
    for (const path of [...paths, '/proxy']) {
      const query = {
        service: hostile,
        ticket: hostile,
        format: hostile,
        pgt: hostile,
        targetService: hostile,
      }
      expect(await pool.validate(path, query)).not.toContain('<b>')
    }
  })

  it('2.5 A service ticket MUST be validated at most once, whichever way it is tried', async () => {
    for (const path of ['/validate', ...paths]) {
      const ticket = await pool.serviceTicket()
      await pool.validate(path, { service, ticket })
      for (const again of paths) {
        expect(codeIn(await pool.validate(again, { service, ticket }))).toBe('INVALID_TICKET')
      }
    }
  })

  it('2.5.5 Attributes hold authenticationDate, longTermAuthenticationRequestTokenUsed and isFromNewLogin', async () => {
    for (const path of p3Paths) {
      const body = await pool.validate(path, { service, ticket: await pool.serviceTicket() })
      expect(body).toMatch(/<cas:authenticationDate>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)</)
      expect(body).toMatch(/<cas:longTermAuthenticationRequestTokenUsed>(true|false)</)
      expect(body).toContain('<cas:isFromNewLogin>true<')
      expect(await pool.validate(path, { service, ticket: await ssoTicket() })).toContain(
        '<cas:isFromNewLogin>false<',
      )
    }
  })

  it('2.5.6 Each value of an attribute is an element of its own in the namespace of CAS', async () => {
    const body = await pool.validate('/p3/serviceValidate', { service, ticket: await pool.serviceTicket() })
    expect(body).toContain('<cas:mail>casuser@example.org</cas:mail>')
    expect(body.match(/<cas:memberOf>(staff|admins)<\/cas:memberOf>/g)).toHaveLength(2)
  })

  it('2.8 /p3/serviceValidate MUST return attributes, in XML and in JSON', async () => {
    const query = async () => ({ service, ticket: await pool.serviceTicket() })
    expect(await pool.validate('/p3/serviceValidate', await query())).toContain('<cas:attributes>')
    const json = await pool.validate('/p3/serviceValidate', { ...(await query()), format: 'JSON' })
    const { attributes } = JSON.parse(json).serviceResponse.authenticationSuccess
    expect(attributes.memberOf).toEqual(['staff', 'admins'])
    expect(attributes.isFromNewLogin).toEqual([true])
  })

  it('2.9 /p3/proxyValidate MUST return attributes, for service and proxy tickets', async () => {
    const body = await pool.validate('/p3/proxyValidate', { service, ticket: await pool.serviceTicket() })
    expect(body).toContain('<cas:mail>')
    const query = { service: other, ticket: await pool.proxyTicket(other) }
    expect(await pool.validate('/p3/proxyValidate', query)).toContain('<cas:mail>')
  })
})
