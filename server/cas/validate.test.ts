import { describe, expect, it } from '@jest/globals'
import type { ProxyTicketId, ServiceTicket, ServiceTicketId } from '../tickets/ticket.ts'
import { failures } from './failure.ts'
import { definition, session, snapshot } from './testing/samples.ts'
import { decideValidation, parseValidationRequest, type ValidationRequest } from './validate.ts'

const url = 'https://app.example.org/'
const now = Date.UTC(2026, 0, 1, 0, 0, 10)
const id = `ST-${'a'.repeat(50)}` as ServiceTicketId
const ticket = (change: Partial<ServiceTicket> = {}): ServiceTicket => ({
  root: 'key',
  service: url,
  definitionId: '1',
  fromNewLogin: true,
  issuedAt: now - 1000,
  expireAt: now + 29_000,
  ...change,
})
const request = (change: Partial<ValidationRequest> = {}): ValidationRequest => ({
  service: url,
  ticket: id,
  renew: false,
  takesProxyTickets: false,
  ...change,
})
const consumed = { kind: 'consumed', ticket: ticket(), session: session() } as const
const facts = { request: request(), consumed, snapshot: snapshot([definition()]), now }
const pt = `PT-${'a'.repeat(50)}` as ProxyTicketId
const chain = {
  proxies: ['https://b.example.org/cb', 'https://a.example.org/cb'],
  proxyServices: ['https://b.example.org/', 'https://a.example.org/'],
}
const proxied = { ...consumed, ticket: ticket({ ...chain, fromNewLogin: false }) }
const proxyOf = (host: string, id: bigint) =>
  ({
    ...definition(),
    id,
    serviceId: `^https://${host}/$`,
    proxy: { kind: 'matching', pattern: `https://${host}/cb` },
  }) as const
const proxyDefinitions = [proxyOf('b.example.org', 2n), proxyOf('a.example.org', 3n)] as const
const decide = (change: Partial<Parameters<typeof decideValidation>[0]> = {}): string => {
  const result = decideValidation({ ...facts, ...change })
  return result.kind === 'failure' ? result.failure : result.kind
}

