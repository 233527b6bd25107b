import { resolve } from 'node:path'
import { expect, it } from '@jest/globals'
import { hostileTests } from './hostile-input.ts'

const tests = hostileTests(resolve(import.meta.dirname, '../..'))

it('every group of hostile input that concerns the CAS protocol has tests', () => {
  const groups = [...new Set(tests.map(({ group }) => group))]
  expect(groups).toEqual([...Array.from({ length: 18 }, (_, i) => i + 1), 21, 22, 24, 25, 26])
})

it('a promise is told once in a group, and says something', () => {
  const told = tests.map(({ group, promise }) => `${group} ${promise}`)
  expect(told.filter((text, i) => told.indexOf(text) !== i)).toEqual([])
  for (const { promise } of tests) expect(promise.length).toBeGreaterThan(8)
})
