import { expect, it } from '@jest/globals'
import { importedId } from './imported-id.ts'

const idOf = (stated: string) =>
  importedId({ name: 'app', annotations: { 'caspool.io/imported-id': stated } })

it.each([
  ['1', 1n],
  ['-5', -5n],
  ['9223372036854775807', 9_223_372_036_854_775_807n],
  ['-9223372036854775808', -9_223_372_036_854_775_808n],
  ['9223372036854775808', undefined],
  ['-9223372036854775809', undefined],
  ['9999999999999999999', undefined],
  ['one', undefined],
  ['', undefined],
])('takes of the annotation what fits 64 bits, as files and databases do: %s', (stated, id) => {
  expect(idOf(stated)).toBe(id)
})
