/** Folders that are there and cannot be looked into: nothing in them counts as removed. */
import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { monotonicClock } from '../../../common/clock.ts'
import { silentLog } from '../../../common/log.ts'
import { Replica } from '../../replication/replica.ts'
import type { DirectoryContents } from './directory-contents.ts'
import { DirectoryFollower } from './directory-follower.ts'
import { foundDirectory } from './found-directory.ts'
import { lookAt } from './look.ts'
import { newDirectory, removeDirectory, writeDefinition } from './testing/directories.ts'

let root: string
let directory: string
beforeEach(async () => {
  root = await newDirectory()
  directory = join(root, 'services')
  await mkdir(directory)
  await mkdir(join(root, 'team'))
  for (const id of [2, 3]) await writeDefinition(join(root, 'team'), id)
  await symlink('../team', join(directory, 'team'))
})
afterEach(() => removeDirectory(root))

/** In one step, so that nobody finds it gone: what cannot be asked for its kind, as on a mount that went stale. */
async function close(name: string): Promise<void> {
  await symlink(name, join(directory, '.next'))
  await rename(join(directory, '.next'), join(directory, name))
}

describe('a look', () => {
  it('tells of what may be a folder and cannot be asked, whatever its name', async () => {
    for (const name of ['team', 'folder.json', 'notes.txt']) await close(name)
    const { files, unlisted } = await lookAt(directory)
    expect([...unlisted].sort()).toEqual([
      ['folder.json', 'ELOOP'],
      ['notes.txt', 'ELOOP'],
      ['team', 'ELOOP'],
    ])
    expect([...files]).toEqual([['folder.json', 'unreadable']])
  })

  it('tells files from folders where it may list names and nothing else', async () => {
    await mkdir(join(directory, 'folder'))
    await writeFile(join(directory, 'README'), 'none')
    await writeDefinition(directory, 1)
    await chmod(directory, 0o600)
    const { files, unlisted } = await lookAt(directory)
    await chmod(directory, 0o700)
    // The superuser asks everything.
    const isSuperuser = process.getuid?.() === 0
    expect([...unlisted.keys()].sort()).toEqual(isSuperuser ? [] : ['folder', 'team'])
    expect(files.get('app1-1.json') === 'unreadable').toBe(!isSuperuser)
  })
})

describe('who follows a directory with a folder that is closed', () => {
  let follower: DirectoryFollower | undefined
  afterEach(() => follower?.stop())

  /** Resolves with each report in turn. */
  function follow(replica: Replica): () => Promise<DirectoryContents> {
    const reports: DirectoryContents[] = []
    let told = Promise.withResolvers<void>()
    follower = new DirectoryFollower({
      directory,
      log: silentLog,
      clock: monotonicClock,
      settleMs: 20,
      lookEveryMs: 50,
      isLoss: () => replica.files.size > 1,
      onEmptied: () => replica.lost(),
      onContents: (contents, closed) => {
        replica.scanned(foundDirectory(contents, closed))
        reports.push(contents)
        told.resolve()
      },
    })
    return async () => {
      for (;;) {
        const next = reports.shift()
        if (next !== undefined) return next
        await told.promise
        told = Promise.withResolvers()
      }
    }
  }

  const kinds = ({ entries }: Replica) => Array.from(entries, ([id, { kind }]) => `${id} ${kind}`).sort()

  it('keeps what was in it, notes it, and makes no tombstone', async () => {
    await writeDefinition(directory, 1)
    const replica = new Replica({ node: 'node-a', isMaster: false })
    replica.mergeWhole([])
    const next = follow(replica)
    await next()
    expect(kinds(replica)).toEqual(['1 definition', '2 definition', '3 definition'])
    await close('team')
    const { definitions, refused, notes } = await next()
    expect([...definitions.keys()].sort()).toEqual(['1', '2', '3'])
    expect(refused).toMatchObject([{ keeps: '2' }, { keeps: '3' }])
    expect(notes).toEqual([{ file: 'team', message: 'cannot be listed (ELOOP)' }])
    expect(kinds(replica)).toEqual(['1 definition', '2 definition', '3 definition'])
  })

  it('takes a directory for closed, not for lost, where everything was in that folder', async () => {
    const replica = new Replica({ node: 'node-a', isMaster: false })
    replica.mergeWhole([])
    const next = follow(replica)
    await next()
    await close('team')
    expect((await next()).refused).toMatchObject([{ keeps: '2' }, { keeps: '3' }])
    expect(follower?.problem).toBeUndefined()
    expect(replica.files.size).toBe(2)
  })

  it('makes no tombstone either where the folder was closed when this node started', async () => {
    await writeDefinition(directory, 1)
    const before = new Replica({ node: 'node-a', isMaster: false })
    before.mergeWhole([])
    await follow(before)()
    await follower?.stop()
    await close('team')
    const replica = new Replica({ node: 'node-a', isMaster: false, saved: before.saved() })
    await follow(replica)()
    expect(kinds(replica)).toEqual(['1 definition'])
    replica.mergeWhole([...before.entries.values()])
    expect(kinds(replica)).toEqual(['1 definition', '2 definition', '3 definition'])
    expect([...replica.unpublished]).toEqual([])
  })
})
