import { expect, it } from '@jest/globals'
import type { DirectoryStep } from '../../replication/directory-plan.ts'
import { entry, tombstone, version } from '../../replication/testing/replicas.ts'
import { publishedFacts, writtenFacts } from './replication-events.ts'

const stateOf = (file: string) => ({ file, hash: file })
const written: DirectoryStep = {
  kind: 'write',
  id: '1',
  version: version(5, 'node-c'),
  keepsCopy: false,
  text: 'text',
  now: stateOf('before-1.json'),
  next: stateOf('after-1.json'),
}
const removed: DirectoryStep = {
  kind: 'remove',
  id: '2',
  version: version(6, 'node-b'),
  keepsCopy: false,
  now: stateOf('app-2.json'),
  copies: [],
}

it('what was published is told by file, and what was deleted by id', () => {
  const entries = [entry('2', 7), tombstone('3', 8), entry('1', 9)]
  expect(publishedFacts(entries)).toEqual({
    definitions: 3,
    written: ['app-1.json', 'app-2.json'],
    removed: ['3'],
    nodes: ['node-b'],
  })
})

it('what was written is told from what was removed, with the nodes whose edits they are; a rename is written', () => {
  expect(writtenFacts([written, removed])).toEqual({
    definitions: 2,
    written: ['after-1.json'],
    removed: ['app-2.json'],
    nodes: ['node-b', 'node-c'],
  })
  expect(writtenFacts([removed])).toEqual({ definitions: 1, removed: ['app-2.json'], nodes: ['node-b'] })
})

it('20 are named, and all are counted', () => {
  const facts = publishedFacts(Array.from({ length: 30 }, (_, n) => entry(String(n), 7)))
  expect(facts.definitions).toBe(30)
  expect(facts.written).toHaveLength(20)
})