describe('a validation', () => {
  it('of a live ticket for its service succeeds', () => {
    expect(decide()).toBe('success')
  })

  it('of an unknown, a used and an expired ticket tells the client the same', () => {
    expect(decide({ consumed: { kind: 'unknown' } })).toBe('unknownTicket')
    expect(decide({ consumed: { kind: 'alreadyUsed' } })).toBe('usedTicket')
    expect(decide({ consumed: { ...consumed, ticket: ticket({ expireAt: now }) } })).toBe('expiredTicket')
    const texts = [failures.unknownTicket, failures.usedTicket, failures.expiredTicket, failures.sessionOver]
    expect(new Set(texts.map(({ code, text }) => `${code} ${text}`)).size).toBe(1)
  })

  it('of a ticket whose session ended, expired or is gone is INVALID_TICKET', () => {
    const ended = session({ state: { kind: 'ended', reason: 'logout' } })
    const old = session({ authenticatedAt: now - 28_800_000 })
    for (const root of [ended, old, undefined]) {
      expect(decide({ consumed: { ...consumed, session: root } })).toBe('sessionOver')
    }
  })

  it('for another service is INVALID_SERVICE, before anything is said about that service', () => {
    expect(decide({ request: request({ service: 'https://evil.example/' }) })).toBe('otherService')
    expect(failures.otherService.code).toBe('INVALID_SERVICE')
  })

  it('with renew needs a ticket from the credentials themselves', () => {
    const renew = request({ renew: true })
    expect(decide({ request: renew })).toBe('success')
    const fromSession = { ...consumed, ticket: ticket({ fromNewLogin: false }) }
    expect(decide({ request: renew, consumed: fromSession })).toBe('notFromNewLogin')
    expect(failures.notFromNewLogin.code).toBe('INVALID_TICKET')
  })

  it('asks the rules of this moment: a service that is gone or switched off gets nothing', () => {
    expect(decide({ snapshot: snapshot([]) })).toBe('unregisteredService')
    expect(decide({ snapshot: snapshot([definition({ enabled: false })]) })).toBe('unregisteredService')
  })

  it('of a service without single sign-on needs the credentials, whichever definition granted the ticket', () => {
    const strict = snapshot([definition({ ssoEnabled: false })])
    const fromSession = { ...consumed, ticket: ticket({ fromNewLogin: false, definitionId: '2' }) }
    expect(decide({ snapshot: strict })).toBe('success')
    expect(decide({ snapshot: strict, consumed: fromSession })).toBe('notFromNewLogin')
  })

  it('that asks for proxying is called back only where the policy of the service says so', () => {
    const proxying = request({ pgtUrl: 'https://app.example.org/pgt' })
    expect(decide({ request: proxying })).toBe('proxyingRefused')
    const willing = { ...definition(), proxy: { kind: 'matching', pattern: 'https://app/.*' } } as const
    expect(decide({ request: proxying, snapshot: snapshot([willing]) })).toBe('proxyingRefused')
    const proxy = { kind: 'matching', pattern: 'https://app\\.example\\.org/pgt' } as const
    expect(decide({ request: proxying, snapshot: snapshot([{ ...definition(), proxy }]) })).toBe('callBack')
  })

  it('of a proxy ticket succeeds only where proxy tickets are taken, with its chain', () => {
    expect(decide({ request: request({ ticket: pt }), consumed: proxied })).toBe('proxyTicket')
    const accepting = request({ ticket: pt, takesProxyTickets: true })
    const decision = decideValidation({
      ...facts,
      request: accepting,
      consumed: proxied,
      snapshot: snapshot([definition(), ...proxyDefinitions]),
    })
    expect(decision).toMatchObject({ kind: 'success', success: { proxies: chain.proxies } })
    expect(decide({ request: request({ takesProxyTickets: true }) })).toBe('success')
  })

  it('of a proxy ticket fails once a proxy of its chain is gone or may no longer proxy', () => {
    const asked = { request: request({ ticket: pt, takesProxyTickets: true }), consumed: proxied }
    const [last, first] = proxyDefinitions
    const silent = { ...first, proxy: { kind: 'refuse' } } as const
    for (const others of [[last], [first], [last, silent], []]) {
      expect(decide({ ...asked, snapshot: snapshot([definition(), ...others]) })).toBe('proxyChainRefused')
    }
  })
})

describe('a validation request', () => {
  const query = (text: string, version: 1 | 2 | 3 = 3) => parseValidationRequest(text, { version })
  const good = `service=${encodeURIComponent(url)}&ticket=${id}`

  it('is read with its defaults', () => {
    expect(query(good)).toEqual({ kind: 'request', request: request(), format: 'XML' })
    expect(query(`${good}&renew=true&format=json&pgtUrl=https%3A%2F%2Fx`)).toEqual({
      kind: 'request',
      request: request({ renew: true, pgtUrl: 'https://x' }),
      format: 'JSON',
    })
  })

  it.each([
    ['', 'missingParameter', 'XML'],
    ['ticket=ST-1&format=JSON', 'missingParameter', 'JSON'],
    [`service=x&ticket=&format=XML`, 'missingParameter', 'XML'],
    [`${good}&format=yaml`, 'unsupportedFormat', 'XML'],
    [`${good}&format=json&format=xml`, 'unreadableParameter', 'XML'],
    [`${good}&ticket=${id}`, 'unreadableParameter', 'XML'],
    [`service=x&ticket=PGT-${'a'.repeat(50)}`, 'malformedTicket', 'XML'],
    [`service=x&ticket=PGTIOU-${'a'.repeat(50)}`, 'malformedTicket', 'XML'],
    [`service=x&ticket=TGT-${'a'.repeat(50)}`, 'malformedTicket', 'XML'],
    ['service=x&ticket=ST-%3Cb%3E', 'malformedTicket', 'XML'],
    ['service=x&ticket[$ne]=ST-1', 'missingParameter', 'XML'],
  ])('%s is refused: %s', (text, failure, format) => {
    expect(query(text)).toMatchObject({ kind: 'refused', failure, format })
  })

  it('of CAS 1 knows neither formats nor proxying', () => {
    expect(query(`${good}&format=yaml&pgtUrl=https%3A%2F%2Fx`, 1)).toEqual({
      kind: 'request',
      request: request(),
      format: 'XML',
    })
  })
})
