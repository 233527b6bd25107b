/** Asked of a Java that runs now: the kept answers are its answers, and patterns that nobody chose answer alike. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { askJavaPatterns, javaUnavailable } from '../../tools/testing/java.ts'
import { decodeDefinition } from './definition-codec.ts'
import { compilePattern, isMalformed } from './java-pattern.ts'
import { minimal, services } from './testing/documents.ts'
import { type JavaAnswers, ours } from './testing/java-answers.ts'

/** 4,000 in `make test`; CASPOOL_TEST_RUNS asks about more. */
const numRuns = Number(process.env['CASPOOL_TEST_RUNS'] ?? 4_000)

jest.setTimeout(120_000 + numRuns)
beforeAll(async () => {
  const reason = await javaUnavailable()
  if (reason !== undefined) throw new Error(reason)
}, 300_000)

it('java-answers.golden.json holds what Java says', async () => {
  const stored = readFileSync(join(import.meta.dirname, 'java-answers.golden.json'), 'utf8')
  const { texts, answers } = JSON.parse(stored) as JavaAnswers
  const asked = await askJavaPatterns(answers.map(([pattern]) => ({ pattern, texts })))
  expect(asked).toEqual(answers.map(([, digits]) => digits))
})

const pieces = [
  ...[
    'a',
    'b',
    'K',
    's',
    '1',
    '-',
    '.',
    '.',
    '/',
    '&',
    '#',
    '~',
    ']',
    '}',
    ',',
    ':',
    ' ',
    '\n',
    '\r',
    '\u2028',
  ],
  ...['\u00fc', '\u212a', '\u017f', '\ud83d\ude00', '\\u0041', '\\x4b', '\\x{1f600}', '\\t', '\\n', '\\e'],
  ...['\\.', '\\-', '\\/', '\\_', '\\d', '\\w', '\\s', '\\S', '\\W', '\\D', '\\p{L}', '\\pN', '\\P{L}'],
  ...[
    '[a-z]',
    '[^/]',
    '[^a]',
    '[A-Z]',
    '[\\w-.]',
    '[\\w.-]',
    '[X-c]',
    '[^X-c]',
    '[\\s\\S]',
    '[\\d-]',
    '[-ab]',
  ],
  ...['[a-\\.]', '[ab-]', '[\u00e0-\u00fc]', '[a&b]', '[^\\w]', '[\\W]', '[^\\S]', '[\\x{61}-\\x{7a}]'],
  ...['^', '$', '\\A', '\\z', '\\Z', '(?i)', '(?s)', '(?-i)', '\\Qa.\\E'],
]
const opening = fc.constantFrom('(', '((', '(*', '(?:', '(?i:', '(?s:', '(?-i:', '(?<x>', '(?=', '(?!')
const repetition = fc.constantFrom(
  '',
  '',
  '',
  '',
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{2}',
  '{1,2}',
  '{0}',
  '{1,}',
)
const { sequence } = fc.letrec<{ piece: string; sequence: string }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 3 },
    { weight: 5, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.tuple(opening, tie('sequence')).map(([open, inner]) => `${open}${inner})`) },
  ),
  sequence: fc
    .array(fc.tuple(tie('piece'), repetition, fc.constantFrom('', '', '', '', '', '|')), { maxLength: 5 })
    .map((parts) => parts.flat().join('')),
}))
const pattern = fc
  .tuple(fc.constantFrom('', '', '^', '^(?!a)', '^(?=.*b)', '(?i)'), sequence)
  .map((parts) => parts.join(''))
const characters = [...'abABkKsS1-./ Xc^_]}&#,:\n\r\t\v\u001b\u0085\u2028\u212a\u017f\u00fc\u00dc\u{1f600}']
const text = fc.array(fc.constantFrom(...characters), { maxLength: 6 }).map((parts) => parts.join(''))

it('patterns that nobody chose answer as Java does, or are refused', async () => {
  const question = fc.record({ pattern, texts: fc.array(text, { minLength: 6, maxLength: 6 }) })
  const seed = fc.sample(fc.nat(), 1)[0] ?? 0
  const questions = fc.sample(question, { numRuns, seed })
  const answers = await askJavaPatterns(questions)
  const differing = questions.flatMap((asked, i) => {
    const compiled = compilePattern(asked.pattern, { caseInsensitive: true })
    if (compiled.kind === 'refused') {
      return isMalformed(asked.pattern) && answers[i] !== 'x' ? [{ ...asked, java: answers[i] }] : []
    }
    const mine = asked.texts.map((one) => ours(compiled.pattern, one)).join('')
    return mine === answers[i] ? [] : [{ ...asked, ours: mine, java: answers[i] }]
  })
  expect({ seed, differing }).toEqual({ seed, differing: [] })
})

