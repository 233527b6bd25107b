/** What becomes of a directory that is removed as a whole, in mode active: part of the contract of replicated directories. */
import { rm } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { bound, type ReplicationPool } from './replication-pool.ts'

const minuteMs = 60_000

/** Nodes with directories that hold one definition, `stays`. */
export function lostDirectoriesContract(aStartedPool: () => Promise<ReplicationPool>): void {
  describe('a directory that is removed', () => {
    it(
      'is made and written again, and what is added meanwhile deletes nothing',
      async () => {
        const { untilNames, node } = bound(await aStartedPool())
        await node(0).put(1, 'one')
        await untilNames('one', 'stays')
        await rm(node(1).directory, { recursive: true })
        await node(0).put(2, 'two')
        await untilNames('one', 'stays', 'two')
        expect((await node(1).found()).size).toBe(3)
        const told = node(1).lines.map(({ msg }) => msg)
        expect(told).toContain('directory of definitions was not there and was made again')
        expect(told).toContain('directory of definitions was lost')
      },
      minuteMs,
    )

    it(
      'is made and written again with its only definition, also while the node is stopped',
      async () => {
        const { untilNames, node } = bound(await aStartedPool())
        await rm(node(1).directory, { recursive: true })
        await node(1).until(() => node(1).status.problem?.includes('does not exist') === true)
        await untilNames('stays')
        await node(1).stop()
        await rm(node(1).directory, { recursive: true })
        await node(1).start()
        await untilNames('stays')
        expect((await node(1).found()).size).toBe(1)
      },
      minuteMs,
    )
  })
}
