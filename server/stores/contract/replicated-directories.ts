/** Scenarios of replicated directories, for any transport: three nodes, both modes. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { definitionJson } from '../files/testing/directories.ts'
import { lostDirectoriesContract } from './lost-directories.ts'
import { mistakenIdsContract } from './mistaken-ids.ts'
import { bound, type LogLine, ReplicationPool } from './replication-pool.ts'
import type { ReplicationHarness } from './replication-samples.ts'
import { servedInOrderContract } from './served-in-order.ts'
import { unwritableFilesContract } from './unwritable-files.ts'

const minuteMs = 60_000

/** `harness` gives an empty store to each test. */
export function replicatedDirectoriesContract(harness: () => Promise<ReplicationHarness>): void {
  let pool: ReplicationPool | undefined
  let store: ReplicationHarness
  afterEach(async () => {
    await pool?.stop()
    pool = undefined
  })
  async function aPool(
    mode: 'active' | 'passive',
    options: { nodes?: number } = {},
  ): Promise<ReplicationPool> {
    store = await harness()
    pool = await ReplicationPool.create({ store, mode, ...options })
    return pool
  }
  async function aStartedPool(mode: 'active' | 'passive'): Promise<ReplicationPool> {
    const made = await aPool(mode)
    // It stays: a directory that is empty is taken for lost.
    await made.node(0).put(99, 'stays')
    await made.start()
    await made.untilNames('stays')
    return made
  }

  describe.each(['active', 'passive'] as const)('in mode %s', (mode) => {
    it(
      'what is added, edited, renamed and removed on one node is so on all',
      async () => {
        const { untilNames, node } = bound(await aStartedPool(mode))
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        await node(0).put(1, 'first')
        await untilNames('first', 'stays')
        await node(0).rename('app-1.json', 'intranet-1.json')
        await node(0).put(2, 'two')
        await untilNames('first', 'stays', 'two')
        await node(0).remove(1, 'intranet-1.json')
        await untilNames('stays', 'two')
      },
      minuteMs,
    )

    it(
      'a rename is one change: the definition is never missing, and never there twice',
      async () => {
        const { untilNames, node, nodes } = bound(await aStartedPool(mode))
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        await node(0).rename('app-1.json', 'renamed-1.json')
        await node(0).put(2, 'two')
        await untilNames('one', 'stays', 'two')
        const expected = new Set(['one,stays', 'one,stays,two'])
        for (const { seen } of nodes) {
          expect(new Set(seen.slice(seen.indexOf('one,stays')))).toEqual(expected)
        }
        expect((await node(0).found()).get('1')?.file).toBe('renamed-1.json')
      },
      minuteMs,
    )

    it(
      '1,000 definitions at once reach all',
      async () => {
        const { node } = bound(await aStartedPool(mode))
        const ids = Array.from({ length: 1_000 }, (_, n) => n + 1_000)
        await Promise.all(ids.map((id) => node(0).put(id, `app${id}`)))
        await pool?.untilNames('stays', ...ids.map((id) => `app${id}`))
        await pool?.untilEqual()
      },
      minuteMs,
    )

    it(
      'a node that was away catches up, with what was deleted meanwhile too',
      async () => {
        const { untilNames, node } = bound(await aStartedPool(mode))
        await node(0).put(1, 'one')
        await node(0).put(2, 'two')
        await untilNames('one', 'stays', 'two')
        await node(2).stop()
        await node(0).remove(1)
        await node(0).put(2, 'second')
        await node(1).until(() => node(1).names === 'second,stays')
        await node(2).start()
        await untilNames('second', 'stays')
        expect(node(2).seen.at(-1)).toBe('second,stays')
      },
      minuteMs,
    )

    it(
      'a store that was emptied is filled again, deletions included',
      async () => {
        const { untilNames, node } = bound(await aStartedPool(mode))
        await node(0).put(1, 'one')
        await node(0).put(2, 'two')
        await untilNames('one', 'stays', 'two')
        await node(0).remove(1)
        await untilNames('stays', 'two')
        await store.empty()
        await node(0).put(3, 'three')
        await untilNames('stays', 'three', 'two')
        expect(node(0).status.tombstones).toBe(1)
        expect(node(2).status.tombstones).toBe(1)
      },
      minuteMs,
    )

    it(
      'a half-written file removes nothing anywhere, and is told of',
      async () => {
        const { untilNames, node } = bound(await aStartedPool(mode))
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        await writeFile(join(node(0).directory, 'app-1.json'), '{ "@class": "org.apereo.cas.services')
        await node(0).until(() => node(0).refused.length === 1)
        expect(node(0).refused[0]).toContain('app-1.json')
        await node(0).put(2, 'two')
        await pool?.untilNames('one', 'stays', 'two')
      },
      minuteMs,
    )

    it.each([2n ** 63n - 1n, 2n ** 62n - 1n, 2n ** 48n])(
      'one foreign entry with the counter %p ends neither edits nor deletions, and one that is refused is told of',
      async (counter) => {
        const { untilNames, node, nodes } = bound(await aStartedPool(mode))
        await node(0).put(1, 'one')
        await node(0).put(2, 'two')
        await untilNames('one', 'stays', 'two')
        const foreign = await store.transport()
        const version = { counter, node: 'zz' }
        const text = definitionJson(1, 'foreign')
        await foreign.publish([
          { kind: 'tombstone', id: '999', version },
          { kind: 'definition', id: '1', version, file: 'app-1.json', text },
        ])
        await foreign.close()
        const isTaken = counter <= 2n ** 48n
        const name = isTaken ? 'foreign' : 'one'
        const refused = isTaken ? 0 : 1
        // What stood there of an id that nodes hold is replaced at once.
        await Promise.all(
          nodes.map((each) => each.until(() => !isTaken === each.lines.some(isRefusal('999')))),
        )
        // In mode passive the directory keeps what is overruled.
        await pool?.untilNames(name, 'stays', 'two')
        await Promise.all(nodes.map((each) => each.until(() => each.status.refusedEntries === refused)))
        await node(0).put(1, 'edited')
        await node(0).remove(2)
        await node(0).put(3, 'new')
        await untilNames('edited', 'new', 'stays')
        await node(2).stop()
        await rm(node(2).stateFile, { force: true })
        await node(2).start()
        await node(0).put(3, 'newer')
        await untilNames('edited', 'newer', 'stays')
        expect(node(2).status.refusedEntries).toBe(refused)
      },
      minuteMs,
    )

    it(
      'nothing is deleted because a directory was lost',
      async () => {
        const { untilNames, node } = bound(await aStartedPool(mode))
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        await rm(node(0).directory, { recursive: true })
        await mkdir(node(0).directory)
        await node(0).until(() =>
          node(0).lines.some(({ because }) =>
            String(because).includes('in mode active they are written again'),
          ),
        )
        await node(0).stop()
        await node(0).start()
        await pool?.untilNames('one', 'stays')
        if (mode === 'active') await pool?.untilEqual()
      },
      minuteMs,
    )
  })

  unwritableFilesContract(() => aStartedPool('active'))
  mistakenIdsContract(aStartedPool)
  servedInOrderContract(harness)
  lostDirectoriesContract(() => aStartedPool('active'))

  it(
    'a server that publishes in mode passive tells once of another one that does, and of none where it is alone',
    async () => {
      store = await harness()
      pool = await ReplicationPool.create({ store, mode: 'passive', directories: 2 })
      const { node } = bound(pool)
      await node(0).put(99, 'stays')
      await pool.start()
      await pool.untilNames('stays')
      await node(0).put(1, 'one')
      await pool.untilNames('one', 'stays')
      expect(warnings()).toEqual([])
      await node(1).put(2, 'two')
      await pool.untilNames('one', 'stays', 'two')
      await node(1).put(2, 'second')
      await pool.untilNames('one', 'second', 'stays')
      expect(warnings()).toMatchObject([{ level: 'warn', publisher: 'node-1', service: '2' }])

      function warnings(): readonly LogLine[] {
        return node(0).lines.filter(
          ({ msg }) => msg === 'another server publishes, although this one does in mode passive',
        )
      }
    },
    minuteMs,
  )

  describe('in mode active', () => {
    it(
      'edits of any node reach all, with the files',
      async () => {
        const { untilNames, node } = bound(await aStartedPool('active'))
        await node(1).put(1, 'one', 'folder-less-1.json')
        await mkdir(join(node(2).directory, 'cas-client'))
        await node(2).put(2, 'two', 'cas-client/app-2.json')
        await untilNames('one', 'stays', 'two')
        await node(0).remove(2, 'cas-client/app-2.json')
        await untilNames('one', 'stays')
        expect(await node(0).read('folder-less-1.json')).toBe(await node(1).read('folder-less-1.json'))
      },
      minuteMs,
    )

    it(
      'a deletion holds, however often the others look at their files and start again',
      async () => {
        const { untilNames, node, nodes } = bound(await aStartedPool('active'))
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        await node(1).stop()
        await node(2).remove(1)
        await node(2).until(() => node(2).names === 'stays')
        // Its file still stands on the node that was away.
        expect((await node(1).found()).has('1')).toBe(true)
        await node(1).start()
        await untilNames('stays')
        for (const each of nodes) {
          await each.stop()
          await each.start()
          await untilNames('stays')
        }
        await pool?.untilEqual()
        expect((await node(1).found()).has('1')).toBe(false)
      },
      minuteMs,
    )

    it(
      'a node without its state does not bring back what was deleted, nor old texts',
      async () => {
        const { untilNames, node } = bound(await aStartedPool('active'))
        await node(0).put(1, 'one')
        await node(0).put(2, 'two')
        await untilNames('one', 'stays', 'two')
        await node(1).stop()
        await rm(node(1).stateFile)
        await node(0).remove(1)
        await node(0).put(2, 'second')
        await node(1).put(3, 'three')
        await node(2).until(() => node(2).names === 'second,stays')
        await node(1).start()
        await untilNames('second', 'stays', 'three')
      },
      minuteMs,
    )

    it(
      'of edits of one definition on two nodes at once one holds on all, which the one that loses tells once',
      async () => {
        const { untilNames, node } = bound(await aStartedPool('active'))
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        for (const index of [0, 1]) node(index).setCut(true)
        await node(0).put(1, 'mine')
        await node(1).put(1, 'his')
        await node(1).until(() => node(1).names === 'his,stays')
        await node(1).put(1, 'yours')
        await node(0).until(() => node(0).names === 'mine,stays')
        await node(1).until(() => node(1).names === 'stays,yours')
        for (const index of [0, 1]) node(index).setCut(false)
        await untilNames('stays', 'yours')
        const told = node(0).lines.filter(({ msg }) => String(msg).includes('two nodes at once'))
        expect(told).toMatchObject([
          { service: '1', file: 'app-1.json', kept: '4@node-1', dropped: '3@node-0' },
        ])
        expect(await node(0).read('.app-1.json.overruled')).toContain('"mine"')
        const hidden = () => node(0).lines.filter(({ msg }) => String(msg).includes('.NAME.overruled'))
        // Told once the folder is on the disk, which the node need not have waited for to be at rest.
        await node(0).until(() => hidden().length > 0)
        expect(hidden()).toMatchObject([{ level: 'warn', files: ['app-1.json'] }])
      },
      minuteMs,
    )

    it(
      'a deletion and an edit on two nodes at once come to one end',
      async () => {
        const { untilNames, node } = bound(await aStartedPool('active'))
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        for (const index of [0, 1]) node(index).setCut(true)
        await node(0).put(1, 'edited')
        await node(1).remove(1)
        await node(1).until(() => node(1).names === 'stays')
        await node(0).until(() => node(0).names === 'edited,stays')
        for (const index of [0, 1]) node(index).setCut(false)
        await untilNames('stays')
      },
      minuteMs,
    )

    it(
      'a copy of a definition under another name does not survive its deletion',
      async () => {
        const { untilNames, node } = bound(await aStartedPool('active'))
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        await mkdir(join(node(1).directory, 'a-backup'))
        const backup = definitionJson(1, 'one', '"description": "old",')
        await writeFile(join(node(1).directory, 'a-backup/app-1.json'), backup)
        await node(1).until(() => node(1).refused.length === 1)
        await node(0).remove(1)
        await untilNames('stays')
        expect(await node(1).read('a-backup/.app-1.json.deleted')).toContain('"old"')
      },
      minuteMs,
    )

    it(
      'clocks that stand 5 minutes apart decide nothing',
      async () => {
        store = await harness()
        pool = await ReplicationPool.create({ store, mode: 'active', skewMinutes: [0, 5, -5] })
        const { untilNames, node } = bound(pool)
        await node(0).put(99, 'stays')
        await pool.start()
        await untilNames('stays')
        await node(1).put(1, 'first')
        await untilNames('first', 'stays')
        await node(2).put(1, 'second')
        await untilNames('second', 'stays')
        await node(1).remove(1)
        await untilNames('stays')
        await node(2).put(1, 'again')
        await untilNames('again', 'stays')
      },
      minuteMs,
    )

    it(
      'two definitions of one file name both stand on all nodes',
      async () => {
        const { node } = bound(await aStartedPool('active'))
        for (const index of [0, 1]) node(index).setCut(true)
        await node(0).put(1, 'one', 'app.json')
        await node(1).put(2, 'two', 'app.json')
        await node(0).until(() => node(0).names === 'one,stays')
        await node(1).until(() => node(1).names === 'stays,two')
        for (const index of [0, 1]) node(index).setCut(false)
        await pool?.untilNames('one', 'stays', 'two')
        await Promise.all([0, 1, 2].map((index) => node(index).until(() => node(index).isAtRest)))
        for (const index of [0, 1, 2]) {
          expect([...(await node(index).found()).keys()].sort()).toEqual(['1', '2', '99'])
        }
      },
      minuteMs,
    )
  })
}

const isRefusal =
  (id: string) =>
  ({ msg, service }: LogLine): boolean =>
    msg === 'replicated definition was refused' && service === id
