import { describe, expect, it } from '@jest/globals'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import { definition, snapshot } from '../cas/testing/samples.ts'
import type { EndedSession, SpentTicket } from './outbox-store.ts'
import { planLogout, sessionTickets } from './targets.ts'

const begin = Date.UTC(2026, 0, 1)

function ticket(id: string, change: Partial<SpentTicket> = {}): SpentTicket {
  const service = 'https://app.example.org/a?b=c'
  const times = { issuedAt: begin, spentAt: begin + 100, expireAt: begin + 30_000 }
  return { id, service, definitionId: '1', ...times, ...change }
}

function ended(tickets: readonly SpentTicket[]): EndedSession {
  const principal = { user: 'CasUser', attributes: { uid: ['u1'] } }
  return {
    key: 'key',
    claim: 'c',
    principal,
    reason: 'logout',
    endedAt: begin + 5_000,
    tickets,
    predecessors: [],
  }
}

const withLogout = (logout: ServiceDefinition['logout'], change: Partial<ServiceDefinition> = {}) =>
  snapshot([{ ...definition(), logout, ...change }])
const plan = (tickets: readonly SpentTicket[], registry = snapshot([definition()])) =>
  planLogout(ended(tickets), registry)

describe('who is told', () => {
  it('the service, at the URL it got its ticket for', () => {
    const { backChannel, frontChannel, unaddressed } = plan([ticket('ST-1')])
    expect(backChannel).toMatchObject([
      {
        url: 'https://app.example.org/a?b=c',
        sessionIndex: 'ST-1',
        nameId: 'CasUser',
        issuedAt: begin + 5_000,
      },
    ])
    expect([...frontChannel, ...unaddressed]).toEqual([])
  })

  it('the user under the name that this service knows', () => {
    const registry = withLogout(
      { type: 'backChannel' },
      { username: { kind: 'attribute', attribute: 'uid', canonicalization: 'upper' } },
    )
    expect(plan([ticket('ST-1')], registry).backChannel).toMatchObject([{ nameId: 'U1' }])
  })

  it('at the logoutUrl where the definition has one', () => {
    const registry = withLogout({ type: 'backChannel', url: 'https://in.example.org/slo#x' })
    expect(plan([ticket('ST-1')], registry).backChannel).toMatchObject([
      { url: 'https://in.example.org/slo' },
    ])
  })

  it.each([
    ['https://app.example.org/?ticket=ST-old', 'https://app.example.org/'],
    ['https://app.example.org/?ticket=ST-old&a=1#f', 'https://app.example.org/?a=1'],
    ['https://app.example.org/?a=1&ticket=ST-old', 'https://app.example.org/?a=1'],
    ['https://app.example.org/?myticket=1', 'https://app.example.org/?myticket=1'],
  ])('%s without a ticket and without a fragment', (service, url) => {
    expect(plan([ticket('ST-1', { service })]).backChannel).toMatchObject([{ url }])
  })

  it('through the browser where the definition says so, and not at all where it says none', () => {
    expect(plan([ticket('ST-1')], withLogout({ type: 'frontChannel' }))).toMatchObject({
      backChannel: [],
      frontChannel: [{ sessionIndex: 'ST-1' }],
    })
    expect(plan([ticket('ST-1')], withLogout({ type: 'none' }))).toEqual({
      backChannel: [],
      frontChannel: [],
      unaddressed: [],
    })
  })

  it('nobody where the definition is gone, or its logoutUrl is no web address', () => {
    expect(plan([ticket('ST-1')], snapshot([])).unaddressed).toHaveLength(1)
    const registry = withLogout({ type: 'backChannel', url: 'ftp://app.example.org/' })
    expect(plan([ticket('ST-1')], registry)).toMatchObject({ backChannel: [], unaddressed: [{}] })
  })

  it('with the same message id whoever plans it, and another one for each ticket', () => {
    const [first] = plan([ticket('ST-1')]).backChannel
    expect(plan([ticket('ST-1')]).backChannel[0]?.id).toBe(first?.id)
    expect(first?.id).toMatch(/^LR-[\w-]{43}$/)
    expect(plan([ticket('ST-2')]).backChannel[0]?.id).not.toBe(first?.id)
  })
})

describe('of the tickets of one application', () => {
  const ids = (tickets: readonly SpentTicket[]): string[] => sessionTickets(tickets).map(({ id }) => id)

  it('counts the one after which it asked for no other', () => {
    const later = { issuedAt: begin + 1_000, spentAt: begin + 1_100 }
    expect(
      ids([ticket('ST-1'), ticket('ST-2', { ...later, service: 'https://app.example.org/a?page=2' })]),
    ).toEqual(['ST-2'])
  })

  it('count all that were granted before one of them was presented', () => {
    expect(ids([ticket('ST-1'), ticket('ST-2'), ticket('ST-3', { issuedAt: begin + 50 })])).toHaveLength(3)
  })

  it('counts the newest, also when the clock of another server says that it was presented before it was granted', () => {
    expect(ids([ticket('ST-1', { issuedAt: begin + 500 })])).toEqual(['ST-1'])
    expect(ids([ticket('ST-1'), ticket('ST-2', { issuedAt: begin + 110 })])).toEqual(['ST-1', 'ST-2'])
  })

  it('count all of other addresses and other definitions', () => {
    const later = { issuedAt: begin + 1_000, spentAt: begin + 1_100 }
    const others = [
      ticket('ST-2', { ...later, service: 'https://app.example.org/b' }),
      ticket('ST-3', { ...later, definitionId: '2' }),
    ]
    expect(ids([ticket('ST-1'), ...others])).toEqual(['ST-1', 'ST-2', 'ST-3'])
  })

  it('does not count one that was presented too late, and it replaces none', () => {
    const late = { issuedAt: begin + 1_000, spentAt: begin + 60_000 }
    expect(ids([ticket('ST-1'), ticket('ST-2', late)])).toEqual(['ST-1'])
  })
})
