/**
 * In which order entries are published. It is the order in which a server asks services, deletions last: so
 * whoever holds a part of them has all services that are asked before the ones it has, and no wide service takes the
 * URLs of one that has yet to come.
 */
import { setImmediate } from 'node:timers/promises'
import { compareClaims, orderedClaim } from '../../../common/documents/claim-order.ts'
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import type { DefinitionEntry, ReplicatedEntry } from '../../replication/transport.ts'
import { claimOf } from '../../services/service-claim.ts'
import { readDefinitionFile } from './definition-file.ts'

type Claim = ReturnType<typeof orderedClaim>
/** When a service is asked, as far as that is known. */
type Place = Claim | 'unreadable' | 'deleted'

/** What is known already of an entry's text. */
export type DocumentOf = (entry: DefinitionEntry) => StoredDocument | undefined

/** Entries that are read without a pause. Users wait meanwhile. */
const readAtOnce = 100

/** Remembers what entries claim: what is left to be published is ordered again and again. */
export class PublicationOrder {
  readonly #claims = new WeakMap<DefinitionEntry, Claim | 'unreadable'>()

  async sorted(
    entries: readonly ReplicatedEntry[],
    documentOf: DocumentOf,
  ): Promise<readonly ReplicatedEntry[]> {
    if (entries.length < 2) return entries
    const unread = entries.filter((entry) => entry.kind === 'definition' && !this.#claims.has(entry))
    for (let from = 0; from < unread.length; from += readAtOnce) {
      for (const entry of unread.slice(from, from + readAtOnce)) this.#place(entry, documentOf)
      await setImmediate()
    }
    const placed = entries.map((entry) => [entry, this.#place(entry, documentOf)] as const)
    return placed.sort(([, a], [, b]) => compare(a, b)).map(([entry]) => entry)
  }

  #place(entry: ReplicatedEntry, documentOf: DocumentOf): Place {
    if (entry.kind === 'tombstone') return 'deleted'
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
