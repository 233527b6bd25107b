/** Files that get the id of another by mistake: part of the contract of replicated directories. */
import { describe, expect, it } from '@jest/globals'
import { bound, type ReplicationPool } from './replication-pool.ts'

const minuteMs = 60_000

/** Nodes with directories, at least the first, that hold one definition, `stays`. */
export function mistakenIdsContract(
  aStartedPool: (mode: 'active' | 'passive') => Promise<ReplicationPool>,
): void {
  describe('a file that gets the id of another by mistake', () => {
    it.each(['active', 'passive'] as const)(
      'deletes nothing in mode %s, also where the node starts again, until it goes',
      async (mode) => {
        const pool = await aStartedPool(mode)
        const { untilNames, node } = bound(pool)
        await node(0).put(1, 'one')
        await node(0).put(2, 'two')
        await untilNames('one', 'stays', 'two')
        await node(0).put(2, 'edited', 'app-1.json')
        await node(0).until(() => node(0).refused.length === 1)
        expect(node(0).refused).toEqual([
          'app-1.json: has the id 2 of app-2.json; what it said before is served',
        ])
        await node(0).put(3, 'three')
        await pool.untilNames('one', 'stays', 'three', 'two')
        await node(0).stop()
        await node(0).put(4, 'four')
        await node(0).start()
        await node(0).until(() => node(0).refused.length === 1)
        await pool.untilNames('four', 'one', 'stays', 'three', 'two')
        await node(0).remove(1)
        await untilNames('four', 'stays', 'three', 'two')
      },
      minuteMs,
    )

    it(
      'keeps its definition where that other one is deleted elsewhere',
      async () => {
        const pool = await aStartedPool('active')
        const { untilNames, node } = bound(pool)
        await node(0).put(1, 'one')
        await node(0).put(2, 'two')
        await untilNames('one', 'stays', 'two')
        await node(0).put(2, 'two', 'app-1.json')
        await node(0).until(() => node(0).refused.length === 1)
        await node(1).remove(2)
        await pool.untilNames('one', 'stays')
        await node(0).until(() => node(0).status.problem !== undefined)
        expect(node(0).status.problem).toBe(
          'directory could not be written: app-2.json: is deleted, but stays until app-1.json, another definition, has an id of its own',
        )
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
      },
      minuteMs,
    )
  })
}
