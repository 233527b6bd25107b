import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compilePattern } from './java-pattern.ts'

const whole = { stepsLeft: 1e9 }

const atom = fc.constantFrom(
  'a',
  'b',
  'k',
  'é',
  '😀',
  '.',
  '[a-k]',
  '[^b]',
  '\\w',
  '\\W',
  '\\pL',
  '^',
  '$',
  '(?i:s)',
  '()',
)
const pattern = fc.letrec<{ readonly part: string }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    fc.tuple(tie('part'), tie('part')).map(([first, second]) => first + second),
    fc.tuple(tie('part'), tie('part')).map(([first, second]) => `(${first}|${second})`),
    fc
      .tuple(tie('part'), fc.constantFrom('*', '+', '?', '{2}', '{0,3}'))
      .map(([part, times]) => `(?:${part})${times}`),
  ),
})).part
const text = fc
  .array(fc.constantFrom('a', 'b', 'k', 'K', 'S', 's', '\u017f', '\u212a', 'é', 'É', '😀', '-'), {
    maxLength: 8,
  })
  .map((characters) => characters.join(''))

it('answers as the engine itself does', () => {
  let matched = 0
  const agrees = fc.property(
    pattern,
    fc.array(text, { minLength: 4 }),
    fc.boolean(),
    (source, texts, flag) => {
      const compiled = compilePattern(source, { caseInsensitive: flag })
      if (compiled.kind === 'refused') return
      for (const one of texts) {
        const answer = compiled.pattern.matches(one)
        if (answer) matched += 1
        expect({ source, one, answer: compiled.pattern.matchesWithin(one, { ...whole }) }).toEqual({
          source,
          one,
          answer,
        })
      }
    },
  )
  fc.assert(agrees, { numRuns: 3_000 })
  expect(matched).toBeGreaterThan(100)
})

it.each(['a', 'é'])('stops when its work is spent, for a text of %s as for any', (character) => {
  const compiled = compilePattern('.*a?.{50}x', { caseInsensitive: true })
  if (compiled.kind === 'refused') throw new Error(compiled.reason)
  const work = { stepsLeft: 5_000 }
  expect(compiled.pattern.matchesWithin(character.repeat(2_000), work)).toBeUndefined()
  // Spent, and by no more than one character costs.
  expect(work.stepsLeft).toBeLessThan(0)
  expect(work.stepsLeft).toBeGreaterThan(-1_000)
})
