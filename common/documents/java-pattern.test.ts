import { expect, it } from '@jest/globals'
import { type CompiledPattern, compilePattern, type JavaPattern, patternProblem } from './java-pattern.ts'

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
