import { expect, it } from '@jest/globals'
import { decodeDefinition } from './definition-codec.ts'
import { maxProblems, maxTextLength, problemsText, shortText } from './short-text.ts'
import { minimal, services } from './testing/documents.ts'

it('leaves short text as it is, and cuts long text to well-formed text', () => {
  expect(shortText('short')).toBe('short')
  expect(shortText('x'.repeat(1_000))).toBe(`${'x'.repeat(maxTextLength)}…`)
  expect(shortText(`${'x'.repeat(maxTextLength - 1)}😀`).isWellFormed()).toBe(true)
})

it('tells of a document with huge keys, classes and thousands of mistakes what fits into a line of a log', () => {
  const huge = 'k'.repeat(5_000_000)
  const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`${i}${'k'.repeat(1_000)}`, 1]))
  const documents = [
    { ...minimal, [huge]: { _class: huge } },
    { ...minimal, _class: huge },
    { ...minimal, proxyPolicy: { _class: huge } },
    { ...minimal, accessStrategy: { _class: `${services}.DefaultRegisteredServiceAccessStrategy`, ...many } },
  ]
  for (const document of documents) {
    const decoded = decodeDefinition(document)
    const problems = decoded.kind === 'refused' ? decoded.problems : []
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThanOrEqual(maxProblems)
    for (const { path, message } of problems) expect(Math.max(path.length, message.length)).toBeLessThan(210)
    expect(problemsText(problems).length).toBeLessThan(1_010)
  }
})
