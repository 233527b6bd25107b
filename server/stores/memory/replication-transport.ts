/** ReplicationTransport in memory: nodes of one process. For tests of what replicates. */
import { StoreFault } from '../../../common/fault.ts'
import { versionProblem } from '../../replication/entry.ts'
import type { ApplyEntries, ReplicatedEntry, ReplicationTransport } from '../../replication/transport.ts'
import { compareVersions } from '../../replication/version.ts'

export interface MemoryReplicationStore {
  /** The transport of another node. */
  transport(): MemoryReplicationTransport
  /** Forgets everything; those who follow are told. */
  empty(): void
}

export interface MemoryReplicationTransport extends ReplicationTransport {
  /** Cuts this node off, or connects it again. */
  setConnected(isConnected: boolean): void
}

export function memoryReplicationStore(): MemoryReplicationStore {
  const held = new Map<string, ReplicatedEntry>()
  const nodes = new Set<MemoryTransport>()
  return {
    transport() {
      const transport = new MemoryTransport(held, nodes)
      nodes.add(transport)
      return transport
    },
    empty() {
      held.clear()
      for (const node of nodes) node.tellEverything()
    },
  }
}

class MemoryTransport implements MemoryReplicationTransport {
  readonly #held: Map<string, ReplicatedEntry>
  readonly #nodes: Set<MemoryTransport>
  readonly #followers = new Set<ApplyEntries>()
  #isConnected = true

  constructor(held: Map<string, ReplicatedEntry>, nodes: Set<MemoryTransport>) {
    this.#held = held
    this.#nodes = nodes
  }

  async publish(entries: readonly ReplicatedEntry[]): Promise<readonly ReplicatedEntry[]> {
    if (!this.#isConnected) throw new StoreFault('publish definitions', { retryable: true })
    const kept: ReplicatedEntry[] = []
    const greater: ReplicatedEntry[] = []
    for (const entry of entries) {
      const current = this.#held.get(entry.id)
      const isOfNode = current !== undefined && versionProblem(current) === undefined
      const order = isOfNode ? compareVersions(entry.version, current.version) : 1
      if (order > 0) {
        this.#held.set(entry.id, entry)
        kept.push(entry)
      } else if (order < 0 && current !== undefined) {
        greater.push(current)
      }
    }
    if (kept.length > 0) for (const node of this.#nodes) node.tell(kept)
    return greater
  }

  follow(apply: ApplyEntries) {
    this.#followers.add(apply)
    if (this.#isConnected) queueMicrotask(() => this.#tellWhole(apply))
    const isFollowing = () => this.#isConnected && this.#followers.has(apply)
    return {
      get isCurrent() {
        return isFollowing()
      },
      stop: async () => void this.#followers.delete(apply),
    }
  }

  async close(): Promise<void> {
    this.#followers.clear()
    this.#nodes.delete(this)
  }

  setConnected(isConnected: boolean): void {
    this.#isConnected = isConnected
    if (isConnected) this.tellEverything()
  }

  tell(entries: readonly ReplicatedEntry[]): void {
    if (!this.#isConnected) return
    for (const apply of this.#followers) apply(entries, { isWhole: false })
  }

  tellEverything(): void {
    for (const apply of this.#followers) this.#tellWhole(apply)
  }

  #tellWhole(apply: ApplyEntries): void {
    if (this.#isConnected && this.#followers.has(apply)) apply([...this.#held.values()], { isWhole: true })
  }
}
