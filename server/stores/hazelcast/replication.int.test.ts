/**
 * Directories that replicate through Hazelcast: every scenario, and random histories while one of the two members after
 * the other is killed all the time. What nobody holds but Hazelcast, such as a foreign entry, may be lost then.
 */
import { afterAll, beforeAll, describe } from '@jest/globals'
import { systemClock } from '../../../common/clock.ts'
import { silentLog } from '../../../common/log.ts'
import {
  type HazelcastCluster,
  hazelcastUnavailable,
  startHazelcast,
} from '../../../tools/testing/hazelcast.ts'
import { replicatedDirectoriesContract } from '../contract/replicated-directories.ts'
import { replicationHistories } from '../contract/replication-histories.ts'
import type { ReplicationHarness } from '../contract/replication-samples.ts'
import { HazelcastConnection } from './connection.ts'
import { clearMap } from './testing/foreign-client.ts'
import { transportOver } from './transport.ts'

describe('directories that replicate through Hazelcast', () => {
  let cluster: HazelcastCluster
  /** Of three nodes. */
  let connections: readonly HazelcastConnection[] = []
  let stores = 0

  beforeAll(async () => {
    const reason = await hazelcastUnavailable()
    if (reason !== undefined) throw new Error(reason)
    cluster = await startHazelcast()
    const { clusterName, addresses: members } = cluster
    const node = () => HazelcastConnection.open({ clusterName, members, log: silentLog })
    connections = await Promise.all([node(), node(), node()])
  }, 300_000)
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()))
    await cluster?.stop()
  }, 120_000)

  async function harness(): Promise<ReplicationHarness> {
    stores += 1
    const mapName = `directories-${stores}`
    let nodes = 0
    return {
      transport: async () => {
        const connection = connections[nodes++ % connections.length]
        if (connection === undefined) throw new Error('there is no connection yet')
        return transportOver(connection, { mapName, log: silentLog, clock: systemClock })
      },
      empty: () => clearMap(cluster, mapName),
      interrupt: async () => undefined,
    }
  }

  describe('of a cluster that stays', () => replicatedDirectoriesContract(harness))

  describe('while its members are killed in turn', () => {
    const over = new AbortController()
    let killing: Promise<void>
    beforeAll(() => {
      killing = killInTurn(cluster, over.signal)
    })
    afterAll(async () => {
      over.abort()
      await killing
    }, 120_000)

    for (const mode of ['active', 'passive'] as const) replicationHistories({ mode, harness, count: 100 })
  })
})

/** One member at a time is away; each comes back empty and takes its part of the entries over from the other. */
async function killInTurn(cluster: HazelcastCluster, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) {
    const member = cluster.members[turn % cluster.members.length]
    await member?.kill()
    await member?.start()
  }
}
