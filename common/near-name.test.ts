import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { editDistance, nearestName } from './near-name.ts'

it.each([
  ['accesStrategy', 'accessStrategy'],
  ['serviceid', 'serviceId'],
  ['SERVICEID', 'serviceId'],
  ['descripton', 'description'],
  ['logo', 'logo'],
  ['completelyElse', undefined],
  ['', undefined],
  ['x'.repeat(201), undefined],
])('takes %s for %s', (written, meant) => {
  expect(nearestName(written, ['description', 'serviceId', 'accessStrategy', 'logo', 'logoutUrl'])).toBe(
    meant,
  )
})

it.each(['excludedAttributes', 'allowedAttributes', 'accessTokenExpirationPolicy'])(
  'takes %s for no other name of which a word is another',
  (written) => {
    const known = ['requiredAttributes', 'deniedAttributes', 'proxyTicketExpirationPolicy']
    expect(nearestName(written, known)).toBeUndefined()
  },
)

it('takes the nearest, and the first of several that are as near', () => {
  expect(nearestName('abcdef', ['abcxyf', 'abcdxf', 'abcdey'])).toBe('abcdxf')
})

/** By the definition. */
function slowDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const [restOfA, restOfB] = [a.slice(1), b.slice(1)]
  if (a[0] === b[0]) return slowDistance(restOfA, restOfB)
  return 1 + Math.min(slowDistance(restOfA, b), slowDistance(a, restOfB), slowDistance(restOfA, restOfB))
}

it('counts edits, and no more than asked', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 }).map((letters) => letters.join(''))
  fc.assert(
    fc.property(text, text, fc.nat({ max: 6 }), (a, b, limit) => {
      const distance = slowDistance(a, b)
      expect(editDistance(a, b, limit)).toBe(distance <= limit ? distance : undefined)
    }),
  )
})
