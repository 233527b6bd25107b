import { expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { decodeDefinition } from '../documents/definition-codec.ts'
import { readDefinitionText, type TextFormat, writeDefinitionText } from './definition-text.ts'
import { samplesIn } from './testing/samples.ts'

const services = 'org.apereo.cas.services'
const head = `"@class": "${services}.CasRegisteredService", "serviceId": "a", "name": "A", "id": 1`
const formats: readonly TextFormat[] = ['json', 'yaml']

function refusal(text: string, format: TextFormat): string {
  const read = readDefinitionText(text, format)
  if (read.kind === 'read') return `read ${JSON.stringify(Object.keys(read.document))}`
  return read.problems.map(({ path, line, message }) => `${line} ${path}: ${message}`).join('\n')
}

it.each(formats)('refuses 16 MB of %s without reading them', (format) => {
  const text = `{${head}, "description": "${'x'.repeat(16 * 1024 * 1024)}"}`
  expect(refusal(text, format)).toBe('1 : is longer than 1048576 characters')
})

it.each(formats)('refuses nesting of 10,000 in %s', (format) => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    const text = `{${head}, "x": ${open.repeat(10_000)}1${close.repeat(10_000)}}`
    expect(refusal(text, format)).toMatch(/deep|nest/i)
  }
})

it.each(formats)('refuses keys of prototypes in %s, and no object gets what they say', (format) => {
  expect(refusal(`{${head}, "__proto__": {"enabled": true}}`, format)).toBe('1 __proto__: is not a name')
  const inMap = `{${head}, "properties": {"__proto__": {"x": 1}, "constructor": {"y": 2}}}`
  expect(refusal(inMap, format)).toBe('1 properties.__proto__: is not a name')
  expect(({} as Record<string, unknown>)['enabled']).toBeUndefined()
  const read = readDefinitionText(`{${head}, "constructor": 1, "toString": 2, "hasOwnProperty": 3}`, format)
  expect(read).toMatchObject({
    kind: 'read',
    notes: [{ path: 'constructor' }, { path: 'toString' }, { path: 'hasOwnProperty' }],
  })
})

it.each(formats)('refuses keys in %s that no document can hold', (format) => {
  const keys = ['', '$where', 'a_#_b', '_class']
  const text = `{${head}, "properties": {${keys.map((key) => `"${key}": {}`).join(', ')}}}`
  expect(refusal(text, format).split('\n')).toHaveLength(4)
  expect(refusal(`{${head}, "properties": {"a\\u0000": {}}}`, format)).toMatch(/NUL/)
  expect(refusal(`{${head}, "_id": 2}`, format)).toBe('1 _id: is not a field')
  expect(refusal(`{${head}, "_class": "x"}`, format)).toBe('1 _class: is not a field')
})

it.each(formats)('refuses a field of %s that stands twice, also under its other name', (format) => {
  expect(refusal(`{${head}, "id": 2}`, format)).toBe('1 id: stands twice')
  const none = `{"@class": "${services}.DefaultRegisteredServiceMultifactorPolicy"}`
  const text = `{${head}, "multifactorPolicy": ${none}, "multifactorAuthenticationPolicy": ${none}}`
  expect(refusal(text, format)).toMatch(/^1 multifactorAuthenticationPolicy: stands twice/)
})

it.each([
  ['9223372036854775808', '2 id: does not fit 64 bits'],
  ['-9223372036854775809', '2 id: does not fit 64 bits'],
  [`1${'0'.repeat(900)}`, '2 id: does not fit 64 bits'],
  ['1e999', '2 id: is beyond what a number can be'],
])('refuses a number of %.20s, with its line', (number, expected) => {
  const rest = '"serviceId": "a", "name": "A"'
  const text = `{"@class": "${services}.CasRegisteredService", ${rest},\n"id": ${number}}`
  for (const format of formats) expect(refusal(text, format)).toBe(expected)
})

it.each(formats)('carries endless digits in %s as text, which is refused as an id', (format) => {
  const digits = '7'.repeat(100_000)
  const rest = '"serviceId": "a", "name": "A"'
  const read = readDefinitionText(
    `{"@class": "${services}.CasRegisteredService", ${rest}, "id": ${digits}\n}`,
    format,
  )
  if (read.kind === 'unreadable') throw new Error(JSON.stringify(read.problems))
  expect(read.notes.map(({ path }) => path)).toEqual(['_id'])
  expect(decodeDefinition(read.document)).toMatchObject({ kind: 'refused', problems: [{ path: '_id' }] })
})

