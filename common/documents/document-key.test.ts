import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Decimal128 } from 'mongodb'
import { contentHash } from './content-hash.ts'
import { documentKey, firstByName, propertyName, unreadableDocument } from './document-key.ts'

/** Values that break those who ask them for their text. */
const hostile = { toString: 1, valueOf: 1, toJSON: 1 }

it.each([
  [901n, '901'],
  [901, '901'],
  [-0, '0'],
  [9_007_199_254_740_993n, '9007199254740993'],
  [2 ** 60, '1152921504606846976'],
  [Decimal128.fromString('901'), '901'],
  [Decimal128.fromString('9007199254740993'), '9007199254740993'],
  ['901', 'string:901'],
  [1.5, 'number:1.5'],
])('makes of the id %p the key %s', (id, key) => {
  expect(documentKey(id)).toBe(key)
})

it('tells ids apart whose texts are the same, and takes equal ones for equal', () => {
  const ids: readonly unknown[] = [
    901n,
    '901',
    ['901'],
    { toString: 1 },
    { toString: 2 },
    null,
    'null',
    true,
    'true',
    new Date(0),
    {},
  ]
  expect(new Set(ids.map(documentKey)).size).toBe(ids.length)
  expect(documentKey({ a: 1, b: 2n })).toBe(documentKey({ b: 2n, a: 1 }))
})

it('never throws, and keeps keys short', () => {
  expect(documentKey(hostile)).toMatch(/^object#/)
  expect(documentKey('x'.repeat(5_000_000)).length).toBeLessThan(120)
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), (id) => {
      expect(documentKey(id).length).toBeLessThan(120)
    }),
  )
})

describe('the name of a property', () => {
  it.each([
    [{ _id: 'cas.a' }, 'cas.a'],
    [{ _id: 7n, name: 'cas.a' }, 'cas.a'],
    [{ _id: 7n }, '7'],
  ])('of %p is %s', (document, name) => {
    expect(propertyName(document)).toBe(name)
  })

  it('is a key where something else than text stands for it', () => {
    expect(propertyName({ _id: 'x', name: hostile })).toMatch(/^object#/)
  })

  it('that stands twice counts once: the first by key, in whatever order they come', () => {
    const one = new Map([
      ['string:b', 'x2'],
      ['string:a', 'x1'],
    ])
    const other = new Map([...one].toReversed())
    const nameOf = (text: string) => text.charAt(0)
    expect([...firstByName(one, nameOf)]).toEqual([['x', 'x1']])
    expect(firstByName(other, nameOf)).toEqual(firstByName(one, nameOf))
  })

  it.each(['string:a', 'object#0', '7'])(
    'counts as the document says whose id it is, whatever the key %s of another',
    (key) => {
      const name = 'cas.x'
      const documents = [
        [key, 'theirs'],
        [documentKey(name), 'ours'],
        ['string:cas.a', 'theirs'],
      ] as const
      for (const order of [documents, documents.toReversed()]) {
        expect([...firstByName(new Map(order), () => name)]).toEqual([[name, 'ours']])
      }
    },
  )
})

it('a live property in several spellings counts once: as its id says, else in the spelling of here', () => {
  const st = 'cas.ticket.st.time-to-kill-in-seconds'
  const camel = 'cas.ticket.st.timeToKillInSeconds'
  const nameOf = ({ name }: { name: string }) => name
  const theirs = ['object#0', { name: st }] as const
  const [own, ownCamel] = [st, camel].map((name) => [documentKey(name), { name }] as const) as [
    readonly [string, { name: string }],
    readonly [string, { name: string }],
  ]
  const counting = (...documents: readonly (readonly [string, { name: string }])[]) => {
    const found = [documents, documents.toReversed()].map((order) => [
      ...firstByName(new Map(order), nameOf).keys(),
    ])
    expect(found[0]).toEqual(found[1])
    return found[0]
  }
  expect(counting(theirs, own)).toEqual([st])
  expect(counting(theirs, ownCamel)).toEqual([camel])
  expect(counting(own, ownCamel)).toEqual([st])
  expect(counting(['object#1', { name: camel }], ['string:other', { name: st }])).toEqual([camel])
})

it('gives documents that cannot be read keys and hashes of their own', () => {
  const documents = ['a', 'b', 'a'].map((text) => unreadableDocument(new TextEncoder().encode(text)))
  expect(new Set(documents.map(({ _id }) => documentKey(_id))).size).toBe(2)
  expect(new Set(documents.map(contentHash)).size).toBe(2)
})
