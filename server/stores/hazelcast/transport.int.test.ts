/** Replication over a real Hazelcast cluster of two members. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { systemClock } from '../../../common/clock.ts'
import { silentLog } from '../../../common/log.ts'
import {
  type HazelcastCluster,
  hazelcastUnavailable,
  startHazelcast,
} from '../../../tools/testing/hazelcast.ts'
import type { ReplicationTransport } from '../../replication/transport.ts'
import { aDefinition, aTombstone, RecordingReplica } from '../contract/replication-samples.ts'
import { replicationTransportContract } from '../contract/replication-transport.ts'
import { clearMap, putForeign } from './testing/foreign-client.ts'
import { hazelcastTransport } from './transport.ts'

jest.setTimeout(120_000)

describe('replication on Hazelcast', () => {
  let cluster: HazelcastCluster
  const open: ReplicationTransport[] = []
  let stores = 0
  beforeAll(async () => {
    const reason = await hazelcastUnavailable()
    if (reason !== undefined) throw new Error(reason)
    cluster = await startHazelcast()
  }, 300_000)
  afterAll(async () => {
    await Promise.all(open.map((transport) => transport.close()))
    await cluster?.stop()
  })

  async function transport(mapName: string, members = cluster.addresses): Promise<ReplicationTransport> {
    const { clusterName } = cluster
    const made = await hazelcastTransport({
      clusterName,
      members,
      mapName,
      log: silentLog,
      clock: systemClock,
    })
    open.push(made)
    return made
  }
  function newStore() {
    stores += 1
    return `replication-${stores}`
  }
  async function followed(mapName: string) {
    const node = await transport(mapName)
    const replica = new RecordingReplica()
    const feed = node.follow(replica.apply)
    await replica.until(() => replica.wholes > 0)
    return { node, replica, feed }
  }

  replicationTransportContract(async () => {
    const name = newStore()
    return {
      transport: () => transport(name),
      empty: () => clearMap(cluster, name),
      interrupt: async () => {
        await cluster.members[0]?.kill()
        await cluster.members[0]?.start()
      },
    }
  })

  it('loses nothing with one member of two, deletions included', async () => {
    const { node, replica } = await followed(newStore())
    const entries = Array.from({ length: 200 }, (_, i) =>
      i % 2 === 0 ? aDefinition(String(i + 1)) : aTombstone(String(i + 1)),
    )
    await node.publish(entries)
    const before = replica.wholes
    await cluster.members[1]?.kill()
    await replica.until(() => replica.wholes > before)
    const last = replica.calls.filter(({ isWhole }) => isWhole).at(-1)
    expect(last?.entries).toHaveLength(entries.length)
    await cluster.members[1]?.start()
  })

  it('tells its nodes when the whole cluster came back empty, and takes what they publish again', async () => {
    const { node, replica, feed } = await followed(newStore())
    const entry = aDefinition('1')
    await node.publish([entry])
    await replica.untilHas(entry)
    const calls = replica.calls.length
    await Promise.all(cluster.members.map((member) => member.kill()))
    await expect(node.publish([entry])).rejects.toThrow('publish definitions')
    expect(feed.isCurrent).toBe(false)
    await Promise.all(cluster.members.map((member) => member.start()))
    await replica.until(() =>
      replica.calls.some(({ isWhole, entries }, i) => i >= calls && isWhole && entries.length === 0),
    )
    await node.publish([entry])
    const late = await followed(`replication-${stores}`)
    expect(late.replica.held.get('1')).toEqual(entry)
  })

  it('starts while there is no cluster, and finds it when it comes', async () => {
    await Promise.all(cluster.members.map((member) => member.kill()))
    const node = await transport(newStore())
    const replica = new RecordingReplica()
    const feed = node.follow(replica.apply)
    expect(feed.isCurrent).toBe(false)
    await expect(node.publish([aDefinition('1')])).rejects.toThrow('publish definitions')
    await Promise.all(cluster.members.map((member) => member.start()))
    await replica.until(() => replica.wholes > 0)
    await node.publish([aDefinition('1')])
    await replica.untilHas(aDefinition('1'))
    expect(feed.isCurrent).toBe(true)
  })

  it('passes over an entry that no node has written, until it is published over', async () => {
    const name = newStore()
    await putForeign(cluster, name)
    const { node, replica } = await followed(name)
    expect(replica.held.size).toBe(0)
    await node.publish([aDefinition('1')])
    await replica.untilHas(aDefinition('1'))
  })
})
