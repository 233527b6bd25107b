import { expect, it } from '@jest/globals'
import { type Schema, schemaProblems } from './schema.ts'

const description = 'Lower-case letters. When absent, none.'

const schema: Schema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 3, pattern: '^[a-z]*$', description },
    size: { type: 'integer', minimum: 1, maximum: 7 },
    mode: { type: 'string', enum: ['Same', 'All'] },
    hosts: { type: 'array', minItems: 1, items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    port: { 'x-kubernetes-int-or-string': true },
    on: { type: 'boolean' },
  },
}

it('finds nothing in a value that the schema allows', () => {
  const value = {
    name: 'a',
    size: 7,
    mode: 'All',
    hosts: ['x'],
    labels: { a: 'b' },
    free: { anything: [1] },
    port: 1,
    on: false,
  }
  expect(schemaProblems(schema, value)).toEqual([])
})

it.each([
  ['a missing field', {}, 'name', 'is required'],
  ['an unknown field, with the nearest known name', { name: 'a', host: [] }, 'host', 'did you mean hosts?'],
  [
    'an unknown field, with all names when none is near',
    { name: 'a', zzzzzz: 1 },
    'zzzzzz',
    'known are free',
  ],
  ['a number where text is wanted, with what to write', { name: 7 }, 'name', 'put it into quotes'],
  ['text where a number is wanted', { name: 'a', size: '3' }, 'size', 'must be a whole number'],
  ['a value outside the list', { name: 'a', mode: 'all' }, 'mode', 'did you mean All?'],
  ['a number below the limit', { name: 'a', size: 0 }, 'size', 'at least 1'],
  ['a text that is too long', { name: 'abcd' }, 'name', 'at most 3 characters'],
  ['a text off the pattern', { name: 'A' }, 'name', 'must match ^[a-z]*$ (Lower-case letters)'],
  ['an empty list', { name: 'a', hosts: [] }, 'hosts', 'at least 1 entries'],
  ['a wrong member of a list', { name: 'a', hosts: ['x', 1] }, 'hosts[1]', 'must be text'],
  ['a member that stands twice in a set', { name: 'a', hosts: ['x', 'x'] }, 'hosts[1]', 'twice'],
  [
    'a wrong value under a key that is no plain name',
    { name: 'a', labels: { 'a.b/c': true } },
    'labels["a.b/c"]',
    'text',
  ],
  ['null', { name: null }, 'name', 'must be text'],
])('names %s', (_title, value, path, message) => {
  const problems = schemaProblems(schema, value)
  expect(problems).toEqual([{ path, message: expect.stringContaining(message) }])
})

it('does not take a name that every JavaScript object has for a known field', () => {
  expect(schemaProblems(schema, { name: 'a', constructor: 1 })).toHaveLength(1)
})
