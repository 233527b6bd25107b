/** What other nodes serve while much is published at once: part of the contract of replicated directories. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { ReplicationPool } from './replication-pool.ts'
import type { ReplicationHarness } from './replication-samples.ts'

const minuteMs = 60_000
const count = 1_200

/** In the order in which they are asked, which is that of neither their ids' texts nor their files. */
const names = Array.from({ length: count }, (_, i) => `n${String(i + 1).padStart(5, '0')}`)

/** `harness` gives an empty store to each test. */
export function servedInOrderContract(harness: () => Promise<ReplicationHarness>): void {
  describe.each(['active', 'passive'] as const)('what is published at once in mode %s', (mode) => {
    let pool: ReplicationPool | undefined
    afterEach(() => pool?.stop())

    it(
      'is served in part only as services that are asked before all others, also of a store that was emptied',
      async () => {
        const store = await harness()
        pool = await ReplicationPool.create({ store, mode, nodes: 4 })
        const [publisher, one, other, late] = pool.nodes
        for (const node of [one, other]) await node?.start()
        await one?.until(() => one.seen.length > 0)
        for (const [i, name] of names.entries()) await publisher?.put(i + 1, name)
        await publisher?.start()
        for (const node of [one, other]) await node?.until(() => node.names === names.join())
        await store.empty()
        await late?.start()
        await pool.untilNames(...names)
        for (const node of [one, other, late]) expect(node?.seen.filter(isNotFirst)).toEqual([])
      },
      minuteMs,
    )

    it(
      'leaves out no definition that gets another id',
      async () => {
        pool = await ReplicationPool.create({ store: await harness(), mode })
        const [publisher, ...others] = pool.nodes
        for (const [i, name] of names.entries()) await publisher?.put(i + 1, name)
        await pool.start()
        await pool.untilNames(...names)
        await pool.untilEqual()
        await publisher?.stop()
        for (const [i, name] of names.entries()) {
          await publisher?.put(i + 1 + count, name, `app-${i + 1}.json`)
        }
        const before = others.map(({ seen }) => seen.length)
        await publisher?.start()
        await pool.untilNames(...names)
        for (const node of others) await node.until(() => node.status.tombstones === count)
        await pool.untilNames(...names)
        for (const [i, { seen }] of others.entries())
          expect(seen.slice(before[i]).filter((served) => new Set(served.split(',')).size < count)).toEqual(
            [],
          )
      },
      minuteMs,
    )
  })
}

function isNotFirst(served: string): boolean {
  const of = served === '' ? [] : served.split(',')
  return of.some((name, i) => name !== names[i])
}
