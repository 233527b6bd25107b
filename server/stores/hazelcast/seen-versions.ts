/** Which entries a follower has, in this version or a greater one. */
import type { ReplicatedEntry, Version } from '../../replication/transport.ts'
import { compareVersions } from '../../replication/version.ts'

type Versioned = Pick<ReplicatedEntry, 'id' | 'version'>

export class SeenVersions {
  /** The greatest of each id. */
  readonly #versions = new Map<string, Version>()

  has({ id, version }: Versioned): boolean {
    const known = this.#versions.get(id)
    return known !== undefined && compareVersions(known, version) >= 0
  }

  add(entries: Iterable<Versioned>): void {
    for (const entry of entries) if (!this.has(entry)) this.#versions.set(entry.id, entry.version)
  }
}
