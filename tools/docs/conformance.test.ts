/** docs/conformance.md is made from text: what it says has to be what runs. */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from '@jest/globals'
import { notTested } from '../../server/test/conformance/not-tested.ts'
import { conformancePage, testedSentences } from './conformance.ts'

const root = resolve(import.meta.dirname, '../..')
const tested = testedSentences(root)

it('finds every test of the suite', () => {
  const files = globSync('server/test/conformance/*.test.ts', { cwd: root })
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'))
  const tests = texts.flatMap((text) => text.match(/\b(it|test)(\.\w+)?\(/g) ?? [])
  expect(tested).toHaveLength(tests.length)
  expect(tests.length).toBeGreaterThan(100)
})

it('knows no sentence twice, and says of none that it is tested and that it is not', () => {
  const sentences = [...tested, ...notTested].map(({ section, sentence }) => `${section} ${sentence}`)
  expect(new Set(sentences).size).toBe(sentences.length)
})

it('names files that are there', () => {
  const paths = notTested.flatMap(({ reason }) => reason.match(/\b[\w/-]+(?:\.\w+)?\.test\.ts/g) ?? [])
  expect(paths.filter((path) => globSync(path, { cwd: root }).length === 0)).toEqual([])
})

it('orders sections by their numbers', () => {
  const sections = [...conformancePage(root).matchAll(/^\| (\d[\d.]*|App\. C|REST) \|/gm)].map(([, s]) => s)
  expect(sections.indexOf('2.8')).toBeLessThan(sections.indexOf('3.1.1'))
  expect(sections.indexOf('4.2.5')).toBeLessThan(sections.indexOf('REST'))
})
