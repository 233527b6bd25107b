import { expect, it } from '@jest/globals'
import { editOfAnother } from './edit-of-another.ts'
import { aJoined, entry, tombstone, version } from './testing/replicas.ts'

const { replica } = aJoined({ 1: 'one' })
const find = (...entries: Parameters<typeof editOfAnother>[1]['entries']) =>
  editOfAnother(replica, { node: 'node-a', entries })

it('is news that another node made, deletions included', () => {
  expect(find(entry('1', 7))).toMatchObject({ id: '1', version: version(7) })
  expect(find(entry('2', 1))?.id).toBe('2')
  expect(find(tombstone('1', 7))?.kind).toBe('tombstone')
})

it('is neither an echo, nor older than what is known, nor an entry that no node makes', () => {
  replica.merge([entry('3', 5)])
  const own = { version: version(9, 'node-a') }
  expect(find(entry('1', 9, own), entry('3', 5), entry('3', 4))).toBeUndefined()
  expect(find(entry('4', 1, { file: '../x.json' }), entry('5', 0))).toBeUndefined()
})
