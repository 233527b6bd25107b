import { expect, it } from '@jest/globals'
import {
  deletesProblem,
  heldIn,
  isSame,
  type PendingSwitch,
  pendingText,
  readPending,
} from './pending-switch.ts'

const lines = ['10|a-1.json', '2048|b/c-2.json']
const held = heldIn(lines)

it('counts files, whatever their order, and neither directories nor statistics', () => {
  const same = heldIn(['4096|./', 'Number of files: 4', '2048|b/c-2.json', '4096|b/', '', '10|a-1.json'])
  expect(same.files).toBe(2)
  expect(isSame(same, held)).toBe(true)
})

it.each([
  ['nothing', []],
  ['a file less', lines.slice(1)],
  ['a file more', [...lines, '1|d-3.json']],
  ['another size', ['11|a-1.json', '2048|b/c-2.json']],
  ['another name', ['10|b-1.json', '2048|b/c-2.json']],
])('tells a directory with %s from what it was', (_, other) => {
  expect(isSame(heldIn(other), held)).toBe(false)
})

it('reads its own note, and none that says less', () => {
  const pending: PendingSwitch = { deletes: true, all: false, stage: held, deleted: ['gone-3.json'] }
  expect(readPending(pendingText(pending))).toEqual(pending)
  for (const text of ['', '{', 'null', '[]', '{"deletes":true,"all":false}', '{"deletes":1}'])
    expect(readPending(text)).toBeUndefined()
  for (const less of [{ stage: { files: 2 } }, { deleted: undefined }, { deleted: [1] }])
    expect(readPending(JSON.stringify({ ...pending, ...less }))).toBeUndefined()
})

it('deletes no more than was named, and no more than the run that finishes it may', () => {
  const pending: PendingSwitch = { deletes: true, all: false, stage: held, deleted: ['c', 'd', 'e\ufffd'] }
  const problem = (deleted: string[], max?: number) => deletesProblem(pending, deleted, max)
  expect(problem([])).toBeUndefined()
  expect(problem(['d', 'c'], 2)).toBeUndefined()
  expect(problem(['d', 'c'], 1)).toBe('it would delete 2 files, --max-delete is 1')
  expect(problem(['c', 'x'])).toBe('it would delete one file that it was not about to delete then (x)')
  // Names that are not UTF-8 look alike.
  expect(problem(['e\ufffd'])).toMatch(/^it would delete one file/)
  const many = Array.from({ length: 23 }, (_, i) => `x${i}`)
  expect(problem(many)).toMatch(/^it would delete 23 files .*, x19, and 3 others\)$/)
})
