/** What the contract suite of RegistrySource stores and how it waits. */
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import type { RegistryContents, RegistrySource } from '../../services/registry-source.ts'

/** One transaction of the operator. */
export interface Batch {
  readonly put?: readonly StoredDocument[]
  readonly remove?: readonly bigint[]
  readonly properties?: Readonly<Record<string, string>>
}

export interface RegistryHarness {
  readonly source: RegistrySource
  /** Writes a batch and its head, all at once. */
  commit(batch: Batch): Promise<void>
}

export function aService(id: bigint, change: StoredDocument = {}): StoredDocument {
  return {
    _id: id,
    name: `service ${id}`,
    serviceId: `https://app${id}\\.example\\.org/.*`,
    evaluationOrder: 0,
    ...change,
  }
}

/** A follower that remembers everything it was given, and waits for what it should be given. */
export class RecordingFollower {
  readonly seen: RegistryContents[] = []
  #waiting: (() => void)[] = []

  readonly apply = (contents: RegistryContents): void => {
    this.seen.push(contents)
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }

  get latest(): RegistryContents {
    const latest = this.seen.at(-1)
    if (latest === undefined) throw new Error('nothing was applied')
    return latest
  }

  /** Resolves with the first contents, seen already or to come, for which `isWanted` holds. */
  async until(isWanted: (contents: RegistryContents) => boolean): Promise<RegistryContents> {
    for (let checked = 0; ; ) {
      for (; checked < this.seen.length; checked++) {
        const contents = this.seen[checked]
        if (contents !== undefined && isWanted(contents)) return contents
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** Resolves when the contents have exactly these services by name. */
  untilNames(...names: readonly string[]): Promise<RegistryContents> {
    return this.until((contents) => namesOf(contents).join() === [...names].sort().join())
  }
}

export function namesOf(contents: RegistryContents): string[] {
  return Array.from(contents.services.values(), (service) => String(service['name'])).sort()
}
