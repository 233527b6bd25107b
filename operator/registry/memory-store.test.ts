import { describeRegistryStore } from './contract/registry-store.ts'
import { MemoryRegistryStore } from './memory-store.ts'

describeRegistryStore(async () => {
  const store = new MemoryRegistryStore()
  return {
    store,
    writeForeign: async (id, name) => void store.services.set(id.toString(), { _id: id, name }),
  }
})
