import { describe } from '@jest/globals'
import { replicationTransportContract } from '../contract/replication-transport.ts'
import { type MemoryReplicationTransport, memoryReplicationStore } from './replication-transport.ts'

describe('replication in memory', () => {
  replicationTransportContract(async () => {
    const store = memoryReplicationStore()
    const transports: MemoryReplicationTransport[] = []
    return {
      async transport() {
        const transport = store.transport()
        transports.push(transport)
        return transport
      },
      empty: async () => store.empty(),
      async interrupt() {
        for (const transport of transports) transport.setConnected(false)
        for (const transport of transports) transport.setConnected(true)
      },
    }
  })
})
