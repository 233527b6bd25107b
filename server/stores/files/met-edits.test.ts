import { expect, it } from '@jest/globals'
import type { DirectoryStep } from '../../replication/directory-plan.ts'
import { MetEdits } from './met-edits.ts'

const version = { counter: 5n, node: 'node-b' }
const step = (id: string, text = 'yours'): DirectoryStep => ({
  kind: 'write',
  id,
  version,
  text,
  next: { file: `app-${id}.json`, hash: text, version },
  keepsCopy: false,
})

/** Ids of those that are stuck. */
const stuck = (met: MetEdits, ...steps: readonly DirectoryStep[]): readonly string[] =>
  [...met.stuck(steps)].map(({ id }) => id)

it('a step that meets an edit is stuck once a look has left it as it was, and stays so', () => {
  const met = new MetEdits()
  expect(stuck(met, step('1'))).toEqual([])
  expect(stuck(met, step('1'))).toEqual([])
  met.looked()
  expect(stuck(met, step('1'), step('2'))).toEqual(['1'])
  expect(stuck(met, step('1'), step('2'))).toEqual(['1'])
})

it('a step that is another one after the look, or met no edit in between, waits for a look of its own', () => {
  const met = new MetEdits()
  expect(stuck(met, step('1'), step('2'))).toEqual([])
  met.looked()
  expect(stuck(met, step('1', 'newer'))).toEqual([])
  expect(stuck(met, step('2'))).toEqual([])
})
