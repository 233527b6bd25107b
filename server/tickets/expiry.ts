/** When a session or a ticket is over. Pure; nothing here deletes anything, and limits are exclusive at their end. */
import type { Instant } from '../../common/clock.ts'
import type { ServiceTicket, SsoSession } from './ticket.ts'

export type Liveness =
  | { readonly kind: 'live' }
  | { readonly kind: 'over'; readonly rule: 'ended' | 'maxLifetime' | 'idle' }

/** Idle time is recorded at most so often, which keeps single sign-on from writing with every ticket. */
const maxTouchIntervalMs = 60_000

/** Whether a session can still grant tickets, and with it whether tickets that hang from it still count. */
export function sessionLiveness(session: SsoSession, now: Instant): Liveness {
  if (session.state.kind === 'ended') return { kind: 'over', rule: 'ended' }
  if (now >= session.authenticatedAt + session.lifetime.maxSeconds * 1000) {
    return { kind: 'over', rule: 'maxLifetime' }
  }
  if (now >= session.lastUsedAt + session.lifetime.idleSeconds * 1000) return { kind: 'over', rule: 'idle' }
  return { kind: 'live' }
}

/** When a live session will be over if it is not used again. */
export function sessionEndsAt({ authenticatedAt, lastUsedAt, lifetime }: SsoSession): Instant {
  return Math.min(authenticatedAt + lifetime.maxSeconds * 1000, lastUsedAt + lifetime.idleSeconds * 1000)
}

export const isLive = (session: SsoSession, now: Instant): boolean =>
  sessionLiveness(session, now).kind === 'live'

export const isTicketExpired = ({ expireAt }: Pick<ServiceTicket, 'expireAt'>, now: Instant): boolean =>
  now >= expireAt

/** Whether a use of the session is worth a write: at most every tenth of the idle time, and every minute. */
export function isTouchDue(session: SsoSession, now: Instant): boolean {
  const intervalMs = Math.min(maxTouchIntervalMs, (session.lifetime.idleSeconds * 1000) / 10)
  return now - session.lastUsedAt >= intervalMs
}
