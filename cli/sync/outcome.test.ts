import { expect, it } from '@jest/globals'
import { outcomeText, type SyncOutcome } from './outcome.ts'

const name = 'a\x1b[2J\nb-1.json'
const changes = { created: [name], changed: [], deleted: [] }

it.each<SyncOutcome>([
  { kind: 'faulty', findings: [`${name}:1: is wrong`], check: 'full' },
  { kind: 'previewed', changes, files: 1 },
  { kind: 'failed', reason: `cannot read ${name}` },
  { kind: 'refused', reason: name },
  { kind: 'refused', reason: 'x', deleted: [name] },
  { kind: 'locked', holder: name },
])('tells of %p without control characters', (outcome) => {
  expect(outcomeText(outcome)).toContain('a\\u{1b}[2J\\u{a}b-1.json')
  expect(outcomeText(outcome)).not.toMatch(/(?!\n)\p{Cc}/u)
})

it.each([
  ['full', '--check syntax or none asks less of them'],
  ['syntax', '--check none asks nothing of them'],
] as const)('names what asks less than --check %s', (check, advice) => {
  expect(outcomeText({ kind: 'faulty', findings: ['x'], check })).toBe(
    `x\nnothing was sent: one error in definitions (${advice})`,
  )
})

it('shows the first of many files that would be deleted, and how many more there are', () => {
  const deleted = Array.from({ length: 23 }, (_, i) => `a-${i}.json`)
  const lines = outcomeText({ kind: 'refused', reason: 'too many', deleted }).split('\n')
  expect(lines).toHaveLength(22)
  expect(lines[19]).toBe('deleted  a-19.json')
  expect(lines.slice(20)).toEqual(['and 3 others would be deleted', 'refused: too many'])
})
