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
const request = { pgt: 'PGT-1' as ProxyGrantingTicketId, targetService: 'https://target.example.org/' }
const granting = (change: Partial<ProxyGrantingTicket> = {}): ProxyGrantingTicket => ({
  root: 'key',
  service: 'https://app.example.org/',
  proxies: [callback, 'https://before.example.org/cb'],
  issuedAt: now - 1000,
  expireAt: now + 1000,
  ...change,
})
const decide = (
  found: { ticket?: ProxyGrantingTicket; session?: SsoSession | undefined },
  definitions: readonly ServiceDefinition[] = [proxy, target],
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
    expect(decide({}, [proxy, short])).toMatchObject({ ticket: { expireAt: now + 5_000 } })
  })

  it('is not granted by a ticket that is unknown, expired, or whose session is over or gone', () => {
    expect(
      decideProxyTicket({ request, found: undefined, snapshot: snapshot([proxy, target]), now }),
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
})
