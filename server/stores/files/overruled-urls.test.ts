import { expect, it } from '@jest/globals'
import { aReplica, entry } from '../../replication/testing/replicas.ts'
import { readDefinitionFile } from './definition-file.ts'
import { contentsOf } from './directory-contents.ts'
import { foundDirectory } from './found-directory.ts'
import { overruledUrls } from './overruled-urls.ts'
import { definitionJson } from './testing/directories.ts'

it.each([
  ['another service', definitionJson(3, 'other'), '^https://narrow\\.example\\.org/.*'],
  ['the same service', definitionJson(3, 'narrow', '"description": "edited elsewhere",'), undefined],
])('tells which URLs an overruled file gives up to %s', (_, text, urls) => {
  const file = 'narrow-3.json'
  const read = new Map([[file, readDefinitionFile(file, definitionJson(3, 'narrow'))]])
  const contents = contentsOf({ files: read, unlisted: new Map() })
  const { replica, steps } = aReplica()
  replica.scanned(foundDirectory(contents))
  replica.mergeWhole([entry('3', 9, { text, file })])
  const [step] = steps()
  expect(step && overruledUrls(step, contents.definitions.get('3')?.document)).toBe(urls)
})
