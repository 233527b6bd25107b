import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { contentHash, registryDigest } from './content-hash.ts'

it('hashes equal whatever the order of keys, at any depth', () => {
  const one = { _id: 7n, name: 'app', accessStrategy: { enabled: true, order: 0 } }
  const other = { accessStrategy: { order: 0, enabled: true }, name: 'app', _id: 7n }
  expect(contentHash(one)).toBe(contentHash(other))
})

it('keeps the order of arrays', () => {
  expect(contentHash({ a: [1, 2] })).not.toBe(contentHash({ a: [2, 1] }))
})

it.each([
  ['a 64-bit and a 32-bit number', 5n, 5],
  ['a number and its text', 5, '5'],
  ['a 64-bit number and its notation', 5n, '5n'],
  ['a date and its milliseconds', new Date(0), 0],
  ['a date and its notation', new Date(0), 'date(0)'],
  ['null and an absent field', null, undefined],
  ['null and its text', null, 'null'],
  ['an empty list and an empty document', [], {}],
  ['true and its text', true, 'true'],
  ['a nested list and a flat one', [[1], 2], [1, 2]],
])('tells %s apart', (_title, one, other) => {
  expect(contentHash({ field: one })).not.toBe(contentHash({ field: other }))
})

it('takes undefined for absent, and a lone surrogate for the replacement character', () => {
  expect(contentHash({ a: 1, b: undefined })).toBe(contentHash({ a: 1 }))
  expect(contentHash({ a: '\ud800' })).toBe(contentHash({ a: '\ufffd' }))
})

it('refuses what no document can hold', () => {
  expect(() => contentHash({ a: () => 1 })).toThrow(TypeError)
})

it('gives one digest for one set of hashes, whatever their order', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string(), fc.string()), { selector: ([key]) => key }),
      (entries) => {
        const one = { services: new Map(entries), properties: new Map<string, string>() }
        const other = { services: new Map(entries.toReversed()), properties: new Map<string, string>() }
        expect(registryDigest(one)).toBe(registryDigest(other))
      },
    ),
  )
})

it('gives another digest when a service moves to the properties', () => {
  const entries = new Map([['1', 'h']])
  const none = new Map<string, string>()
  expect(registryDigest({ services: entries, properties: none })).not.toBe(
    registryDigest({ services: none, properties: entries }),
  )
})
