import { expect, it } from '@jest/globals'
import { definitionId } from './syntax.ts'
import { idInName, isReadByServers, twinsOf } from './twins.ts'

it('finds each file that stays with an id that the source holds in another', () => {
  const brought = [
    { file: 'new-1.json', id: '1' },
    { file: 'b-2.json', id: '2' },
    { file: 'no-3.json', id: undefined },
  ]
  const kept = [
    { file: 'old-1.json', id: '1' },
    { file: 'below/older-1.yml', id: '1' },
    { file: 'c-4.json', id: '4' },
    { file: 'none.json', id: undefined },
  ]
  expect(twinsOf(brought, kept)).toEqual([
    { id: '1', brought: 'new-1.json', kept: 'old-1.json' },
    { id: '1', brought: 'new-1.json', kept: 'below/older-1.yml' },
  ])
})

it.each([
  ['Wiki-1002.json', '1002'],
  ['a/b-2/with blanks-and-more-0012.YAML', '12'],
  ['1002.json', undefined],
  ['a-1/b.json', undefined],
  ['a-1b.json', undefined],
])('reads the id in the name %s: %s', (file, id) => {
  expect(idInName(file)).toBe(id)
})

it('passes over what no server reads', () => {
  expect(isReadByServers('a-1.json')).toBe(true)
  for (const file of ['README.md', '.a-1.json', 'below/.a-1.json', 'b\ufffd-1.json'])
    expect(isReadByServers(file)).toBe(false)
})

it.each([
  ['{"@class":"a.B","id":1002}', 'json', '1002'],
  ['{"@class":"a.B","id":"01002"}', 'json', '1002'],
  ['--- !<a.B>\nid: 7\n', 'yaml', '7'],
  ['{"@class":"a.B","id":-1}', 'json', undefined],
  ['{"id":1}', 'json', undefined],
  ['{"@class":"a.B","id":', 'json', undefined],
  ['[]', 'json', undefined],
] as const)('reads the id of %p in %s: %s', (text, format, id) => {
  expect(definitionId(text, format)).toBe(id)
})
