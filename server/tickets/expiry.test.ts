import { describe, expect, it } from '@jest/globals'
import { isTicketExpired, isTouchDue, sessionLiveness } from './expiry.ts'
import type { ServiceTicket, SsoSession } from './ticket.ts'

const start = 1_800_000_000_000
const session = (change: Partial<SsoSession> = {}): SsoSession => ({
  key: 'k',
  principal: { user: 'u', attributes: {} },
  authenticatedAt: start,
  lastUsedAt: start,
  lifetime: { maxSeconds: 28_800, idleSeconds: 7_200 },
  rememberMe: false,
  warn: false,
  state: { kind: 'live' },
  ...change,
})
const live = { kind: 'live' }
const over = (rule: string) => ({ kind: 'over', rule })

describe('a session', () => {
  it('is live until its idle time is over, to the millisecond', () => {
    expect(sessionLiveness(session(), start + 7_200_000 - 1)).toEqual(live)
    expect(sessionLiveness(session(), start + 7_200_000)).toEqual(over('idle'))
  })

  it('is over at its maximum lifetime, however busy', () => {
    const busy = session({ lastUsedAt: start + 28_799_000 })
    expect(sessionLiveness(busy, start + 28_800_000 - 1)).toEqual(live)
    expect(sessionLiveness(busy, start + 28_800_000)).toEqual(over('maxLifetime'))
  })

  it('is over once it was ended, whatever the clock says', () => {
    const ended = session({ state: { kind: 'ended', reason: 'logout' } })
    expect(sessionLiveness(ended, start)).toEqual(over('ended'))
  })

  it('has its idle time written at most every minute and every tenth of it', () => {
    expect(isTouchDue(session(), start + 59_999)).toBe(false)
    expect(isTouchDue(session(), start + 60_000)).toBe(true)
    const short = session({ lifetime: { maxSeconds: 600, idleSeconds: 60 } })
    expect(isTouchDue(short, start + 5_999)).toBe(false)
    expect(isTouchDue(short, start + 6_000)).toBe(true)
  })
})

describe('a service ticket', () => {
  it('is expired one moment too late', () => {
    const ticket: ServiceTicket = {
      root: 'k',
      service: 'https://app.example.org/',
      definitionId: '1',
      fromNewLogin: true,
      issuedAt: start,
      expireAt: start + 30_000,
    }
    expect(isTicketExpired(ticket, start + 29_999)).toBe(false)
    expect(isTicketExpired(ticket, start + 30_000)).toBe(true)
  })
})
