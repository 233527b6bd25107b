import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { contentHash, registryDigest } from './content-hash.ts'
import type { StoredDocument } from './service-definition.ts'

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

it.each<[string, StoredDocument]>([
  ['a field that stands for its text', { a: { toString: 1, valueOf: 1 } }],
  ['a field that stands for its JSON', { a: { toJSON: 1 } }],
  ['a field that says it is of the driver', { _bsontype: 'Foo', a: 5n }],
  ['a field that says so with a document', { a: { _bsontype: { toString: 1 } } }],
  ['a list with nothing in a place', { a: [undefined, 1] }],
])('hashes a document with %s by what it holds', (_title, document) => {
  expect(contentHash(document)).toBe(contentHash({ ...document }))
  expect(contentHash(document)).not.toBe(contentHash({ ...document, more: 1 }))
})

it('tells values of the driver apart by type and content, without a call of theirs', () => {
  const mark = { [Symbol.for('@@mdb.bson.version')]: 7 }
  const reference = (oid: unknown) => ({ __proto__: { ...mark, _bsontype: 'DBRef' }, collection: 'c', oid })
  const hashes = [reference(5n), reference(6n), reference({ toJSON: 1 }), { collection: 'c', oid: 5n }].map(
    (a) => contentHash({ a }),
  )
  expect(new Set(hashes).size).toBe(4)
  expect(contentHash({ a: reference(5n) })).toBe(hashes[0])
  expect(contentHash({ a: new Uint8Array([1]) })).not.toBe(contentHash({ a: new Uint8Array([2]) }))
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
