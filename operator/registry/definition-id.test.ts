import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { definitionId } from './definition-id.ts'

it('gives a service the same id for ever: it stands in databases', () => {
  expect(definitionId({ namespace: 'demo', name: 'app' })).toBe(3098027120816250n)
})

it('gives ids that every reader of JSON keeps exactly and that never mean "unset"', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (namespace, name) => {
      const id = definitionId({ namespace, name })
      expect(id > 0n && BigInt(Number(id)) === id).toBe(true)
    }),
  )
})
