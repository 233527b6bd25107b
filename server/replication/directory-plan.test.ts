/** Where a node writes what it is told, when its own directory is in the way. */
import { describe, expect, it } from '@jest/globals'
import { directorySteps } from './directory-plan.ts'
import { textHash } from './entry.ts'
import type { Replica } from './replica.ts'
import { aJoined, directory, entry } from './testing/replicas.ts'

/** Files that are to be written, by id. */
function written(replica: Replica, found: readonly string[] = []): readonly string[] {
  return directorySteps(replica, new Set(found)).flatMap((step) =>
    step.kind === 'write' ? [`${step.id}: ${step.next.file}`] : [],
  )
}

describe('a name of a file that is not free', () => {
  it('because another definition or an unreadable file has it gives way to one with the id', () => {
    const { replica } = aJoined({ 1: 'one' })
    replica.merge([entry('5', 3, { file: 'app-1.json' }), entry('6', 4, { file: 'broken-6.json' })])
    expect(written(replica, ['app-1.json', 'broken-6.json'])).toEqual([
      '5: app-1-5.json',
      '6: broken-6-6.json',
    ])
  })

  it('because its folder is a file gives way to one outside of that folder', () => {
    const { replica } = aJoined({ 1: 'one' })
    replica.merge([
      entry('5', 3, { file: 'app-1.json/x-5.json' }),
      entry('6', 4, { file: 'broken-6.json/deep/y-6.json' }),
      entry('7', 5, { file: 'folder/z-7.json' }),
    ])
    expect(written(replica, ['app-1.json', 'broken-6.json'])).toEqual([
      '5: 5.json',
      '6: 6.json',
      '7: folder/z-7.json',
    ])
  })

  it('because it is a folder of other files gives way to one with the id', () => {
    const { replica } = aJoined({})
    const text = 'five'
    const known = { file: 'app-1.json/x-5.json', text, hash: textHash(text) }
    replica.scanned({ ...directory({}), definitions: new Map([['5', known]]) })
    replica.merge([entry('1', 9), entry('2', 10)])
    expect(written(replica, [known.file, 'app-2.json/broken.json'])).toEqual([
      '1: app-1-1.json',
      '2: app-2-2.json',
    ])
  })

  it('because another entry comes to stand there, as a file or a folder, is seen in the same plan', () => {
    const { replica } = aJoined({})
    replica.merge([entry('5', 3, { file: 'app-1.json/x-5.json' }), entry('1', 4)])
    expect(written(replica)).toEqual(['5: app-1.json/x-5.json', '1: app-1-1.json'])
    const other = aJoined({}).replica
    other.merge([entry('1', 4), entry('5', 3, { file: 'app-1.json/x-5.json' })])
    expect(written(other)).toEqual(['1: app-1.json', '5: 5.json'])
  })
})
