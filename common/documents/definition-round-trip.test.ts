import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decodeDefinition, encodeDefinition } from './definition-codec.ts'
import { definitions } from './testing/definitions.ts'

it('reads back exactly what it wrote, for any definition', () => {
  fc.assert(
    fc.property(definitions, (definition) => {
      const decoded = decodeDefinition(encodeDefinition(definition))
      expect(decoded).toEqual({ kind: 'definition', definition, ignored: [] })
    }),
  )
})
