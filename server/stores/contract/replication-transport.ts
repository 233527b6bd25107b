/** Contract suite of ReplicationTransport. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { delay } from '../../../common/clock.ts'
import { versionProblem } from '../../replication/entry.ts'
import type { ReplicatedEntry, ReplicationFeed } from '../../replication/transport.ts'
import { compareVersions } from '../../replication/version.ts'
import { aDefinition, aTombstone, RecordingReplica, type ReplicationHarness } from './replication-samples.ts'

const minuteMs = 60_000

/** `harness` gives an empty store to each test. */
export function replicationTransportContract(harness: () => Promise<ReplicationHarness>): void {
  const feeds: ReplicationFeed[] = []
  afterEach(async () => {
    await Promise.all(feeds.splice(0).map((feed) => feed.stop()))
  })
  async function aNode(store: ReplicationHarness) {
    const transport = await store.transport()
    const replica = new RecordingReplica()
    const feed = transport.follow(replica.apply)
    feeds.push(feed)
    await replica.until(() => replica.wholes > 0)
    return { transport, replica, feed, publish: transport.publish.bind(transport) }
  }

  describe('a store of replicated definitions', () => {
    it('that is empty is whole and current', async () => {
      const { replica, feed } = await aNode(await harness())
      expect(replica.calls).toEqual([{ entries: [], isWhole: true }])
      expect(feed.isCurrent).toBe(true)
    })

    it('brings what one node publishes to all, the publisher included', async () => {
      const store = await harness()
      const [one, other] = [await aNode(store), await aNode(store)]
      const entry = aDefinition('1', { replaces: { counter: 1n, node: 'node-z' }, counter: 2n })
      expect(await one.publish([entry])).toEqual([])
      await Promise.all([one.replica.untilHas(entry), other.replica.untilHas(entry)])
      expect(other.replica.held.get('1')).toEqual(entry)
    })

    it('gives everything to a node that comes late, deletions included', async () => {
      const store = await harness()
      const early = await aNode(store)
      const entries = [aDefinition('1'), aTombstone('2'), aDefinition('3', { counter: 7n })]
      await early.publish(entries)
      const late = await aNode(store)
      expect(late.replica.calls[0]?.isWhole).toBe(true)
      expect([...late.replica.held.values()].sort(byId)).toEqual(entries)
    })

    it('keeps every character of a definition, every digit of a counter, and files in folders', async () => {
      const store = await harness()
      const one = await aNode(store)
      const text = `{ /* "$set" a.b 'é' \u{1F600} \\u0000 */\r\n\t"id": 9007199254740993 }${'x'.repeat(900_000)}`
      const entry = aDefinition('9007199254740993', {
        counter: 2n ** 62n - 1n,
        replaces: { counter: 2n ** 62n - 2n, node: 'node-a' },
        node: 'sso-server-0.example.org',
        file: 'cas-client/Über app-9007199254740993.yml',
        text,
      })
      await one.publish([entry])
      const late = await aNode(store)
      expect(late.replica.held.get(entry.id)).toEqual(entry)
    })
  })

  describe('versions decide, not arrival:', () => {
    it('an older edit that comes later is not kept, and its node is given the newer one', async () => {
      const store = await harness()
      const node = await aNode(store)
      const newer = aDefinition('1', { counter: 5n, text: 'newer' })
      await node.publish([newer])
      expect(await node.publish([aDefinition('1', { counter: 4n, node: 'node-z' })])).toEqual([newer])
      expect((await aNode(store)).replica.held.get('1')).toEqual(newer)
    })

    it('counters compare as numbers, and equal ones by the name of the node', async () => {
      const store = await harness()
      const node = await aNode(store)
      await node.publish([aDefinition('1', { counter: 9n, node: 'node-b' })])
      const ten = aDefinition('1', { counter: 10n, node: 'node-a' })
      expect(await node.publish([ten])).toEqual([])
      const tenOfB = aDefinition('1', { counter: 10n, node: 'node-b' })
      expect(await node.publish([tenOfB])).toEqual([])
      expect(await node.publish([ten])).toEqual([tenOfB])
    })

    it('the same entry again changes nothing', async () => {
      const store = await harness()
      const node = await aNode(store)
      const entry = aDefinition('1')
      await node.publish([entry])
      expect(await node.publish([entry])).toEqual([])
      expect((await aNode(store)).replica.held.get('1')).toEqual(entry)
    })

    it('a deletion is not undone by an edit from before it, and is by one from after it', async () => {
      const store = await harness()
      const node = await aNode(store)
      const tombstone = aTombstone('1', { counter: 3n })
      await node.publish([aDefinition('1', { counter: 1n })])
      await node.publish([tombstone])
      expect(await node.publish([aDefinition('1', { counter: 2n })])).toEqual([tombstone])
      await node.replica.untilHas(tombstone)
      const again = aDefinition('1', { counter: 4n })
      expect(await node.publish([again])).toEqual([])
      await node.replica.untilHas(again)
    })

    it.each([
      ['is at the end of all numbers', { counter: 2n ** 63n - 1n }],
      ['is far above what it replaces', { counter: 2n ** 61n, replaces: { counter: 1n, node: 'node-a' } }],
      ['has the name of no node', { counter: 9n, node: 'node z' }],
    ])('a version that no node gives does not stand in the way: it %s', async (_which, foreign) => {
      const store = await harness()
      const node = await aNode(store)
      const unsound = aDefinition('1', { text: 'foreign', ...foreign })
      await node.publish([unsound])
      await node.replica.untilHas(unsound)
      const entry = aDefinition('1', { counter: 4n })
      expect(await node.publish([entry, aDefinition('2')])).toEqual([])
      expect((await aNode(store)).replica.held.get('1')).toEqual(entry)
      expect(await node.publish([aDefinition('1', { counter: 3n })])).toEqual([entry])
    })

    it('of 60 edits of one definition by three nodes at once, all hold the greatest', async () => {
      const store = await harness()
      const nodes = [await aNode(store), await aNode(store), await aNode(store)]
      const counters = Array.from({ length: 20 }, (_, i) => BigInt(((i * 7) % 20) + 1))
      await Promise.all(
        nodes.flatMap(({ publish }, n) =>
          counters.map((counter) => publish([aDefinition('1', { counter, node: `node-${n}` })])),
        ),
      )
      const greatest = aDefinition('1', { counter: 20n, node: 'node-2' })
      await Promise.all(nodes.map(({ replica }) => replica.untilHas(greatest)))
      expect((await aNode(store)).replica.held.get('1')).toEqual(greatest)
    })
  })

  describe('followers', () => {
    it(
      'get 1,000 definitions that are published at once',
      async () => {
        const store = await harness()
        const [one, other] = [await aNode(store), await aNode(store)]
        const entries = Array.from({ length: 1_000 }, (_, i) => aDefinition(String(i + 1)))
        await one.publish(entries)
        await other.replica.until(() => other.replica.held.size === entries.length)
        expect([...other.replica.held.values()].sort(byId)).toEqual([...entries].sort(byId))
      },
      minuteMs,
    )

    it(
      'have at every moment, whenever they came, all that was published before the last that they have',
      async () => {
        const store = await harness()
        const [one, other, early] = [await aNode(store), await aNode(store), await aNode(store)]
        const entries = shuffled(1_500).map((n) => aDefinition(String(n + 1), { counter: 2n }))
        const idAt = (at: number) => entries[at]?.id ?? ''
        // Some are there already, in the same version, in a greater one, or in one that no node gives.
        const same = [500, 510].flatMap((at) => entries[at] ?? [])
        const greater = [600, 610].map((at) => aDefinition(idAt(at), { counter: 3n }))
        const unsound = aDefinition(idAt(700), { counter: 2n ** 63n - 1n })
        await other.publish([...same, ...greater, unsound])
        const held = new Set([...same, ...greater].map(({ id }) => id))
        const fresh = entries.filter(({ id }) => !held.has(id))
        const published = one.publish(entries)
        const late: (typeof one)[] = []
        for (const after of [2, 200, 800]) {
          await early.replica.until(() => early.replica.held.size > after)
          late.push(await aNode(store))
        }
        expect(await published).toEqual(greater)
        const followers = [early, other, ...late]
        await Promise.all(followers.map(({ replica }) => replica.until(() => hasAll(replica, entries))))
        for (const { replica } of followers) expect(outOfOrder(replica, fresh)).toEqual([])
      },
      minuteMs,
    )

    it(
      'hear in that order what several nodes publish at once, and what a node publishes one after the other',
      async () => {
        const store = await harness()
        const nodes = [await aNode(store), await aNode(store), await aNode(store)]
        const entries = shuffled(600).map((n) => aDefinition(String(n + 1)))
        await Promise.all(nodes.map(({ publish }) => publish(entries)))
        const edits = shuffled(60).map((n) => aDefinition(String(n + 1), { counter: 2n }))
        for (const edit of edits) await nodes[0]?.publish([edit])
        await Promise.all(nodes.map(({ replica }) => replica.until(() => hasAll(replica, edits))))
        for (const { replica } of nodes) {
          expect(outOfOrder(replica, entries)).toEqual([])
          expect(outOfOrder(replica, edits)).toEqual([])
        }
      },
      minuteMs,
    )

    it(
      'are told when the store was emptied, and again of what is published then',
      async () => {
        const store = await harness()
        const node = await aNode(store)
        const entry = aDefinition('1')
        await node.publish([entry])
        await node.replica.untilHas(entry)
        await store.empty()
        await node.replica.until(() => node.replica.calls.some(isEmptyWhole, 1))
        await node.publish([entry])
        expect((await aNode(store)).replica.held.get('1')).toEqual(entry)

        function isEmptyWhole(call: (typeof node.replica.calls)[number], index: number): boolean {
          return index > 0 && call.isWhole && call.entries.length === 0
        }
      },
      minuteMs,
    )

    it(
      'miss nothing when their connections break',
      async () => {
        const store = await harness()
        const [one, other] = [await aNode(store), await aNode(store)]
        await store.interrupt()
        const entry = aDefinition('1')
        await publishUntilKept(one.transport.publish.bind(one.transport), entry)
        await Promise.all([one.replica.untilHas(entry), other.replica.untilHas(entry)])
      },
      minuteMs,
    )

    it('hear nothing after they have stopped', async () => {
      const store = await harness()
      const [stopped, other] = [await aNode(store), await aNode(store)]
      await stopped.feed.stop()
      const calls = stopped.replica.calls.length
      const entry = aDefinition('1')
      await other.publish([entry])
      await other.replica.untilHas(entry)
      expect(stopped.replica.calls).toHaveLength(calls)
      expect(stopped.feed.isCurrent).toBe(false)
    })
  })
}

