import { describe, expect, it } from '@jest/globals'
import { systemRandom } from '../../common/clock.ts'
import {
  newServiceTicketId,
  newTicketGrantingTicketId,
  parseServiceTicketId,
  parseTicketGrantingTicketId,
  ticketKey,
} from './ticket-id.ts'

const fixedRandom = (byte: number) => ({ bytes: (n: number) => Buffer.alloc(n, byte), uuid: () => '' })

describe('ticket ids', () => {
  it('emit only the character set of the specification, behind the prefix (CAS 3.7)', () => {
    for (let i = 0; i < 200; i++) {
      expect(newServiceTicketId(systemRandom)).toMatch(/^ST-[A-Za-z0-9]{50}$/)
      expect(newTicketGrantingTicketId(systemRandom)).toMatch(/^TGT-[A-Za-z0-9]{50}$/)
    }
  })

  it('carry all 256 bits, also when the leading ones are zero', () => {
    expect(newServiceTicketId(fixedRandom(0))).toBe(`ST-${'0'.repeat(50)}`)
    const largest = newServiceTicketId(fixedRandom(255)).slice(3)
    expect(largest).toHaveLength(50)
    expect([...largest].reduce((n, d) => n * 36n + BigInt(Number.parseInt(d, 36)), 0n)).toBe(2n ** 256n - 1n)
  })

  it('are recognised as they are made', () => {
    const st = newServiceTicketId(systemRandom)
    const tgt = newTicketGrantingTicketId(systemRandom)
    expect(parseServiceTicketId(st)).toBe(st)
    expect(parseTicketGrantingTicketId(tgt)).toBe(tgt)
  })

  it('are accepted with the characters that other servers write', () => {
    const id = 'ST-12-aB_3xkPq0LmN9zTyU-vW.cas-node-1.example.org'
    expect(parseServiceTicketId(id)).toBe(id)
  })

  it.each([
    ['another kind', `TGT-${'a'.repeat(50)}`],
    ['a lower-case prefix', `st-${'a'.repeat(50)}`],
    ['too short', 'ST-1'],
    ['too long', `ST-${'a'.repeat(300)}`],
    ['markup', `ST-${'a'.repeat(30)}<b>`],
    ['a NUL', `ST-${'a'.repeat(30)}\0`],
    ['a trailing newline', `ST-${'a'.repeat(30)}\n`],
    ['nothing', ''],
  ])('refuse as a service ticket: %s', (_what, text) => {
    expect(parseServiceTicketId(text)).toBeUndefined()
  })

  it('are stored under a hash from which the id cannot be had', () => {
    const key = ticketKey('ST-abc')
    expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(key).toBe(ticketKey('ST-abc'))
    expect(key).not.toBe(ticketKey('ST-abd'))
  })
})
