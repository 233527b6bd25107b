import { describe, expect, it } from '@jest/globals'
import { systemRandom } from '../../common/clock.ts'
import { type FormBinding, formTokens, parsePoolKey } from './login-token.ts'

const now = 1_800_000_000_000
const minute = 60_000
const binding: FormBinding = { purpose: 'login', cookie: 'browser-1', service: 'https://app.example.org/' }
const tokens = formTokens(Buffer.alloc(32, 7), systemRandom)

describe('a login token', () => {
  it('begins with LT- and uses the character set of tickets (CAS 3.5.1)', () => {
    expect(tokens.make(binding, now)).toMatch(/^LT-[A-Za-z0-9-]+$/)
  })

  it('made by one server is valid at another that has the same pool key', () => {
    const elsewhere = formTokens(Buffer.alloc(32, 7), systemRandom)
    expect(elsewhere.verify(tokens.make(binding, now), binding, now + minute)).toEqual({
      kind: 'valid',
      expireAt: now + 60 * minute,
    })
  })

  it('differs from every other, so that two tabs of one browser can both sign in', () => {
    expect(tokens.make(binding, now)).not.toBe(tokens.make(binding, now))
  })

  it('expires after an hour, and is not valid long before it was made', () => {
    const token = tokens.make(binding, now)
    expect(tokens.verify(token, binding, now + 60 * minute - 1).kind).toBe('valid')
    expect(tokens.verify(token, binding, now + 60 * minute)).toEqual({ kind: 'expired' })
    expect(tokens.verify(token, binding, now - minute).kind).toBe('valid')
    expect(tokens.verify(token, binding, now - 2 * minute)).toEqual({ kind: 'expired' })
  })

  it.each<[string, Partial<FormBinding>]>([
    ['another browser', { cookie: 'browser-2' }],
    ['another service', { service: 'https://other.example.org/' }],
    ['no service', { service: undefined }],
    ['another form', { purpose: 'warn' }],
  ])('is foreign for %s', (_what, change) => {
    expect(tokens.verify(tokens.make(binding, now), { ...binding, ...change }, now)).toEqual({
      kind: 'foreign',
    })
  })

  it('is foreign under another pool key, changed, or when it never was one', () => {
    const token = tokens.make(binding, now)
    const other = formTokens(Buffer.alloc(32, 8), systemRandom)
    expect(other.verify(token, binding, now).kind).toBe('foreign')
    const changed = token.replace(/.$/, (c) => (c === '0' ? '1' : '0'))
    for (const text of [changed, '', 'LT-', 'LT-1-2-3', `${token}0`, token.toUpperCase()]) {
      expect(tokens.verify(text, binding, now).kind).toBe('foreign')
    }
  })
})

describe('attempts with one token', () => {
  it('are made one after the other at a server, and another token does not wait', async () => {
    const gate = Promise.withResolvers<string>()
    const first = tokens.attempt('LT-1', () => gate.promise)
    expect(await tokens.attempt('LT-1', async () => 'second')).toBe('underWay')
    expect(await tokens.attempt('LT-2', async () => 'other')).toBe('other')
    gate.resolve('first')
    expect(await first).toBe('first')
    expect(await tokens.attempt('LT-1', async () => 'third')).toBe('third')
  })

  it('that fail leave the token to the next', async () => {
    await expect(tokens.attempt('LT-3', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await tokens.attempt('LT-3', async () => 'again')).toBe('again')
  })
})

describe('the pool key', () => {
  it('is 32 bytes in base64, a trailing newline allowed', () => {
    expect(parsePoolKey(`${Buffer.alloc(32, 1).toString('base64')}\n`)).toEqual(Buffer.alloc(32, 1))
  })

  it('of another length is refused', () => {
    expect(() => parsePoolKey('c2hvcnQ=')).toThrow('must be 32 bytes in base64, not 5')
  })
})
