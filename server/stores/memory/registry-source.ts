/** RegistrySource in memory: for tests of what follows a registry. */
import type { RegistryContents, RegistrySource } from '../../services/registry-source.ts'

export interface MemoryRegistrySource extends RegistrySource {
  /** Makes these the contents, for all that follow now and later. */
  publish(contents: RegistryContents): void
}

export function memoryRegistrySource(initial: RegistryContents): MemoryRegistrySource {
  let current = initial
  const followers = new Set<(contents: RegistryContents) => void>()
  return {
    publish(contents) {
      current = contents
      for (const apply of followers) apply(contents)
    },
    async follow(apply) {
      followers.add(apply)
      apply(current)
      return {
        isCurrent: true,
        async stop() {
          followers.delete(apply)
        },
      }
    },
  }
}
