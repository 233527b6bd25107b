import { expect, it } from '@jest/globals'
import {
  type CompiledPattern,
  compilePattern,
  consumingPart,
  hasAlternatives,
  type JavaPattern,
  patternProblem,
} from './java-pattern.ts'

function compiled(source: string, caseInsensitive = true): JavaPattern {
  const result: CompiledPattern = compilePattern(source, { caseInsensitive })
  if (result.kind === 'refused') throw new Error(result.reason)
  return result.pattern
}

it.each([
  ['^https://app\\.example\\.org(/.*)?$', 'https://app.example.org/x', true],
  ['https://app\\.example\\.org', 'https://app.example.org/x', false],
  ['HTTPS://APP/.*', 'https://app/Ü', true],
  ['\\Qhttps://a.b/?x=[1]\\E', 'https://a.b/?x=[1]', true],
  ['\\Qa.b\\E', 'axb', false],
  ['https://\\u0061pp/', 'https://app/', true],
  ['https://app/\\Z', 'https://app/', true],
  ['(?<host>app|web)\\.example', 'web.example', true],
  ['(?i:APP)x', 'appX', true],
  ['[\\w-]+\\.example', 'a-b.example', true],
  ['a{2,3}', 'aaa', true],
  ['staff', '\u017ftaff', false],
])('%s on %s: %s', (source, text, expected) => {
  expect(compiled(source).matches(text)).toBe(expected)
})

it.each([
  ['^(?!https://admin\\.).*\\.example\\.org/', 'https://app.example.org/', true],
  ['^(?!https://admin\\.).*\\.example\\.org/', 'https://admin.example.org/', false],
  ['^(?=.*secure)(?!.*old).*', 'secure-new', true],
  ['^(?=.*secure)(?!.*old).*', 'secure-old', false],
  ['^(?=a(b|c)[)])a.*', 'ab)x', true],
])('takes leading look-aheads apart: %s on %s: %s', (source, text, expected) => {
  expect(compiled(source).matches(text)).toBe(expected)
})

it.each([
  'a++',
  '(?>a)b',
  'a(?=b)',
  '(?<=a)b',
  '^(?!a)b|c',
  '(?!a)b',
  '^(?!a)*b',
  '(a)\\1',
  '(?<n>a)\\k<n>',
  '[a-z&&[^b]]',
  '[a[bc]]',
  '[[:alpha:]]',
  '[]a]',
  '(?x) a',
  '(?U)a+',
  '(?P<n>a)',
  'a{,2}',
  'a{b}',
  '\\v',
  '\\0101',
  '\\p{Alpha}',
  '\\R',
  '\\ud83d\\ude00',
  'a{2000}',
  '((a{12}){12}){12}',
  '(a',
  'a)',
  '[a',
  'a\\',
  '*a',
  'x'.repeat(5000),
])('refuses %s with a reason instead of running something else', (source) => {
  expect(patternProblem(source)).toMatch(/\S/)
})

it('has no objection to what it can run', () => {
  expect(patternProblem('^https://.*$')).toBeUndefined()
})

it('searches by find, and minds case when told to', () => {
  expect(compiled('staff', false).finds('cn=staff,o=example')).toBe(true)
  expect(compiled('staff', false).finds('cn=Staff')).toBe(false)
  expect(compiled('^staff$').finds('nonstaff')).toBe(false)
})

it('answers in linear time where a backtracking engine would need minutes', () => {
  const started = performance.now()
  expect(compiled('(a+)+$').matches(`${'a'.repeat(2000)}!`)).toBe(false)
  expect(performance.now() - started).toBeLessThan(1000)
})

it('counts look-aheads into the size of a pattern, so that many cost no more than one may', () => {
  const one = compiled('^(?!(?:.?){450}zz)https://a/')
  expect(one.size).toBeGreaterThan(900)
  expect(patternProblem('^(?!(?:.?){450}zz)(?!(?:.?){450}zz)https://a/')).toBeUndefined()
  expect(patternProblem('^(?!(?:.?){450}zz)(?!(?:.?){450}zz)(?!(?:.?){450}zz)https://a/')).toBe(
    'is too large',
  )
})

it('refuses more than eight look-aheads, however small', () => {
  expect(patternProblem(`^${'(?!a)'.repeat(8)}b`)).toBeUndefined()
  expect(patternProblem(`^${'(?!a)'.repeat(9)}b`)).toBe('has more than 8 look-aheads')
})

it('takes few sets by property: each is hundreds of ranges', () => {
  const sets = (count: number) => Array.from({ length: count }, (_, i) => `[\\p{L}${i}]`).join('|')
  expect(patternProblem(sets(16))).toBeUndefined()
  expect(patternProblem(sets(17))).toBe('names more than 16 sets of characters by \\p{…}')
  expect(patternProblem(`^(?=${sets(9)})(${sets(8)})`)).toMatch(/^names more than 16/)
})

it('counts the ranges of its classes into what it holds', () => {
  const few = compiled('[a-z]{16}x')
  const many = compiled(`${Array.from({ length: 16 }, (_, i) => `[\\pL${i}]`).join('')}x`)
  expect(many.size).toBe(few.size)
  expect(many.heldBytes - few.heldBytes).toBeGreaterThan(16 * 10_000)
})

it('tells what it holds, and that it grows while it searches', () => {
  const pattern = compiled('https://[^/]+/.*a.{40}b')
  const before = pattern.heldBytes
  pattern.matches(`https://a.example.org/${'abcaacab'.repeat(200)}`)
  expect(pattern.heldBytes).toBeGreaterThan(before)
})

it.each([
  ['^(?!x)(?=y)https://a/', '^https://a/'],
  ['\\Qa.b\\E/c', 'a\\.b/c'],
  ['https://a/(b|c)', 'https://a/(b|c)'],
  ['https://a/(?>b|c)', 'https://a/(?>b|c)'],
  ['https://a/[a-z]++(b|c)', 'https://a/[a-z]++(b|c)'],
  ['(?=a', '(?=a'],
])('leaves of %s what stands for the text: %s', (source, rest) => {
  expect(consumingPart(source)).toBe(rest)
})

it.each([
  '^(?!a)b|c',
  'https://a/[^](]*|https://b/',
  'https://a/[a[(]]*|https://b/',
  'https://a/[a-z&&[^(]]|https://b/',
  'https://a/\\c(|https://b/',
  'https://a/\\c[|.*](?>b)',
  'https://a/\\[a|.*b](?>c)',
  'https://a/(?x)#(\n|https://b/',
  'https://a/(?-ix)#(\n|https://b/',
  '^(?![])https://a/]x)https://b/|c',
  `https://a/${'a'.repeat(5_000)}`,
])('says nothing of where %s begins', (source) => {
  expect(consumingPart(source)).toBeUndefined()
})

it('sees alternatives behind a quoted bracket, and none in quotes', () => {
  expect(hasAlternatives('a\\Q[\\E|b')).toBe(true)
  expect(hasAlternatives('a\\Q|\\Eb')).toBe(false)
})
