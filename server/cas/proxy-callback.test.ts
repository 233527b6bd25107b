import { describe, expect, it } from '@jest/globals'
import type { ProxyPolicy, ServiceDefinition } from '../../common/documents/service-definition.ts'
import type { ServiceTicket } from '../tickets/ticket.ts'
import { callbackUrl, decideCallback, mayProxy } from './proxy-callback.ts'
import { definition, session } from './testing/samples.ts'

const now = Date.UTC(2026, 0, 1, 1)
const own = 'https://app.example.org/callback'
const willing = (pattern: string, change: Partial<ServiceDefinition> = {}): ServiceDefinition => ({
  ...definition(),
  proxy: { kind: 'matching', pattern } satisfies ProxyPolicy,
  ...change,
})
const ticket: ServiceTicket = {
  root: 'key',
  service: 'https://app.example.org/',
  definitionId: '1',
  fromNewLogin: false,
  issuedAt: now,
  expireAt: now + 30_000,
}
const facts = { pgtUrl: own, definition: willing('.*'), ticket, session: session(), now }

describe('the URL of a callback', () => {
  const ids = { pgtId: 'PGT-1', pgtIou: 'PGTIOU-2' }
  const added = 'pgtId=PGT-1&pgtIou=PGTIOU-2'

  it.each([
    ['https://app/cb', `https://app/cb?${added}`],
    ['https://app', `https://app?${added}`],
    ['https://app/cb?', `https://app/cb?${added}`],
    ['https://app/cb?a=1&b=%2F', `https://app/cb?a=1&b=%2F&${added}`],
    ['https://app/cb?a=1&', `https://app/cb?a=1&${added}`],
    ['https://app/cb?a=1#part?x', `https://app/cb?a=1&${added}`],
    ['https://app/cb#part', `https://app/cb?${added}`],
  ])('keeps what %s holds', (pgtUrl, url) => {
    expect(callbackUrl(pgtUrl, ids)).toBe(url)
  })
})

describe('a proxy policy', () => {
  it('names callbacks as a whole, anchored or not', () => {
    const pattern = 'https://app\\.example\\.org/callback'
    for (const anchored of [pattern, `^${pattern}$`]) {
      expect(mayProxy(willing(anchored), own)).toBe(true)
      expect(mayProxy(willing(anchored), `${own}/more`)).toBe(false)
      expect(mayProxy(willing(anchored), `https://evil.example.net/?${own}`)).toBe(false)
      expect(mayProxy(willing(anchored), 'https://appXexample.org/callback')).toBe(false)
    }
  })

  it('names none when it refuses, or cannot be run', () => {
    expect(mayProxy(definition(), own)).toBe(false)
    expect(mayProxy(willing('[a-z&&[def]]'), own)).toBe(false)
    expect(mayProxy(willing('('), own)).toBe(false)
  })
})

describe('a proxy-granting ticket', () => {
  const granted = (change: Partial<typeof facts> = {}) => {
    const decision = decideCallback({ ...facts, ...change })
    if (decision.kind === 'refused') throw new Error(decision.failure)
    return decision.grant
  }

  it('has its own callback before those of the proxies that the ticket came through', () => {
    const proxies = ['https://b.example.org/cb', 'https://a.example.org/cb']
    expect(granted().proxies).toEqual([own])
    expect(granted({ ticket: { ...ticket, proxies } }).proxies).toEqual([own, ...proxies])
  })

  it('lives as long as its session may, or shorter where the service says so', () => {
    const end = session().authenticatedAt + 28_800_000
    expect(granted().expireAt).toBe(end)
    const limited = (seconds: number) =>
      granted({ definition: willing('.*', { tickets: { proxyGrantingTicketSeconds: seconds } }) }).expireAt
    expect(limited(60)).toBe(now + 60_000)
    expect(limited(1_000_000)).toBe(end)
  })
})
