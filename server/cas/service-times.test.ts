import { expect, it } from '@jest/globals'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import type { WhyDenied } from '../services/access.ts'
import type { ProxyGrantingTicketId, ServiceTicket, ServiceTicketId } from '../tickets/ticket.ts'
import { decideProxyTicket } from './proxy.ts'
import { decideRequestedService } from './requested-service.ts'
import { definition, session, snapshot } from './testing/samples.ts'
import { decideValidation } from './validate.ts'

const now = Date.UTC(2026, 0, 1, 1)
const url = 'https://app.example.org/'

const outOfTime: readonly (readonly [string, ServiceDefinition, WhyDenied])[] = [
  ['that has expired', { ...definition(), expiresAt: now }, 'expired'],
  ['whose time is over', definition({ notAfter: now - 1 }), 'expired'],
  ['whose time is to come', definition({ notBefore: now + 1 }), 'not yet in use'],
]
const ticket: ServiceTicket = {
  root: 'key',
  service: url,
  definitionId: '1',
  fromNewLogin: true,
  issuedAt: now - 1000,
  expireAt: now + 29_000,
}

it.each(outOfTime)(
  'signs nobody in to a service %s, and to no wider one in its place',
  (_when, service, why) => {
    const wide = { ...definition(), id: 2n, serviceId: '^https://.*$' }
    expect(decideRequestedService(snapshot([service, wide]), url, now)).toMatchObject({
      kind: 'denied',
      access: { why },
    })
  },
)

it.each(outOfTime)('validates no ticket for a service %s since it was issued', (_when, service) => {
  const decision = decideValidation({
    request: {
      service: url,
      ticket: `ST-${'a'.repeat(50)}` as ServiceTicketId,
      renew: false,
      takesProxyTickets: false,
    },
    consumed: { kind: 'consumed', ticket, session: session() },
    snapshot: snapshot([service]),
    now,
  })
  expect(decision).toMatchObject({ kind: 'failure', failure: 'unregisteredService' })
})

it.each(outOfTime)('grants no proxy ticket to a service %s, nor through one', (_when, service) => {
  const proxy = { kind: 'matching', pattern: '.*' } as const
  const target = { ...definition(), id: 2n, serviceId: '^https://target\\.example\\.org/$' }
  const decide = (definitions: readonly ServiceDefinition[], targetService: string) =>
    decideProxyTicket({
      request: { pgt: 'PGT-1' as ProxyGrantingTicketId, targetService },
      found: {
        ticket: {
          root: 'key',
          service: url,
          proxies: ['https://app.example.org/cb'],
          proxyServices: [url],
          issuedAt: now - 1000,
          expireAt: now + 1000,
        },
        session: session(),
      },
      snapshot: snapshot(definitions),
      now,
    })
  const open = { ...definition(), proxy }
  expect(decide([open, target], 'https://target.example.org/').kind).toBe('grant')
  expect(decide([{ ...service, proxy }, target], 'https://target.example.org/')).toMatchObject({
    failure: 'proxyNotAuthorized',
  })
  const closed = { ...service, id: 2n, serviceId: target.serviceId }
  expect(decide([open, closed], 'https://target.example.org/')).toMatchObject({
    failure: 'targetNotAuthorized',
  })
})
