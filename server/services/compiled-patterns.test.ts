import { expect, it } from '@jest/globals'
import { CompiledPatterns } from './compiled-patterns.ts'

function matches(patterns: CompiledPatterns, source: string, text: string): boolean | undefined {
  const compiled = patterns.get(source)
  if (compiled.kind === 'refused') throw new Error(compiled.reason)
  return compiled.pattern.matchesWithin(text, { stepsLeft: 1_000_000 })
}

it('answers the same whether a pattern is kept, was dropped, or comes anew', () => {
  const roomy = new CompiledPatterns()
  const tight = new CompiledPatterns(1)
  for (const patterns of [roomy, tight]) {
    for (const _ of [1, 2]) {
      expect(matches(patterns, 'https://a\\..*', 'https://a.example.org/')).toBe(true)
      expect(matches(patterns, 'https://b\\..*', 'https://a.example.org/')).toBe(false)
    }
  }
  expect([roomy.size, tight.size]).toEqual([2, 0])
})

it('keeps what was compiled within its bound, and drops what was used longest ago', () => {
  const maxBytes = 500_000
  const patterns = new CompiledPatterns(maxBytes)
  for (let i = 0; i < 100; i++) {
    patterns.get(`https://[^/]+/.*a.{40}${i}z`)
    patterns.get('https://a\\..*')
    expect(patterns.heldBytes).toBeLessThanOrEqual(maxBytes)
  }
  expect(patterns.size).toBeGreaterThan(5)
  expect(patterns.size).toBeLessThan(100)
  const hot = patterns.get('https://a\\..*')
  expect(patterns.get('https://a\\..*')).toBe(hot)
  expect(patterns.get('https://[^/]+/.*a.{40}0z')).not.toBe(hot)
})

it('weighs the same however often a pattern is run: nothing is built while it runs', () => {
  const patterns = new CompiledPatterns()
  const source = 'https://[^/]+/.*a.{40}z'
  patterns.get(source)
  const before = patterns.heldBytes
  for (let i = 0; i < 20; i++)
    matches(patterns, source, `https://a.example.org/${`ab${i}caacab`.repeat(150)}`)
  patterns.get(source)
  expect(patterns.heldBytes).toBe(before)
})

it('gives the reason of a pattern that cannot be run, each time', () => {
  const patterns = new CompiledPatterns()
  expect(patterns.get('a++')).toMatchObject({ kind: 'refused' })
  expect(patterns.get('a++')).toMatchObject({ kind: 'refused' })
})
