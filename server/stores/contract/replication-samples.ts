/** What the contract suite of ReplicationTransport publishes, and how it waits. */
import type {
  DefinitionEntry,
  ReplicatedEntry,
  ReplicationTransport,
  Tombstone,
} from '../../replication/transport.ts'
import { compareVersions } from '../../replication/version.ts'

export interface ReplicationHarness {
  /** Another node's transport to the same store. */
  transport(): Promise<ReplicationTransport>
  /** Takes everything out of the store, as a restart of all its members or an administrator would. */
  empty(): Promise<void>
  /** Breaks the connections of `transport()`'s transports; they come back by themselves. */
  interrupt(): Promise<void>
}

type EntryChange = Partial<Omit<DefinitionEntry, 'kind'>> & {
  readonly counter?: bigint
  readonly node?: string
}

export function aDefinition(id: string, change: EntryChange = {}): DefinitionEntry {
  const { counter = 1n, node = 'node-a', ...rest } = change
  const text = `{ "@class": "org.apereo.cas.services.CasRegisteredService", "id": ${id}, "name": "app" }\n`
  return { kind: 'definition', id, version: { counter, node }, file: `app-${id}.json`, text, ...rest }
}

export function aTombstone(id: string, { counter = 1n, node = 'node-a' }: EntryChange = {}): Tombstone {
  return { kind: 'tombstone', id, version: { counter, node } }
}

/** A follower that holds, of what it was given, the greatest version of each id. */
export class RecordingReplica {
  readonly calls: { readonly entries: readonly ReplicatedEntry[]; readonly isWhole: boolean }[] = []
  readonly held = new Map<string, ReplicatedEntry>()
  #waiting: (() => void)[] = []

  readonly apply = (
    entries: readonly ReplicatedEntry[],
    { isWhole }: { readonly isWhole: boolean },
  ): void => {
    this.calls.push({ entries, isWhole })
    for (const entry of entries) {
      const current = this.held.get(entry.id)
      if (current === undefined || compareVersions(entry.version, current.version) > 0) {
        this.held.set(entry.id, entry)
      }
    }
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Resolves when `isReached` holds, now or after a call to come. */
  async until(isReached: () => boolean): Promise<void> {
    while (!isReached()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** This version or a greater one. */
  has({ id, version }: ReplicatedEntry): boolean {
    const held = this.held.get(id)
    return held !== undefined && compareVersions(held.version, version) >= 0
  }

  /** Resolves when it holds exactly this entry's version for its id. */
  untilHas({ id, version }: ReplicatedEntry): Promise<void> {
    return this.until(() => {
      const held = this.held.get(id)
      return held !== undefined && compareVersions(held.version, version) === 0
    })
  }

  get wholes(): number {
    return this.calls.filter(({ isWhole }) => isWhole).length
  }
}
