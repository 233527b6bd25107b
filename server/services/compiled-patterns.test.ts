import { expect, it } from '@jest/globals'
import { CompiledPatterns } from './compiled-patterns.ts'

const url = (seed: number) => `https://a.example.org/${`ab${seed}caacab`.repeat(150)}`

it('answers the same whether a pattern is kept, was dropped, or comes anew', () => {
  const roomy = new CompiledPatterns()
  const tight = new CompiledPatterns(1)
  for (const patterns of [roomy, tight]) {
    for (const _ of [1, 2]) {
      expect(patterns.matches('https://a\\..*', url(1))).toBe(true)
      expect(patterns.matches('https://b\\..*', url(1))).toBe(false)
    }
  }
  expect([roomy.size, tight.size]).toEqual([2, 0])
})

it('keeps all that was compiled and searched within its bound, and drops what was used longest ago', () => {
  const maxBytes = 2_000_000
  const patterns = new CompiledPatterns(maxBytes)
  for (let i = 0; i < 100; i++) {
    patterns.matches(`https://[^/]+/.*a.{40}${i}z`, url(i))
    patterns.matches('https://a\\..*', url(i))
    expect(patterns.heldBytes).toBeLessThanOrEqual(maxBytes)
  }
  expect(patterns.size).toBeGreaterThan(5)
  expect(patterns.size).toBeLessThan(100)
  const hot = patterns.get('https://a\\..*')
  expect(patterns.get('https://a\\..*')).toBe(hot)
  expect(patterns.get('https://[^/]+/.*a.{40}0z')).not.toBe(hot)
})

it('counts a pattern anew after each search, since it grows', () => {
  const patterns = new CompiledPatterns()
  patterns.matches('https://[^/]+/.*a.{40}z', url(1))
  const before = patterns.heldBytes
  for (let i = 2; i < 20; i++) patterns.matches('https://[^/]+/.*a.{40}z', url(i))
  expect(patterns.heldBytes).toBeGreaterThan(before)
  expect(patterns.size).toBe(1)
})

it('gives the reason of a pattern that cannot be run, each time', () => {
  const patterns = new CompiledPatterns()
  expect(patterns.get('a++')).toMatchObject({ kind: 'refused' })
  expect(patterns.get('a++')).toMatchObject({ kind: 'refused' })
  expect(patterns.matches('a++', 'aa')).toBe(false)
})
