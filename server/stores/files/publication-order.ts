/**
 * In which order entries are published: pure. It is the order in which a server asks services, deletions last: so
 * whoever holds a part of them has all services that are asked before the ones it has, and no wide service takes the
 * URLs of one that has yet to come.
 */
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import type { DefinitionEntry, ReplicatedEntry } from '../../replication/transport.ts'
import { compareClaims, orderedClaim } from '../../services/match.ts'
import { claimOf } from '../../services/service-claim.ts'
import { readDefinitionFile } from './definition-file.ts'

type Claim = ReturnType<typeof orderedClaim>
/** When a service is asked, as far as that is known. */
type Place = Claim | 'unreadable' | 'deleted'

/** Remembers what entries claim: what is left to be published is ordered again and again. */
export class PublicationOrder {
  readonly #claims = new WeakMap<DefinitionEntry, Claim | 'unreadable'>()

  /** `documentOf`: what is known already of an entry's text. */
  sorted(
    entries: readonly ReplicatedEntry[],
    documentOf: (entry: DefinitionEntry) => StoredDocument | undefined,
  ): readonly ReplicatedEntry[] {
    if (entries.length < 2) return entries
    const placed = entries.map((entry): readonly [ReplicatedEntry, Place] => [
      entry,
      entry.kind === 'tombstone' ? 'deleted' : this.#claim(entry, documentOf),
    ])
    return placed.sort(([, a], [, b]) => compare(a, b)).map(([entry]) => entry)
  }

  #claim(
    entry: DefinitionEntry,
    documentOf: (entry: DefinitionEntry) => StoredDocument | undefined,
  ): Claim | 'unreadable' {
    const known = this.#claims.get(entry)
    if (known !== undefined) return known
    const claim = claimIn(documentOf(entry) ?? documentIn(entry))
    this.#claims.set(entry, claim)
    return claim
  }
}

/** Of what cannot be read nobody knows when it is asked: it may be the first. */
const compare = (a: Place, b: Place): number =>
  typeof a === 'string' || typeof b === 'string' ? rank(a) - rank(b) : compareClaims(a, b)

const rank = (place: Place): number => (place === 'unreadable' ? 0 : place === 'deleted' ? 2 : 1)

function claimIn(document: StoredDocument | undefined): Claim | 'unreadable' {
  const claim = document && claimOf(document)
  return claim === undefined ? 'unreadable' : orderedClaim(claim)
}

function documentIn({ file, text }: DefinitionEntry): StoredDocument | undefined {
  const read = readDefinitionFile(file, text)
  return read.kind === 'definition' ? read.definition.document : undefined
}
