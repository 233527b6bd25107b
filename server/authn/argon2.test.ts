import { describe, expect, it } from '@jest/globals'
import { systemRandom } from '../../common/clock.ts'
import { type Argon2Hash, hashPassword, parsePhc, phcText, verifyPassword } from './argon2.ts'

const cheap = { memory: 8, passes: 1, parallelism: 1 }
const parsed = (text: string): Argon2Hash => {
  const hash = parsePhc(text)
  if ('problem' in hash) throw new Error(hash.problem)
  return hash
}

describe('a password hash', () => {
  it('verifies the password it was made from and no other', async () => {
    const hash = parsed(await hashPassword('Mellon', systemRandom, cheap))
    expect(await verifyPassword('Mellon', hash)).toBe(true)
    expect(await verifyPassword('mellon', hash)).toBe(false)
    expect(await verifyPassword('', hash)).toBe(false)
  })

  it('made by the reference implementation is verified', async () => {
    const made =
      '$argon2id$v=19$m=19456,t=2,p=1$JOWiSAk41RLAESQMBdspAw$6zJVveSTc2XfFGDN1/CgX903mgFez625XuMMTOab0T0'
    expect(await verifyPassword('Mellon', parsed(made))).toBe(true)
  })

  it('is never the same twice', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => hashPassword('x', systemRandom, cheap)))
    expect(one).not.toBe(two)
  })

  it('reads as it is written', async () => {
    const text = await hashPassword('x', systemRandom, cheap)
    expect(phcText(parsed(text))).toBe(text)
  })

  it('is verified also when many sign in at once', async () => {
    const hash = parsed(await hashPassword('x', systemRandom, cheap))
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, i) => verifyPassword(i % 2 ? 'x' : 'y', hash)),
    )
    expect(all.filter(Boolean)).toHaveLength(25)
  })

  it.each([
    ['another algorithm', '$2b$12$abcdefghijklmnopqrstuv', 'is not an argon2id hash'],
    ['argon2i', '$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA', 'is not an argon2id hash'],
    ['a clear password', 'Mellon', 'is not an argon2id hash'],
    [
      'too much memory',
      '$argon2id$v=19$m=9999999,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA',
      'memory 9999999',
    ],
    ['no passes', '$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA', 'passes 0'],
    [
      'too little memory for its lanes',
      '$argon2id$v=19$m=8,t=1,p=4$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA',
      'per lane',
    ],
  ])('of %s is refused with the reason', (_what, text, reason) => {
    expect(parsePhc(text)).toEqual({ problem: expect.stringContaining(reason) })
  })
})
