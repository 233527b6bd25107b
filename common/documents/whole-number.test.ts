import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Decimal128, ObjectId } from 'mongodb'
import { wholeNumber } from './whole-number.ts'

const decimal = (text: string) => Decimal128.fromString(text)

it.each([
  [901n, 901n],
  [901, 901n],
  [-0, 0n],
  [2 ** 62, 2n ** 62n],
  [decimal('901'), 901n],
  [decimal('901.00'), 901n],
  [decimal('9.01E+2'), 901n],
  [decimal('-9E+18'), -9_000_000_000_000_000_000n],
  [decimal('9223372036854775807'), 2n ** 63n - 1n],
  [decimal('-0E+6000'), 0n],
])('%p is the whole number %p', (value, number) => {
  expect(wholeNumber(value)).toBe(number)
})

it.each([
  1.5,
  2 ** 63,
  2n ** 63n,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  decimal('1.5'),
  decimal('1E-6000'),
  decimal('1E+6000'),
  decimal('9223372036854775808'),
  decimal('NaN'),
  decimal('-Infinity'),
  '901',
  null,
  undefined,
  new ObjectId(),
  { _bsontype: 'Decimal128', toString: () => '901' },
])('%p is none', (value) => {
  expect(wholeNumber(value)).toBeUndefined()
})

it('is the same for a decimal as for the 64-bit number that the database takes it for', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.nat(15), (number, zeros) => {
      expect(wholeNumber(decimal(`${number}`))).toBe(number)
      expect(wholeNumber(decimal(`${number}.${'0'.repeat(zeros)}`))).toBe(number)
    }),
  )
})
