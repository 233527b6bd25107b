import { describe } from '@jest/globals'
import { replicatedDirectoriesContract } from '../contract/replicated-directories.ts'
import { memoryReplicationStore } from './replication-transport.ts'

describe('directories that replicate in memory', () => {
  replicatedDirectoriesContract(async () => {
    const store = memoryReplicationStore()
    return {
      transport: async () => store.transport(),
      empty: async () => store.empty(),
      interrupt: async () => undefined,
    }
  })
})