/** 0 to `count - 1` in an order that is neither theirs nor that of their texts, and the same each time. */
const shuffled = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => (i * 7) % count)

const hasAll = (replica: RecordingReplica, entries: readonly ReplicatedEntry[]): boolean =>
  entries.every((entry) => replica.has(entry))

/** What a follower was given while it lacked something that was published before. */
function outOfOrder({ calls }: RecordingReplica, published: readonly ReplicatedEntry[]): readonly string[] {
  const followed = new RecordingReplica()
  let complete = 0
  return calls.flatMap(({ entries, isWhole }) => {
    const sound = entries.filter((entry) => versionProblem(entry) === undefined)
    followed.apply(sound, { isWhole })
    for (let next = published[complete]; next && followed.has(next); next = published[complete]) complete++
    const at = published[complete]
    const early = published.slice(complete).filter((entry) => isNew(entry) && followed.has(entry))
    return early.map(({ id }) => `${id} before ${at?.id}`)

    function isNew(entry: ReplicatedEntry): boolean {
      return sound.some(({ id, version }) => id === entry.id && compareVersions(version, entry.version) === 0)
    }
  })
}

const byId = (one: ReplicatedEntry, other: ReplicatedEntry): number => (one.id < other.id ? -1 : 1)

/** As a node does: what failed with a StoreFault is published again. */
async function publishUntilKept(
  publish: (entries: readonly ReplicatedEntry[]) => Promise<unknown>,
  entry: ReplicatedEntry,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await publish([entry])
      return
    } catch (error) {
      if (attempt === 100) throw error
      await delay(50)
    }
  }
}