/** Without what ends a line. */
const urlText = fc
  .array(fc.constantFrom(...characters.filter((one) => !/[\n\r\u0085\u2028]/.test(one))), { maxLength: 6 })
  .map((parts) => parts.join(''))
const ends = fc.constantFrom(
  '$',
  '\\Z',
  '\\z',
  '($|/)',
  '(?:/|$)',
  '(a$)',
  '($)?',
  '(?:$|b)',
  '(?:\\Z|b|\\z)',
)
const wholeQuestion = fc.record({
  pattern: fc.array(fc.oneof(pattern, ends), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  texts: fc.array(urlText, { minLength: 6, maxLength: 6 }),
})

it('URLs match where Java matches them, wherever a pattern asks for the end, or the pattern is refused', async () => {
  const seed = fc.sample(fc.nat(), 1)[0] ?? 0
  const questions = fc.sample(wholeQuestion, { numRuns, seed })
  const answers = await askJavaPatterns(questions)
  let inOtherWords = 0
  const differing = questions.flatMap(({ pattern, texts }, i) => {
    const decoded = decodeDefinition({ ...minimal, serviceId: pattern })
    const whole = decoded.kind === 'definition' ? decoded.definition.serviceId : ''
    const compiled = compilePattern(whole, { caseInsensitive: true })
    const java = answers[i] ?? 'x'
    if (whole === '' || compiled.kind === 'refused' || java.includes('t')) return []
    if (whole !== pattern) inOtherWords += 1
    const isSame = texts.every(
      (text, n) => compiled.pattern.matches(text) === ((Number(java[n] ?? 0) & 1) !== 0),
    )
    return isSame ? [] : [{ pattern, whole, texts, java }]
  })
  expect({ seed, differing }).toEqual({ seed, differing: [] })
  expect(inOtherWords).toBeGreaterThan(numRuns / 100)
})

const partial = { _class: `${services}.PartialRegexRegisteredServiceMatchingStrategy` }
const partQuestion = fc.record({
  pattern: fc
    .tuple(pattern, fc.constantFrom('', '', '$', '(a$)', '(?:$|b)', '\\Z', '\\Qa.'))
    .map((parts) => parts.join('')),
  texts: fc.array(urlText, { minLength: 6, maxLength: 6 }),
})

/** Where ours is another answer than Java's, or what is held back for a refused pattern may be less than it takes. */
function partDifference(serviceId: string, texts: readonly string[], java: string): object | undefined {
  const decoded = decodeDefinition({ ...minimal, serviceId, matchingStrategy: partial })
  const whole = (decoded.kind === 'definition' ? decoded.definition : decoded.claim)?.serviceId ?? ''
  const compiled = compilePattern(whole, { caseInsensitive: true })
  const found = java === 'x' ? undefined : Array.from(java, (digit) => (Number(digit) & 2) !== 0)
  if (decoded.kind === 'refused') {
    const isNarrow = compiled.kind === 'pattern' || isMalformed(whole)
    return isNarrow && whole !== '' && found !== undefined ? { serviceId, whole } : undefined
  }
  if (compiled.kind === 'refused') return { serviceId, whole, reason: compiled.reason }
  const mine = texts.map((text) => compiled.pattern.matches(text))
  const isSame = found === undefined || JSON.stringify(mine) === JSON.stringify(found)
  return isSame ? undefined : { serviceId, whole, texts, mine, found }
}

it('patterns of which a part is enough are found where Java finds them, or refused', async () => {
  const seed = fc.sample(fc.nat(), 1)[0] ?? 0
  const questions = fc.sample(partQuestion, { numRuns, seed })
  const answers = await askJavaPatterns(questions)
  const differing = questions.flatMap(({ pattern, texts }, i) => {
    return partDifference(pattern, texts, answers[i] ?? '') ?? []
  })
  expect({ seed, differing }).toEqual({ seed, differing: [] })
})
