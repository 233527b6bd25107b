/** Patterns answer as Java does, or are refused. `java-answers.golden.json` is what a real Java said: `make java-answers`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { type CompiledPattern, compilePattern, isMalformed } from './java-pattern.ts'
import { type JavaAnswers, ours } from './testing/java-answers.ts'
import { rarePatterns, texts, usualPatterns } from './testing/java-questions.ts'

const stored = readFileSync(join(import.meta.dirname, 'java-answers.golden.json'), 'utf8')
const { texts: askedTexts, answers } = JSON.parse(stored) as JavaAnswers

/** Text -> digit, only where ours is another than Java's. */
function differences(pattern: string, compiled: CompiledPattern): Record<string, string> {
  const [, java = ''] = answers.find(([asked]) => asked === pattern) ?? []
  if (compiled.kind === 'refused') return {}
  const differing = texts.flatMap((text, i): [string, string][] => {
    const mine = ours(compiled.pattern, text)
    return mine === java[i] ? [] : [[text, `ours ${mine}, Java ${java[i] ?? 'refuses the pattern'}`]]
  })
  return Object.fromEntries(differing)
}

it('was asked about these patterns and texts', () => {
  expect(askedTexts).toEqual(texts)
  expect(answers.map(([pattern]) => pattern)).toEqual([...usualPatterns, ...rarePatterns])
})

describe('what people write is taken, and answers as Java does', () => {
  it.each(usualPatterns.map((pattern) => [pattern]))('%j', (pattern) => {
    const compiled = compilePattern(pattern, { caseInsensitive: true })
    expect(compiled).toMatchObject({ kind: 'pattern' })
    expect(differences(pattern, compiled)).toEqual({})
  })
})

describe('what is rare answers as Java does, or is refused', () => {
  it.each(rarePatterns.map((pattern) => [pattern]))('%j', (pattern) => {
    expect(differences(pattern, compilePattern(pattern, { caseInsensitive: true }))).toEqual({})
  })
})

it('calls malformed only what is no pattern to Java', () => {
  const malformed = answers.filter(([pattern]) => isMalformed(pattern))
  expect(malformed.length).toBeGreaterThan(6)
  expect(malformed.filter(([, digits]) => digits !== 'x')).toEqual([])
})

it('takes most of what is rare and means the same', () => {
  const toJava = answers.filter(([pattern, digits]) => rarePatterns.includes(pattern) && digits !== 'x')
  const taken = toJava.filter(
    ([pattern]) => compilePattern(pattern, { caseInsensitive: true }).kind === 'pattern',
  )
  expect(taken.length / toJava.length).toBeGreaterThan(0.55)
})