it.each(formats)('keeps lone surrogates, NUL and marks of other directions in %s texts', (format) => {
  const description = 'a\u0000b\ud800c\udc00\u2028\u0085\ufeff\u202e\u007f\u{1f600}'
  const document = {
    _class: `${services}.CasRegisteredService`,
    _id: 1n,
    name: 'A',
    serviceId: 'a',
    description,
  }
  const text = writeDefinitionText(document, format)
  expect(Buffer.from(text).toString()).toBe(text)
  const read = readDefinitionText(text, format)
  expect(read).toMatchObject({ kind: 'read', document })
})

it.each(formats)('never throws on %s of any kind, and decodes whatever it has read', (format) => {
  const samples = samplesIn('apereo-6.6.12').map(({ text }) => text)
  const mutation = fc.record({ at: fc.nat(), length: fc.nat({ max: 30 }), by: fc.string({ unit: 'binary' }) })
  const mutated = fc
    .tuple(fc.constantFrom(...samples), fc.array(mutation, { maxLength: 4 }))
    .map(([sample, mutations]) =>
      mutations.reduce((text, { at, length, by }) => {
        const from = at % (text.length + 1)
        return text.slice(0, from) + by + text.slice(from + length)
      }, sample),
    )
  const syntax = fc.string({
    unit: fc.constantFrom(...'{}[]:,"\'#/*\\\n\r\t -&!<>|%@0123.eE+xntf~?', "'''", '@class', 'java.util.Set'),
    maxLength: 60,
  })
  fc.assert(
    fc.property(fc.oneof(mutated, syntax, fc.string({ unit: 'binary' }), fc.json()), (text) => {
      const read = readDefinitionText(text, format)
      if (read.kind === 'unreadable') return expect(read.problems.length).toBeGreaterThan(0)
      decodeDefinition(read.document)
      const again = readDefinitionText(writeDefinitionText(read.document, format), format)
      expect(again.kind).toBe('read')
    }),
    { numRuns: 2_000 },
  )
})

it('reads a megabyte of anything in time that grows with its length only', () => {
  const texts = [
    `{${head}, "description": ${'1,'.repeat(500_000)}`,
    `{${head}, "x": [${'"a",'.repeat(200_000)}`,
    `{a: ${' '.repeat(1_000_000)}`,
    `a: ${"''".repeat(500_000)}`,
    `a: '''${"''\n".repeat(300_000)}`,
    `/*${'*'.repeat(1_000_000)}`,
    '['.repeat(1_000_000),
    `a: ${'-'.repeat(1_000_000)}`,
    `a: ${'&a '.repeat(300_000)}`,
    `${'a: 1\n'.repeat(200_000)}`,
    `a: "${'\\n'.repeat(500_000)}"`,
  ]
  for (const text of texts) {
    for (const format of formats) expect(readDefinitionText(text, format).kind).toMatch(/read/)
  }
})

it.each([
  ['texts in three quotes', 'json', "'''a''',"],
  ['quoted texts', 'yaml', '"a",'],
  ['tagged texts', 'yaml', '!a b,'],
  ['anchored texts', 'yaml', '&a b,'],
] as const)('looks for the ends of lines once, however many %s stand in one: %s', (_of, format, item) => {
  const text = `{x: [${item.repeat(2_000)}]}`
  const searches = searchedUnits(() => readDefinitionText(text, format))
  expect(searches).toBeLessThan(8 * text.length)
})

it('takes the indentation of a text in three quotes from its own line, whatever stands before it', () => {
  const document = (json: string) => {
    const read = readDefinitionText(json, 'json')
    if (read.kind === 'unreadable') throw new Error(JSON.stringify(read.problems))
    return read.document['description']
  }
  const quotes = "description:\n  '''\n  one\n    two\n  '''}"
  for (const before of ['\n', '/* a\n b */\n', "theme: '''x\n  y''',\n"]) {
    expect(document(`{${head}, ${before}  ${quotes}`)).toBe('one\n  two')
  }
  const column = (from: string) => `\n${' '.repeat(from.length)} two'''}`
  for (const line of ['*/ description: ', " y''', description: "]) {
    const before = line.startsWith('*') ? '/* a\n' : "theme: '''x\n"
    expect(document(`{${head}, ${before}${line}'''one${column(line)}`)).toBe('one\n two')
  }
})

/** How many characters are looked at by searches for one text in another. */
function searchedUnits(work: () => unknown): number {
  let units = 0
  const { indexOf, lastIndexOf } = String.prototype
  const forward = jest.spyOn(String.prototype, 'indexOf').mockImplementation(function (
    this: string,
    ...args
  ) {
    const found = indexOf.apply(this, args)
    units += (found === -1 ? this.length : found) - (args[1] ?? 0)
    return found
  })
  const back = jest.spyOn(String.prototype, 'lastIndexOf').mockImplementation(function (
    this: string,
    ...args
  ) {
    const found = lastIndexOf.apply(this, args)
    units += (args[1] ?? this.length) - found
    return found
  })
  try {
    work()
  } finally {
    forward.mockRestore()
    back.mockRestore()
  }
  return units
}
