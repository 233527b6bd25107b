/** docs/operations.md is written by hand: what it lists has to be what the code knows. */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from '@jest/globals'
import { reasons } from '../../operator/api/conditions.ts'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
const sources = globSync('{server,operator,common}/**/*.ts', { cwd: root })
  .filter((file) => !file.includes('test'))
  .map((file) => readFileSync(join(root, file), 'utf8'))

/** Names that are carried by Ready and Stalled only where no better one is known. */
const shownAs: Readonly<Record<string, string>> = { Stalled: '`Stalled`' }

it.each(Object.values(reasons))('says what to do about %s', (reason) => {
  expect(page).toContain(shownAs[reason] ?? `\`${reason}\``)
})

it('says what to do about every reason that a finding gives', () => {
  const given = sources.flatMap((text) =>
    [...text.matchAll(/\b(?:stuck|waiting|unknown|well|wait|stalled)\(\s*'([A-Z]\w+)'/g)].map(
      (match) => match[1],
    ),
  )
  expect(given.length).toBeGreaterThan(20)
  expect([...new Set(given)].filter((reason) => !page.includes(`\`${reason}\``))).toEqual([])
})

it('lists every metric, and no other', () => {
  const names = (text: string): string[] =>
    [...text.matchAll(/['`](caspool_[a-z_]+)['`]/g)].map((match) => match[1] ?? '')
  const registered = new Set(sources.flatMap(names))
  expect(new Set(names(page))).toEqual(registered)
})
