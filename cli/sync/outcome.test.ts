import { expect, it } from '@jest/globals'
import { outcomeText, type SyncOutcome } from './outcome.ts'

const name = 'a\x1b[2J\nb-1.json'
const changes = { created: [name], changed: [], deleted: [] }

it.each<SyncOutcome>([
  { kind: 'faulty', findings: [`${name}:1: is wrong`] },
  { kind: 'previewed', changes, files: 1 },
  { kind: 'failed', reason: `cannot read ${name}` },
  { kind: 'refused', reason: name },
  { kind: 'locked', holder: name },
])('tells of %p without control characters', (outcome) => {
  expect(outcomeText(outcome)).toContain('a\\u{1b}[2J\\u{a}b-1.json')
  expect(outcomeText(outcome)).not.toMatch(/(?!\n)\p{Cc}/u)
})
