/** Another client of the cluster, which does what no node does. */
import { until } from '../../../../tools/system/ports.ts'
import type { HazelcastCluster } from '../../../../tools/testing/hazelcast.ts'

/** Also while members are killed. */
export async function clearMap(cluster: HazelcastCluster, name: string): Promise<void> {
  const clear = async (client: Client) => (await client.getMap<string, string>(name)).clear()
  await until('an empty map', () =>
    withClient(cluster, clear).then(
      () => true,
      () => false,
    ),
  )
}

export async function putForeign(cluster: HazelcastCluster, name: string): Promise<void> {
  await withClient(cluster, async (client) =>
    (await client.getMap<string, string>(name)).set('1', '{"kind":1}'),
  )
}

type Client = import('hazelcast-client').Client

async function withClient(
  { clusterName, addresses }: HazelcastCluster,
  work: (client: Client) => Promise<unknown>,
): Promise<void> {
  const { Client: HazelcastClient } = await import('hazelcast-client')
  const client = await HazelcastClient.newHazelcastClient({
    clusterName,
    network: { clusterMembers: [...addresses], connectionTimeout: 2_000 },
    connectionStrategy: { connectionRetry: { clusterConnectTimeoutMillis: 5_000 } },
    // A member that is killed meanwhile answers never: whoever asks again is to have the time for it.
    properties: {
      'hazelcast.logging.level': 'OFF',
      'hazelcast.client.heartbeat.interval': 1_000,
      'hazelcast.client.heartbeat.timeout': 6_000,
      'hazelcast.client.invocation.timeout.millis': 8_000,
    },
  })
  try {
    await work(client)
  } finally {
    await client.shutdown()
  }
}
