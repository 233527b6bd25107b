/** What a directory does not take, and what becomes of the rest: part of the contract of replicated directories. */
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { bound, type ReplicationPool } from './replication-pool.ts'

const minuteMs = 60_000

/** Nodes with directories that hold one definition, `stays`. */
export function unwritableFilesContract(aStartedPool: () => Promise<ReplicationPool>): void {
  describe('files that cannot be written', () => {
    it(
      'nothing is written through a linked folder, which hinders no other file, and is told of',
      async () => {
        const pool = await aStartedPool()
        const { untilNames, node } = bound(pool)
        const outside = `${node(1).directory}-outside`
        await mkdir(outside)
        await symlink(outside, join(node(1).directory, 'shared'))
        await mkdir(join(node(0).directory, 'shared'))
        await node(0).put(1, 'one', 'shared/app-1.json')
        await node(0).put(2, 'two')
        await pool.untilNames('one', 'stays', 'two')
        await node(1).until(async () => (await node(1).found()).has('2') && node(1).status.unwritten === 1)
        await node(1).until(() => node(1).status.problem !== undefined)
        expect(node(1).status.problem).toBe(
          'directory could not be written: shared/app-1.json: shared is a symbolic link',
        )
        expect(await readdir(outside)).toEqual([])
        await rm(join(node(1).directory, 'shared'))
        await untilNames('one', 'stays', 'two')
        expect(node(1).status.problem).toBeUndefined()
      },
      minuteMs,
    )

    it(
      'a definition of other URLs that has the id of one which is deleted elsewhere is neither hidden nor published',
      async () => {
        const pool = await aStartedPool()
        const { untilNames, node } = bound(pool)
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        await node(1).put(1, 'other', 'other-5.json')
        await node(1).until(() => node(1).refused.length === 1)
        await node(0).remove(1)
        await pool.untilNames('stays')
        await node(1).until(() => node(1).status.problem !== undefined)
        expect(node(1).status.problem).toBe(
          'directory could not be written: app-1.json: is deleted, but stays until other-5.json, another definition, has an id of its own',
        )
        await node(1).stop()
        await node(1).start()
        await node(1).until(() => node(1).refused.length === 1 && node(1).status.problem !== undefined)
        expect(node(1).refused).toEqual(['other-5.json: has the id 1 of app-1.json, and is passed over'])
        await pool.untilNames('stays')
        await node(1).put(5, 'other', 'other-5.json')
        await untilNames('other', 'stays')
        expect((await node(1).found()).has('1')).toBe(false)
      },
      minuteMs,
    )

    it.each([
      ['a mistake in it', 'app-1.json', '  : : ['],
      ['no id any more', 'app-1.json', '{ "name": "one", "serviceId": "^https://one.example.org/" }'],
      ['a folder in its place', 'app-2.json', undefined],
    ])(
      'an edit with %s holds what others made of it back, and is told of rather than tried in a loop',
      async (_, file, text) => {
        const pool = await aStartedPool()
        const { untilNames, node, nodes } = bound(pool)
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        const path = join(node(1).directory, file)
        await (text === undefined ? mkdir(path) : writeFile(path, text))
        if (text !== undefined) await node(1).until(() => node(1).refused.length === 1)
        await node(0).put(Number(file.charAt(4)), 'edited')
        await node(0).put(50, 'new')
        await node(1).until(() => node(1).status.problem !== undefined)
        expect(node(1).status).toMatchObject({
          problem: `directory could not be written: ${file}: somebody's edit stands there that cannot be read`,
          unwritten: 1,
        })
        await node(1).until(async () => (await node(1).found()).has('50'))
        const written = node(1).lines.filter(({ msg }) => msg === 'replicated definitions were written')
        expect(written.filter(({ definitions }) => definitions === 0)).toEqual([])
        await rm(path, { recursive: true })
        await untilNames('edited', 'new', 'stays', ...(text === undefined ? ['one'] : []))
        expect(node(1).status.problem).toBeUndefined()
        for (const each of nodes) expect(await each.read(file)).toContain('"edited"')
      },
      minuteMs,
    )

    it(
      'a file with a mistake in it outlasts a deletion elsewhere until somebody has mended or removed it',
      async () => {
        const pool = await aStartedPool()
        const { untilNames, node } = bound(pool)
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        const path = join(node(1).directory, 'app-1.json')
        await writeFile(path, '{ "name": ')
        await node(1).until(() => node(1).refused.length === 1)
        await node(0).remove(1)
        await pool.untilNames('stays')
        await node(1).until(() => node(1).status.problem !== undefined)
        expect(node(1).status).toMatchObject({
          problem:
            "directory could not be written: app-1.json: somebody's edit stands there that cannot be read",
          unwritten: 1,
        })
        await rm(path)
        await untilNames('stays')
        expect(node(1).status.problem).toBeUndefined()
      },
      minuteMs,
    )

    it(
      'keep no other file from being written, however many they are, and are told of',
      async () => {
        const { untilNames, node } = bound(await aStartedPool())
        const ids = Array.from({ length: 20 }, (_, index) => index + 1)
        // A file stands where the folder would be.
        for (const id of ids) await writeFile(join(node(1).directory, `folder${id}`), '')
        for (const id of ids) {
          await mkdir(join(node(0).directory, `folder${id}`))
          await node(0).put(id, `app${id}`, `folder${id}/app-${id}.json`)
        }
        await node(1).until(() => node(1).status.unwritten === ids.length)
        await node(0).put(50, 'new')
        await node(0).put(99, 'edited')
        await node(1).until(async () => (await node(1).found()).get('99')?.name === 'edited')
        await node(1).until(async () => (await node(1).found()).has('50'))
        await node(1).until(() => node(1).status.problem?.includes('and 17 more') === true)
        expect(node(1).status).toMatchObject({
          unwritten: ids.length,
          problem: expect.stringContaining('folder'),
        })
        for (const id of ids) await rm(join(node(1).directory, `folder${id}`))
        await untilNames('edited', 'new', ...ids.map((id) => `app${id}`))
      },
      minuteMs,
    )
  })
}
