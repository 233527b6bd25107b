import { expect, it } from '@jest/globals'
import { decodeDefinition } from '../documents/definition-codec.ts'
import { isDocument } from '../documents/document-reader.ts'
import type { StoredDocument } from '../documents/service-definition.ts'
import { stored } from '../documents/testing/documents.ts'
import { classTables, currentClassName } from './class-tables.ts'
import { withDefaults } from './defaults.ts'
import { readDefinitionText, writeDefinitionText } from './definition-text.ts'
import { documentIn, samplesIn, sorted } from './testing/samples.ts'

/** Of classes that version 6.6.12 did not have yet: it refused these files. */
const refusedByApereo = ['MultiMapped-1013.json', 'Starts-1012.json', 'StaticUser-1016.json']

const golden = samplesIn('apereo-6.6.12')
const all = [...golden, ...samplesIn('classes')]
const named = all.map(({ file, text }) => [file, text] as const)

it.each(
  golden.filter(({ file }) => !refusedByApereo.includes(file)).map(({ file, text }) => [file, text] as const),
)('makes of %s the document that a real Apereo CAS stored, types and defaults included', (file, text) => {
  const document = withDefaults(documentIn(text))
  expect(sorted(document)).toEqual(sorted(stored(file.replace(/-\d+\.json$/, ''))))
})

it.each(named)('knows every class and field of %s', (file, text) => {
  const read = readDefinitionText(text, 'json')
  if (read.kind === 'unreadable') throw new Error(JSON.stringify(read.problems))
  // Not a field of Apereo's: the file says what a user has tried.
  const unknown = file === 'Starts-1012.json' ? ['matchingStrategy.expressionEnabled'] : []
  expect(read.notes.map(({ path }) => path)).toEqual(unknown)
})

it.each(named)('keeps %s through JSON and YAML, but for defaults that are left out', (_file, text) => {
  const document = documentIn(text)
  const json = writeDefinitionText(document, 'json')
  const yaml = writeDefinitionText(document, 'yaml')
  expect(withDefaults(documentIn(json))).toEqual(withDefaults(document))
  expect(withDefaults(documentIn(yaml, 'yaml'))).toEqual(withDefaults(document))
  expect(documentIn(yaml, 'yaml')).toEqual(documentIn(json))
  expect(writeDefinitionText(documentIn(yaml, 'yaml'), 'json')).toBe(json)
})

it.each(named)('decodes %s the same before and after', (_file, text) => {
  const document = documentIn(text)
  const decoded = decodeDefinition(document)
  expect(decodeDefinition(documentIn(writeDefinitionText(document, 'yaml'), 'yaml'))).toEqual(decoded)
  expect(decodeDefinition(withDefaults(document))).toMatchObject({ kind: decoded.kind })
})

it('writes what it has read, and nothing of what a real Apereo CAS adds by itself', () => {
  for (const { file, text } of golden.filter(({ file }) => !refusedByApereo.includes(file))) {
    const document = stored(file.replace(/-\d+\.json$/, ''))
    const written = documentIn(writeDefinitionText(document, 'json'))
    expect(sorted(withDefaults(written))).toEqual(sorted(withDefaults(documentIn(text))))
    expect(sorted(withDefaults(written))).toEqual(sorted(document))
  }
})

it('has a sample of every class and of every field of it', () => {
  const seen = new Set<string>()
  for (const { text } of all) collect(documentIn(text), seen)
  const missing = [...classTables].flatMap(([name, fields]) => {
    const parts = [name, ...Object.entries(fields).map(([field, { stored }]) => `${name} ${stored ?? field}`)]
    // Objects of this class are not named in documents; their fields are seen below the map that holds them.
    return name.endsWith('$Rule') ? [] : parts.filter((part) => !seen.has(part))
  })
  expect(missing).toEqual([])
  expect(seen).toContain('PatternMatchingAttributeReleasePolicy pattern transform')
})

function collect(value: unknown, seen: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, seen)
  if (!isDocument(value)) return
  const name = typeof value['_class'] === 'string' ? currentClassName(value['_class']) : undefined
  if (name !== undefined) {
    seen.add(name)
    for (const field of Object.keys(value)) seen.add(`${name} ${field}`)
  }
  if (name?.endsWith('.PatternMatchingAttributeReleasePolicy')) collectRules(value, seen)
  for (const item of Object.values(value)) collect(item, seen)
}

function collectRules(policy: StoredDocument, seen: Set<string>): void {
  for (const rule of Object.values((policy['allowedAttributes'] ?? {}) as Record<string, object>)) {
    seen.add(`PatternMatchingAttributeReleasePolicy ${Object.keys(rule).sort().join(' ')}`)
  }
}
