import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { withDefaults } from './defaults.ts'
import { readDefinitionText, type TextFormat, writeDefinitionText } from './definition-text.ts'
import { documents } from './testing/generated.ts'

it.each<TextFormat>(['json', 'yaml'])('reads back from %s what it wrote, for any document', (format) => {
  fc.assert(
    fc.property(documents, (document) => {
      const read = readDefinitionText(writeDefinitionText(document, format), format)
      if (read.kind === 'unreadable') throw new Error(JSON.stringify(read.problems))
      expect(read.notes).toEqual([])
      expect(withDefaults(read.document)).toEqual(withDefaults(document))
    }),
    { numRuns: 300 },
  )
})

it('writes the same text however often it has been read and written', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const json = writeDefinitionText(document, 'json')
      const read = readDefinitionText(json, 'json')
      if (read.kind === 'unreadable') throw new Error(JSON.stringify(read.problems))
      expect(writeDefinitionText(withDefaults(read.document), 'json')).toBe(json)
    }),
  )
})
