import { describe, expect, it } from '@jest/globals'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import type { ProxyGrantingTicket, ProxyGrantingTicketId, SsoSession } from '../tickets/ticket.ts'
import { decideProxyTicket } from './proxy.ts'
import { definition, session, snapshot } from './testing/samples.ts'

const now = Date.UTC(2026, 0, 1, 1)
const callback = 'https://app.example.org/callback'
const target: ServiceDefinition = {
  ...definition(),
  id: 7n,
  serviceId: '^https://target\\.example\\.org/$',
}
const proxy: ServiceDefinition = { ...definition(), proxy: { kind: 'matching', pattern: '.*/callback' } }
const before: ServiceDefinition = {
  ...definition(),
  id: 8n,
  serviceId: '^https://before\\.example\\.org/$',
  proxy: { kind: 'matching', pattern: '.*/cb' },
}
const request = { pgt: 'PGT-1' as ProxyGrantingTicketId, targetService: 'https://target.example.org/' }
const granting = (change: Partial<ProxyGrantingTicket> = {}): ProxyGrantingTicket => ({
  root: 'key',
  service: 'https://app.example.org/',
  proxies: [callback, 'https://before.example.org/cb'],
  issuedAt: now - 1000,
  expireAt: now + 1000,
  proxyServices: ['https://app.example.org/', 'https://before.example.org/'],
  ...change,
})
const decide = (
  found: { ticket?: ProxyGrantingTicket; session?: SsoSession | undefined },
  definitions: readonly ServiceDefinition[] = [proxy, target, before],
) => {
  const ticket = found.ticket ?? granting()
  const root = 'session' in found ? found.session : session()
  return decideProxyTicket({
    request,
    found: { ticket, session: root },
    snapshot: snapshot(definitions, { proxyTicketSeconds: 20 }),
    now,
  })
}

describe('a proxy ticket', () => {
  it('is for its target, by the session’s root, through the chain of the granting ticket', () => {
    expect(decide({})).toMatchObject({
      kind: 'grant',
      ticket: {
        root: 'key',
        service: request.targetService,
        definitionId: '7',
        fromNewLogin: false,
        issuedAt: now,
        expireAt: now + 20_000,
        proxies: [callback, 'https://before.example.org/cb'],
      },
    })
  })

  it('lives as long as its target’s definition says', () => {
    const short = { ...target, tickets: { proxyTicketSeconds: 5 } }
    expect(decide({}, [proxy, short, before])).toMatchObject({ ticket: { expireAt: now + 5_000 } })
  })

  it('is not granted by a ticket that is unknown, expired, or whose session is over or gone', () => {
    expect(
      decideProxyTicket({ request, found: undefined, snapshot: snapshot([proxy, target, before]), now }),
    ).toEqual({
      kind: 'failure',
      failure: 'unknownProxyGrantingTicket',
    })
    const over = { kind: 'failure', failure: 'proxyGrantingTicketOver' }
    expect(decide({ ticket: granting({ expireAt: now }) })).toEqual(over)
    expect(decide({ session: undefined })).toEqual(over)
    expect(decide({ session: session({ state: { kind: 'ended', reason: 'logout' } }) })).toEqual(over)
    expect(decide({ session: session({ lastUsedAt: now - 7_200_000 }) })).toEqual(over)
  })

  it('is not granted when any proxy of the chain may no longer proxy, is switched off or closed to the user', () => {
    const refused = { kind: 'failure', failure: 'proxyNotAuthorized' }
    const changes: readonly Partial<ServiceDefinition>[] = [
      { proxy: { kind: 'refuse' } },
      { proxy: { kind: 'matching', pattern: '.*/elsewhere' } },
      { access: definition({ enabled: false }).access },
      { access: definition({ requiredAttributes: { memberOf: ['nobody'] } }).access },
    ]
    for (const change of changes) {
      expect(decide({}, [{ ...proxy, ...change }, target, before])).toEqual(refused)
      expect(decide({}, [proxy, target, { ...before, ...change }])).toEqual(refused)
    }
    expect(decide({}, [proxy, target])).toEqual(refused)
    expect(decide({ ticket: granting({ proxyServices: [] }) })).toEqual(refused)
  })

  it('is granted for a registered name that is no URL', () => {
    const mail = { ...target, serviceId: '^imap:mail\\.example\\.org$' }
    const decision = decideProxyTicket({
      request: { ...request, targetService: 'imap:mail.example.org' },
      found: { ticket: granting(), session: session() },
      snapshot: snapshot([proxy, mail, before]),
      now,
    })
    expect(decision).toMatchObject({ kind: 'grant', ticket: { service: 'imap:mail.example.org' } })
  })
})
