import { expect, it } from '@jest/globals'
import { definitionFileName, textFormatOf } from './file-names.ts'

it.each([
  ['Intranet', 1001n, 'Intranet-1001'],
  ['My web  site', -5n, 'Mywebsite--5'],
  ['Ünïcode 名', 2n ** 63n - 1n, 'Ünïcode名-9223372036854775807'],
  ['../../etc/passwd', 1n, '_./.._etc_passwd-1'.replaceAll('/', '_')],
  ['.hidden', 1n, '_hidden-1'],
  ['a\0b\nc\\d:e', 1n, 'a_bc_d_e-1'],
  ['', 1n, '-1'],
])('names the file of %j as Apereo does, within one folder', (name, id, expected) => {
  expect(definitionFileName({ name, id }, 'json')).toBe(`${expected}.json`)
  expect(definitionFileName({ name, id }, 'yaml')).toBe(`${expected}.yml`)
})

it('keeps names of files within 255 bytes, with the whole id', () => {
  const file = definitionFileName({ name: '名'.repeat(300), id: -(2n ** 63n) }, 'json')
  expect(Buffer.byteLength(file)).toBeLessThanOrEqual(255)
  expect(file).toMatch(/^名+-{2}9223372036854775808\.json$/)
})

it.each([
  ['a-1.json', 'json'],
  ['a-1.yml', 'yaml'],
  ['A-1.YAML', 'yaml'],
  ['odd name.json', 'json'],
  ['.a-1.json', undefined],
  ['a-1.json.tmp', undefined],
  ['a-1.json~', undefined],
  ['..data', undefined],
  ['json', undefined],
  ['a.constructor', undefined],
])('takes %s for %s', (name, expected) => {
  expect(textFormatOf(name)).toBe(expected)
})
