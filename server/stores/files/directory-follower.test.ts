import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { appendFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { monotonicClock } from '../../../common/clock.ts'
import { createLog, silentLog } from '../../../common/log.ts'
import type { DirectoryContents } from './directory-contents.ts'
import { DirectoryFollower, type DirectoryFollowerOptions } from './directory-follower.ts'
import { definitionJson, newDirectory, removeDirectory, writeDefinition } from './testing/directories.ts'

describe('who follows a directory', () => {
  let root: string
  let directory: string
  let follower: DirectoryFollower | undefined
  const seen: DirectoryContents[] = []
  let wake = (): void => undefined
  beforeEach(async () => {
    root = await newDirectory()
    directory = join(root, 'services')
    await mkdir(directory)
    seen.length = 0
  })
  afterEach(async () => {
    await follower?.stop()
    await removeDirectory(root)
  })
  function follow(options: Partial<DirectoryFollowerOptions> = {}): void {
    follower = new DirectoryFollower({
      directory,
      log: silentLog,
      clock: monotonicClock,
      settleMs: 20,
      // Far away: what is seen in these tests was heard of.
      lookEveryMs: 600_000,
      onContents: (contents) => {
        seen.push(contents)
        wake()
      },
      ...options,
    })
  }
  async function until(holds: (contents: DirectoryContents) => boolean): Promise<DirectoryContents> {
    for (;;) {
      const latest = seen.at(-1)
      if (latest !== undefined && holds(latest)) return latest
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const names = ({ definitions }: DirectoryContents): string =>
    Array.from(definitions.values(), ({ document }) => document['name'])
      .sort()
      .join()
  const untilNames = (...wanted: string[]) => until((contents) => names(contents) === wanted.sort().join())

  it('sees files come, change in place, be replaced, renamed and removed', async () => {
    await writeDefinition(directory, 1)
    follow()
    await untilNames('app1')
    await writeDefinition(directory, 2)
    await untilNames('app1', 'app2')
    await writeFile(join(directory, 'app2-2.json'), definitionJson(2, 'two'))
    await untilNames('app1', 'two')
    await writeFile(join(directory, '.app2-2.json.tmp'), definitionJson(2, 'second'))
    await rename(join(directory, '.app2-2.json.tmp'), join(directory, 'app2-2.json'))
    await untilNames('app1', 'second')
    await rename(join(directory, 'app2-2.json'), join(directory, 'second-2.json'))
    await until(({ definitions }) => definitions.get('2')?.file === 'second-2.json')
    await rm(join(directory, 'app1-1.json'))
    await untilNames('second')
  })

  it('sees what happens in folders, also in those made later', async () => {
    follow()
    await until(() => true)
    await mkdir(join(directory, 'cas-client'))
    await writeDefinition(join(directory, 'cas-client'), 1)
    await untilNames('app1')
    await writeDefinition(join(directory, 'cas-client'), 2)
    await untilNames('app1', 'app2')
  })

  it('sees the swap of a mounted ConfigMap as one change', async () => {
    await mountVersion(directory, 'v1', { 1: 'one', 2: 'two' })
    for (const id of [1, 2])
      await symlink(`..data/app${id}-${id}.json`, join(directory, `app${id}-${id}.json`))
    follow()
    await untilNames('one', 'two')
    await symlink('..data/app3-3.json', join(directory, 'app3-3.json'))
    await mountVersion(directory, 'v2', { 1: 'first', 2: 'second', 3: 'third' })
    await rm(join(directory, '..v1'), { recursive: true })
    await untilNames('first', 'second', 'third')
    expect(seen.map(names)).toEqual(['one,two', 'first,second,third'])
  })

  it('sees a link in place of the directory be pointed elsewhere', async () => {
    for (const release of ['r1', 'r2']) await mkdir(join(root, release))
    await writeDefinition(join(root, 'r1'), 1, 'before')
    await writeDefinition(join(root, 'r2'), 1, 'after')
    await rm(directory, { recursive: true })
    await symlink('r1', directory)
    follow()
    await untilNames('before')
    await symlink('r2', join(root, 'next'))
    await rename(join(root, 'next'), directory)
    await untilNames('after')
  })

  it('keeps what a half-written, emptied or unreadable file said, and says what is wrong with it', async () => {
    await writeDefinition(directory, 1)
    await writeDefinition(directory, 2)
    follow()
    await untilNames('app1', 'app2')
    for (const text of [definitionJson(1, 'new').slice(0, 70), '', '{ "name": "no id" }']) {
      const before = seen.length
      await writeFile(join(directory, 'app1-1.json'), text)
      await until(() => seen.length > before)
      const { refused } = await until(() => true)
      expect(refused).toMatchObject([{ file: 'app1-1.json', keeps: '1' }])
      expect(names(seen.at(-1) as DirectoryContents)).toBe('app1,app2')
    }
    await writeFile(join(directory, 'app1-1.json'), definitionJson(1, 'new'))
    expect((await untilNames('app2', 'new')).refused).toEqual([])
  })

  it('never takes a file for a definition while it is being written', async () => {
    await writeDefinition(directory, 1)
    follow()
    await untilNames('app1')
    const text = definitionJson(2)
    for (const character of text) await appendFile(join(directory, 'app2-2.json'), character)
    await untilNames('app1', 'app2')
    expect(new Set(seen.map(names))).toEqual(new Set(['app1', 'app1,app2']))
  })

  it('survives the ways in which editors save', async () => {
    await writeDefinition(directory, 1, 'v0')
    const file = join(directory, 'v0-1.json')
    follow()
    await untilNames('v0')
    // A backup is made by renaming, then the file is written anew, as vim does.
    renameSync(file, `${file}~`)
    writeFileSync(file, definitionJson(1, 'v1'))
    await rm(`${file}~`)
    await untilNames('v1')
    // A temporary file is put in the place of the file, as emacs, sed -i and most programs do.
    await writeFile(`${file}.tmp`, definitionJson(1, 'v2'))
    await rename(`${file}.tmp`, file)
    await untilNames('v2')
    // Emptied, then written, as shells do.
    await writeFile(file, '')
    await writeFile(file, definitionJson(1, 'v3'))
    await untilNames('v3')
    expect(new Set(seen.map(names))).toEqual(new Set(['v0', 'v1', 'v2', 'v3']))
  })

  it('keeps everything when the directory is removed or emptied, and goes on when it is back', async () => {
    for (const id of [1, 2]) await writeDefinition(directory, id)
    const emptied = Promise.withResolvers<void>()
    const messages: unknown[] = []
    const log = createLog('test', 'info', { write: (line: string) => messages.push(JSON.parse(line).msg) })
    follow({ onEmptied: () => emptied.resolve(), log })
    const before = await untilNames('app1', 'app2')
    expect(messages).toEqual([])
    await rm(directory, { recursive: true })
    await mkdir(directory)
    await emptied.promise
    expect(follower?.problem).toBe('is empty, where 2 definitions were')
    await writeDefinition(directory, 2)
    const after = await untilNames('app2')
    expect(after.definitions.get('2')).toBe(before.definitions.get('2'))
    expect(follower?.problem).toBeUndefined()
    expect(messages.at(-1)).toBe('directory of definitions is read again')
  })

  it('says of a directory that never was there that it does not exist', async () => {
    await rm(directory, { recursive: true })
    const lines: Record<string, unknown>[] = []
    const told = Promise.withResolvers<void>()
    const write = (line: string) => {
      lines.push(JSON.parse(line))
      told.resolve()
    }
    follow({ log: createLog('test', 'error', { write }) })
    await told.promise
    expect(lines).toMatchObject([
      { level: 'error', problem: 'does not exist', msg: 'directory of definitions has not been read yet' },
    ])
  })

  it('tells who can make it of a directory that stays away, and reads it once it is made', async () => {
    for (const id of [1, 2]) await writeDefinition(directory, id)
    let asked = 0
    const onMissing = () => {
      asked++
      if (asked === 1) return false
      mkdirSync(directory)
      writeFileSync(join(directory, 'app3-3.json'), definitionJson(3))
      return true
    }
    follow({ onMissing, lookEveryMs: 50 })
    await untilNames('app1', 'app2')
    await rm(directory, { recursive: true })
    await untilNames('app3')
    expect(asked).toBe(2)
    expect(follower?.problem).toBeUndefined()
  })

  it('believes that the only definition was removed', async () => {
    await writeDefinition(directory, 1)
    follow()
    await untilNames('app1')
    await rm(join(directory, 'app1-1.json'))
    await untilNames()
  })

  it('reports nothing when a file was only touched', async () => {
    await writeDefinition(directory, 1)
    follow()
    const before = await untilNames('app1')
    await utimes(join(directory, 'app1-1.json'), 1, 1)
    await writeDefinition(directory, 2)
    const after = await untilNames('app1', 'app2')
    expect(after.definitions.get('1')).toBe(before.definitions.get('1'))
    expect(seen).toHaveLength(2)
  })

  it('finds by looking what it did not hear of', async () => {
    follow({ lookEveryMs: 30 })
    await until(() => true)
    await writeDefinition(directory, 1)
    await untilNames('app1')
  })

  it('waits for a directory that is not there yet', async () => {
    directory = join(root, 'later')
    follow()
    await mkdir(join(root, 'soon'))
    await writeDefinition(join(root, 'soon'), 1)
    await rename(join(root, 'soon'), directory)
    await untilNames('app1')
  })

  it('reads 10,000 files, and one of them again', async () => {
    await Promise.all(Array.from({ length: 10_000 }, (_, n) => writeDefinition(directory, n + 1)))
    follow()
    const { definitions } = await until(() => true)
    expect(definitions.size).toBe(10_000)
    await writeFile(join(directory, 'app5000-5000.json'), definitionJson(5000, 'changed'))
    const after = await until((contents) => contents.definitions.get('5000')?.document['name'] === 'changed')
    expect(after.definitions.get('4999')).toBe(definitions.get('4999'))
  }, 60_000)
})

/** As the kubelet does: a new folder, and `..data` pointed to it by one rename. */
async function mountVersion(
  directory: string,
  version: string,
  definitions: Readonly<Record<number, string>>,
): Promise<void> {
  await mkdir(join(directory, `..${version}`))
  for (const [id, name] of Object.entries(definitions)) {
    await writeFile(join(directory, `..${version}`, `app${id}-${id}.json`), definitionJson(id, name))
  }
  await symlink(`..${version}`, join(directory, '..data_tmp'))
  await rename(join(directory, '..data_tmp'), join(directory, '..data'))
}
