import { describe, expect, it } from '@jest/globals'
import type { EntryEvent, MapListener } from 'hazelcast-client'
import { monotonicClock } from '../../../common/clock.ts'
import { silentLog } from '../../../common/log.ts'
import type { ReplicatedEntry } from '../../replication/transport.ts'
import { aDefinition, RecordingReplica } from '../contract/replication-samples.ts'
import { textOf } from './entry-text.ts'
import { type FollowedMap, HazelcastFollower } from './follower.ts'

/** Entries that one node published one after the other. */
const [first, second, third] = ['1', '2', '3'].map((id) => aDefinition(id)) as [
  ReplicatedEntry,
  ReplicatedEntry,
  ReplicatedEntry,
]
const texts = new Map([
  ['1', textOf(first)],
  ['2', textOf(second, first)],
  ['3', textOf(third, second)],
])

/** A map that holds all of them, of which `listed` are found when everything is read. */
function following(listed: readonly string[]) {
  const pairsOf = (ids: readonly string[]) => ids.map((id): [string, string] => [id, texts.get(id) ?? ''])
  const asked: string[][] = []
  let listener: MapListener<string, string> = {}
  const map: FollowedMap = {
    addEntryListener: async (given) => {
      listener = given
      return 'listener'
    },
    removeEntryListener: async () => true,
    entrySet: async () => pairsOf(listed),
    getAll: async (ids) => {
      asked.push([...ids])
      return pairsOf(ids)
    },
  }
  const replica = new RecordingReplica()
  const follower = new HazelcastFollower({
    map: async () => map,
    apply: replica.apply,
    log: silentLog,
    clock: monotonicClock,
    rereadEveryMs: 600_000,
    isConnected: () => true,
  })
  const added = (id: string) => {
    const event: Partial<EntryEvent<string, string>> = { key: id, value: texts.get(id) ?? '' }
    listener.added?.(event as EntryEvent<string, string>)
  }
  const calls = () => replica.calls.map(({ entries }) => entries.map(({ id }) => id).sort())
  return { replica, follower, asked, added, calls }
}

describe('who follows a map', () => {
  it('applies with an entry what was published before it, where members tell of that later', async () => {
    const { replica, follower, added, calls } = following([])
    await replica.until(() => replica.wholes > 0)
    added('3')
    added('1')
    await replica.until(() => replica.held.size === 3)
    expect(calls()[1]).toEqual(['1', '2', '3'])
    await follower.stop()
  })

  it('asks for nothing that it has', async () => {
    const { replica, follower, added, asked, calls } = following(['1'])
    await replica.until(() => replica.wholes > 0)
    for (const id of ['2', '3']) {
      added(id)
      await replica.until(() => replica.held.has(id))
    }
    expect(calls()).toEqual([['1'], ['2'], ['3']])
    expect(asked).toEqual([])
    await follower.stop()
  })

  it('takes what is read at the start for no more than it is: parts of different moments', async () => {
    const { replica, follower, calls } = following(['3'])
    await replica.until(() => replica.wholes > 0)
    expect(calls()).toEqual([['1', '2', '3']])
    await follower.stop()
  })
})
