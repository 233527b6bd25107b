import { expect, it } from '@jest/globals'
import { heldIn, isSame, type PendingSwitch, pendingText, readPending } from './pending-switch.ts'

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
  const pending: PendingSwitch = { deletes: true, all: false, stage: held }
  expect(readPending(pendingText(pending))).toEqual(pending)
  for (const text of ['', '{', 'null', '[]', '{"deletes":true,"all":false}', '{"deletes":1}'])
    expect(readPending(text)).toBeUndefined()
  expect(readPending(JSON.stringify({ ...pending, stage: { files: 2 } }))).toBeUndefined()
})
