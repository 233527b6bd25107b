/** Asked of a Java that runs now: what it matches holds what we say of the pattern, whatever the pattern is. */
import { beforeAll, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { askJavaPatterns, javaUnavailable } from '../../tools/testing/java.ts'
import { patternClaim } from './pattern-claim.ts'
import { asciiLower } from './service-url.ts'

/** 4,000 in `make test`; CASPOOL_TEST_RUNS asks about more. */
const numRuns = Number(process.env['CASPOOL_TEST_RUNS'] ?? 4_000)

jest.setTimeout(120_000 + numRuns)
beforeAll(async () => {
  const reason = await javaUnavailable()
  if (reason !== undefined) throw new Error(reason)
}, 300_000)

/** A piece of a pattern, and texts of which some match it: texts that nobody chose would match next to nothing. */
interface Piece {
  readonly source: string
  readonly texts: readonly string[]
}

const piece = (source: string, ...texts: readonly string[]): Piece => ({ source, texts })
const plain = [...'abkS1-/_:=~# &]}\u00fc\u212a\u{1f600}'].map((one) => piece(one, one, one.toUpperCase()))
const escaped = [...'.-/_[](){}|?*+^$\\# '].map((one) => piece(`\\${one}`, one))
const others = [
  piece('.', 'a', '.', '/'),
  piece('\\x41', 'a', 'A', '1'),
  piece('\\x{62}', 'b', '62'),
  piece('\\u0053', 's', 'S'),
  piece('\\p{L}', 'x', '\u00fc'),
  piece('\\pL', 'x', 'L'),
  piece('\\0101', 'A', '1'),
  piece('\\c[', '\u001b'),
  piece('\\c|', '<'),
  piece('\\c(', 'h'),
  piece('\\c)', 'i'),
  piece('\\1', '', 'a', 'b'),
  piece('\\k<x>', '', 'a'),
  piece('\\N{LATIN SMALL LETTER A}', 'a'),
  piece('\\b', ''),
  piece('\\d', '1', 'd'),
  piece('\\h', ' '),
  piece('\\R', '\n'),
  piece('\\t', '\t'),
  piece('[ab]', 'a', 'B'),
  piece('[^(]', 'a', '('),
  piece('[a|b]', 'a', '|', 'b]'),
  piece('[]a]', 'a', ']'),
  piece('[a[b]c]', 'a', 'b', 'c'),
  piece('[a-z&&[^b]]', 'a', 'k'),
  piece('[a&b]', '&', 'a'),
  piece('[\\Qa]\\E]', 'a', ']'),
  piece('[a#|b]', 'a', '#'),
  piece('[\\[|]', '[', '|'),
  piece('\\Qa.b\\E', 'a.b', 'A.B'),
  piece('\\Q[|\\E', '[|', '['),
  piece('\\Q\\E', ''),
  piece('\\Q1', '1'),
  piece('^', ''),
  piece('$', ''),
  piece('\n', '\n', ''),
  piece('#[\n', '', '#[\n'),
  piece('{', '{'),
  piece('{2}', ''),
  ...['i', '-i', 's', 'm', 'x', 'iu', 'U', 'd', 'c', '-x', 'xi-s'].map((flags) => piece(`(?${flags})`, '')),
  ...['(?=a)', '(?!b)', '(?<=a)', '(?<!b)', '(?>)', '()', '(?#a)'].map((one) => piece(one, '')),
]
const opening = fc.constantFrom(
  '(',
  '(',
  '(?:',
  '(?>',
  '(?i:',
  '(?x:',
  '(?iu:',
  '(?<x>',
  '(?=',
  '(?!',
  '(?<!',
)
const repetition = fc.constantFrom(
  '',
  '',
  '',
  '',
  '?',
  '*',
  '+',
  '??',
  '++',
  '?+',
  '{0}',
  '{0,2}',
  '{2}',
  '{1}{0}',
)
const { sequence } = fc.letrec<{ piece: Piece; sequence: Piece }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 2 },
    { weight: 5, arbitrary: fc.constantFrom(...plain) },
    { weight: 3, arbitrary: fc.constantFrom(...escaped) },
    { weight: 3, arbitrary: fc.constantFrom(...others) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(opening, tie('sequence'))
        .map(([open, inner]) => piece(`${open}${inner.source})`, ...inner.texts, '')),
    },
  ),
  sequence: fc
    .array(fc.tuple(tie('piece'), repetition, fc.constantFrom(...Array<string>(9).fill(''), '|')), {
      maxLength: 5,
    })
    .chain((parts) => {
      const source = parts.map(([{ source }, repeated, bar]) => source + repeated + bar).join('')
      // Each piece as one of its texts, or left out, or twice: what repetitions and alternatives take.
      const text = fc
        .tuple(
          ...parts.map(([{ texts }, repeated, bar]) =>
            repeated === '' && bar === ''
              ? fc.constantFrom(...texts)
              : fc.constantFrom(...texts, ...texts, '', `${texts[0]}${texts[0]}`),
          ),
        )
        .map((chosen) => chosen.join(''))
      const whole = fc.oneof(
        { weight: 3, arbitrary: text },
        {
          weight: 1,
          arbitrary: fc.tuple(text, fc.nat()).map(([one, at]) => one.slice(at % (one.length + 1))),
        },
      )
      return fc.array(whole, { minLength: 8, maxLength: 8 }).map((texts) => ({ source, texts }))
    }),
}))
const question = fc
  .tuple(fc.constantFrom('', '', '^', 'https://', '^https?://', '(?i)', '^(?!x)'), sequence)
  .map(([start, { source, texts }]) => ({
    pattern: start + source,
    texts: texts.flatMap((text) => [text, `https://${text}`]),
  }))

it('whatever Java matches holds what the pattern is said to need', async () => {
  const seed = fc.sample(fc.nat(), 1)[0] ?? 0
  const questions = fc.sample(question, { numRuns, seed })
  const answers = await askJavaPatterns(questions)
  let tried = 0
  const wrong = questions.flatMap(({ pattern, texts }, i) => {
    const { start, within } = patternClaim(pattern)
    return texts.flatMap((text, at) => {
      if (!/[13]/.test(answers[i]?.charAt(at) ?? '')) return []
      const lowered = asciiLower(text)
      const behindScheme = /^https?:\/\/([\s\S]*)/.exec(lowered)?.[1]
      if (within !== '') tried += 1
      const holds = lowered.includes(within) && (behindScheme ?? start).startsWith(start)
      return holds ? [] : [{ pattern, text, start, within }]
    })
  })
  expect({ seed, wrong }).toEqual({ seed, wrong: [] })
  // The property would hold of nothing at all.
  expect(tried).toBeGreaterThan(numRuns / 4)
})
