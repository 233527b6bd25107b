/** Files that say nothing, or another id than before, when a node starts: what it knew of them stands in its state. */
import { describe, expect, it } from '@jest/globals'
import { aReplica } from '../../replication/testing/replicas.ts'
import { preferring } from './defining-files.ts'
import { readDefinitionBytes } from './definition-file.ts'
import { contentsOf, nothingRead } from './directory-contents.ts'
import { foundDirectory } from './found-directory.ts'
import { refusedServices } from './refusals.ts'
import { definitionJson } from './testing/directories.ts'

type Texts = Readonly<Record<string, string>>

const texts: Texts = {
  'app-1.json': definitionJson(1, 'one'),
  'app-2.json': definitionJson(2, 'two'),
  'app-3.json': definitionJson(3, 'three'),
  'stays-9.json': definitionJson(9, 'stays'),
}

/** A node that knew `texts`, and finds these when it starts, one after the other. */
function startedWith(states: readonly Texts[], closed: readonly string[] = [], known = texts) {
  const { replica: before } = aReplica()
  before.scanned(foundDirectory(read(known)))
  before.mergeWhole([])
  before.published([...before.entries.values()])
  const { replica } = aReplica({ saved: before.saved() })
  let found = nothingRead
  let contents = found
  for (const state of states) {
    found = read(state, closed, found)
    contents = preferring(found, replica.knownFiles, closed)
    replica.scanned(foundDirectory(contents, closed))
    replica.mergeWhole([...before.entries.values()])
  }
  return { replica, contents, ...refusedServices(contents) }
}

function read(state: Texts, closed: readonly string[] = [], before = nothingRead) {
  const files = Object.entries(state).map(
    ([file, text]) => [file, readDefinitionBytes(file, Buffer.from(text))] as const,
  )
  const unlisted = new Map(closed.map((folder) => [folder, 'EACCES']))
  return contentsOf({ files: new Map(files.sort()), unlisted }, before)
}

const half = '{ "name": '

describe('a node that starts beside a file that cannot be read', () => {
  const mistaken = { ...texts, 'app-2.json': half, 'app-1.json': definitionJson(2, 'one') }

  it('and one that has its id by mistake publishes nothing, and tells of both', () => {
    const { replica, refused, withheld } = startedWith([mistaken, mistaken])
    expect([...replica.unpublished]).toEqual([])
    expect(refused).toMatchObject([{ file: 'app-2.json' }])
    expect([...withheld.values()]).toMatchObject([
      { file: 'app-1.json', reason: 'app-1.json: has the id 2 of app-2.json, and is passed over' },
    ])
  })

  it('and one that has its id by mistake, and cannot be read either by now, keeps the URLs of that one', () => {
    const { replica, withheld } = startedWith([mistaken, { ...mistaken, 'app-1.json': half }])
    expect([...replica.unpublished]).toEqual([])
    expect([...withheld.values()]).toMatchObject([{ file: 'app-1.json', document: { name: 'one' } }])
  })

  it('and old copies of it does not take these for edits', () => {
    const copies = { 'old-2.json': definitionJson(2, 'old'), 'older-2.json': definitionJson(2, 'older') }
    const { replica, withheld } = startedWith([{ ...texts, ...copies, 'app-2.json': half }])
    expect([...replica.unpublished]).toEqual([])
    expect([...withheld.keys()]).toEqual(['file:older-2.json', 'file:old-2.json'])
  })

  it('takes the edit of each once it is mended', () => {
    const edited = { ...texts, 'app-1.json': definitionJson(1, 'first') }
    const { replica, withheld } = startedWith([
      mistaken,
      { ...mistaken, 'app-2.json': texts['app-2.json'] ?? '' },
    ])
    expect([...replica.unpublished]).toEqual([])
    expect(withheld.size).toBe(1)
    expect([...startedWith([mistaken, edited]).replica.unpublished]).toEqual(['1'])
  })

  it('takes the id for free once the file is removed', () => {
    const { 'app-2.json': _, ...without } = mistaken
    const { replica } = startedWith([mistaken, without])
    expect([...replica.unpublished].sort()).toEqual(['1', '2'])
  })
})

it('a node that starts where the file of an id is in a closed folder does not take a copy for an edit', () => {
  const { 'app-2.json': two = '', ...others } = texts
  const copy = { ...others, 'old-2.json': definitionJson(2, 'old') }
  const { replica } = startedWith([copy], ['team'], { ...others, 'team/app-2.json': two })
  expect([...replica.unpublished]).toEqual([])
})

it('a node that starts where one file has the id of another, and that one the id of a third, deletes nothing', () => {
  const chain = { ...texts, 'app-1.json': definitionJson(2, 'one'), 'app-2.json': definitionJson(3, 'two') }
  const { replica, withheld } = startedWith([chain])
  expect([...replica.unpublished]).toEqual([])
  expect([...withheld.keys()].sort()).toEqual(['file:app-1.json', 'file:app-2.json'])
})

it('a node that starts where two files have swapped their ids takes both for edits', () => {
  const swapped = { ...texts, 'app-1.json': definitionJson(2, 'one'), 'app-2.json': definitionJson(1, 'two') }
  expect([...startedWith([swapped]).replica.unpublished].sort()).toEqual(['1', '2'])
})
