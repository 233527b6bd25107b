import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { definitionId } from './definition-id.ts'

it('gives a service the same id for ever: it stands in databases', () => {
  expect(definitionId({ namespace: 'demo', name: 'app' })).toBe(3128596168515940474n)
})

it('gives ids that MongoDB and Java can hold and that never mean "unset"', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (namespace, name) => {
      const id = definitionId({ namespace, name })
      expect(id > 0n && id < 1n << 63n).toBe(true)
    }),
  )
})
