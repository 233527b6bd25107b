/** The page on regular expressions says what happens. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { compilePattern, patternProblem } from '../../common/documents/java-pattern.ts'
import { parseServicePattern } from '../../common/documents/service-shape.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/patterns.md'), 'utf8')

/** The patterns in the rows below a heading, by the row's first cell. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [section = ''] = page.slice(page.indexOf(`\n## ${heading}`) + 1).split(/\n(?=## )/)
  const rows = section.split('\n').filter((line) => line.startsWith('| ') && !/^\| (---|syntax)/.test(line))
  return rows.map((row) => {
    const [, syntax = '', ...cells] = row.split(/(?<!\\)\|/)
    const patterns = cells.map((cell) => /`(.*)`/.exec(cell)?.[1]?.replaceAll('\\|', '|') ?? '')
    return [syntax.trim(), ...patterns]
  })
}

const problemOf = (pattern: string): string | undefined =>
  parseServicePattern(pattern) === undefined ? patternProblem(pattern) : undefined

it.each(rowsBelow('What is taken'))('takes %s: %s', (_, pattern = '') => {
  expect(pattern).not.toBe('')
  expect(compilePattern(pattern, { caseInsensitive: true })).toMatchObject({ kind: 'pattern' })
})

it.each(rowsBelow('What is refused, and what to write'))(
  'refuses %s, and takes what to write for it: %s',
  (_, refused = '', instead = '') => {
    expect(problemOf(refused)).toMatch(/\w/)
    expect(instead).not.toBe('')
    expect(problemOf(instead)).toBeUndefined()
  },
)
