import { expect, it } from '@jest/globals'
import { Decimal128 } from 'mongodb'
import { standingHead } from './head.ts'

const decimal = Decimal128.fromString('7')

it.each([7, 7n, decimal])('a head of numbers such as %p is sound, and as if they were integers', (number) => {
  expect(standingHead({ _id: 'head', rev: number, digest: 'd', epoch: number })).toEqual({
    _id: 'head',
    rev: 7,
    digest: 'd',
    epoch: 7,
    isSound: true,
  })
})

it.each([undefined, null, '7', 7.5, -7, Number.NaN, 2n ** 60n, [7], {}, new Date(7)])(
  'one whose rev or epoch is %p is not, and what can be read of it holds',
  (odd) => {
    const read = { _id: 'head', rev: 7, digest: 'd', epoch: 7 }
    expect(standingHead({ ...read, rev: odd })).toEqual({ ...read, rev: 0, isSound: false })
    expect(standingHead({ ...read, epoch: odd })).toEqual({ ...read, epoch: 0, isSound: false })
  },
)

it('nor is one without a digest that is text', () => {
  expect(standingHead({ _id: 'head', rev: 7, digest: 5, epoch: 7 })).toMatchObject({
    digest: '',
    isSound: false,
  })
})
