import { expect, it } from '@jest/globals'
import { textHash } from '../../replication/entry.ts'
import { aReplica, entry } from '../../replication/testing/replicas.ts'
import { contentsOf } from './directory-contents.ts'
import { servedDefinitions, servedDocument, servicesOf } from './served-definitions.ts'
import { definitionJson } from './testing/directories.ts'

it('says that a file which this node never could read is served, where others hold what it said', () => {
  const text = definitionJson(1)
  const { replica } = aReplica()
  replica.merge([entry('1', 3, { text })])
  const unread = (file: string) =>
    [file, { kind: 'refused' as const, problems: [{ file, message: 'cannot be read (EACCES)' }] }] as const
  const files = new Map([unread('app-1.json'), unread('app-2.json')])
  const contents = contentsOf({ files, unlisted: new Map() })
  const texts = [['1', { file: 'app-1.json', text, hash: textHash(text) }]] as const
  const services = servicesOf(servedDefinitions(texts, new Map(), contents), { contents, replica })
  expect(services.refused.map(({ file, urls }) => [file, urls])).toEqual([
    ['app-1.json', 'asBefore'],
    ['app-2.json', 'open'],
  ])
  expect(services.fileOf?.('1')).toBe('app-1.json')
})

it('says of a text of another node that cannot be read whether an earlier one is served', () => {
  const { replica } = aReplica()
  const textOf = (text: string) => [['1', { file: 'app-1.json', text, hash: textHash(text) }]] as const
  const never = servedDefinitions(textOf('{'), new Map(), undefined)
  const first = servedDefinitions(textOf(definitionJson(1)), new Map(), undefined)
  const then = servedDefinitions(textOf('{'), first, undefined)
  const urlsOf = (served: typeof first) =>
    servicesOf(served, { contents: undefined, replica }).refused.map(({ urls }) => urls)
  expect([urlsOf(never), urlsOf(first), urlsOf(then)]).toEqual([['open'], [], ['asBefore']])
})

it('gives the document of a text that it serves, and none of one that it cannot read', () => {
  const readable = entry('1', 1, { text: definitionJson(1) })
  const unreadable = entry('1', 2, { text: '{' })
  const textOf = ({ file, text }: typeof readable) => [['1', { file, text, hash: textHash(text) }]] as const
  const first = servedDefinitions(textOf(readable), new Map(), undefined)
  const then = servedDefinitions(textOf(unreadable), first, undefined)
  expect(servedDocument(first, readable)).toBe(first.get('1')?.document)
  expect(servedDocument(first, unreadable)).toBeUndefined()
  expect(servedDocument(then, unreadable)).toBeUndefined()
})
