/**
 * One-time tokens of forms: `lt` of the login form, and the confirmation of the "warn" page. A token is a MAC over
 * the browser's binding (a cookie), the service and the time, so that any server of the pool can check it without
 * asking the database, and a form that another site prepared cannot be posted here. Single use is the store's part.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Instant, Random } from '../../common/clock.ts'

type FormPurpose = 'login' | 'warn'

/** What a token is bound to. */
export interface FormBinding {
  readonly purpose: FormPurpose
  /** Value of a cookie of the browser that was given the form. */
  readonly cookie: string
  readonly service: string | undefined
}

type TokenVerdict =
  | { readonly kind: 'valid'; readonly expireAt: Instant }
  | { readonly kind: 'expired' }
  | { readonly kind: 'foreign' }

export interface FormTokens {
  make(binding: FormBinding, now: Instant): string
  verify(token: string, binding: FormBinding, now: Instant): TokenVerdict
  /** Runs `work`, or is `underWay` while an attempt with the same token is made at this server. */
  attempt<T>(token: string, work: () => Promise<T>): Promise<T | 'underWay'>
}

/** How long a form may stay open. */
const tokenLifetimeMs = 60 * 60 * 1000
/** Servers' clocks may differ by so much. */
const clockSkewMs = 60 * 1000
const shape = /^LT-([0-9a-z]{1,12})-([0-9a-f]{32})-([0-9a-f]{64})$/

/** Tokens under a key derived from the pool key (32 bytes), which is never used for anything directly. */
export function formTokens(poolKey: Buffer, random: Random): FormTokens {
  const key = Buffer.from(hkdfSync('sha256', poolKey, '', 'caspool form tokens 1', 32))
  const underWay = new Set<string>()
  return {
    make(binding, now) {
      const madeAt = now.toString(36)
      const nonce = random.bytes(16).toString('hex')
      return `LT-${madeAt}-${nonce}-${mac(key, binding, [madeAt, nonce]).toString('hex')}`
    },
    verify(token, binding, now) {
      const [, madeAt, nonce, given] = shape.exec(token) ?? []
      if (madeAt === undefined || nonce === undefined || given === undefined) return { kind: 'foreign' }
      const expected = mac(key, binding, [madeAt, nonce])
      if (!timingSafeEqual(Buffer.from(given, 'hex'), expected)) return { kind: 'foreign' }
      const made = Number.parseInt(madeAt, 36)
      if (made > now + clockSkewMs) return { kind: 'expired' }
      const expireAt = made + tokenLifetimeMs
      return now < expireAt ? { kind: 'valid', expireAt } : { kind: 'expired' }
    },
    async attempt(token, work) {
      if (underWay.has(token)) return 'underWay'
      underWay.add(token)
      try {
        return await work()
      } finally {
        underWay.delete(token)
      }
    },
  }
}

/** The pool key in the text of its file: 32 bytes in base64. Throws Error when it is anything else. */
export function parsePoolKey(text: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== 32) throw new Error(`must be 32 bytes in base64, not ${key.length}`)
  return key
}

function mac(key: Buffer, binding: FormBinding, parts: readonly string[]): Buffer {
  // JSON keeps the fields apart: no value can be moved from one field into its neighbour.
  const message = JSON.stringify([binding.purpose, binding.cookie, binding.service ?? null, ...parts])
  return createHmac('sha256', key).update(message).digest()
}
