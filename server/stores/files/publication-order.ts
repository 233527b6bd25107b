/**
 * In which order entries are published. It is the order in which a server asks services, deletions last: so
 * whoever holds a part of them has all services that are asked before the ones it has, and no wide service takes the
 * URLs of one that has yet to come.
 *
 * What only moves back in that order comes before, the last one first: where all orders are raised, whoever holds a part
 * would else have the narrow services behind the wide ones, which have yet to be raised.
 */
import { setImmediate } from 'node:timers/promises'
import { compareClaims, orderedClaim } from '../../../common/documents/claim-order.ts'
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import { entryProblem } from '../../replication/entry.ts'
import type { DefinitionEntry, ReplicatedEntry } from '../../replication/transport.ts'
import { claimOf } from '../../services/service-claim.ts'
import { readDefinitionFile } from './definition-file.ts'

type Claim = ReturnType<typeof orderedClaim>
interface Place {
  readonly rank: 'unreadable' | 'movesBack' | 'takesUrls' | 'deleted'
  /** When the service is asked, as far as that is known. */
  readonly claim?: Claim
}

/** Of what cannot be read nobody knows when it is asked: it may be the first. */
const ranks: readonly Place['rank'][] = ['unreadable', 'movesBack', 'takesUrls', 'deleted']

/** What is known already of an entry's text. */
export type DocumentOf = (entry: DefinitionEntry) => StoredDocument | undefined

/** Entries that are read without a pause. Users wait meanwhile. */
const readAtOnce = 100

/** Remembers what entries claim: what is left to be published is ordered again and again. */
export class PublicationOrder {
  readonly #claims = new WeakMap<DefinitionEntry, Claim | 'unreadable'>()
  /** By id: what the store holds, which other servers serve. */
  readonly #held = new Map<string, DefinitionEntry>()

  /** The store holds these entries; `isWhole`: and no others. */
  heard(entries: readonly ReplicatedEntry[], { isWhole = false } = {}): void {
    if (isWhole) this.#held.clear()
    for (const entry of entries) {
      if (entryProblem(entry) !== undefined) continue
      if (entry.kind === 'definition') this.#held.set(entry.id, entry)
      else this.#held.delete(entry.id)
    }
  }

  async sorted(
    entries: readonly ReplicatedEntry[],
    documentOf: DocumentOf,
  ): Promise<readonly ReplicatedEntry[]> {
    if (entries.length < 2) return entries
    const definitions = entries.filter((entry) => entry.kind === 'definition')
    const needed = definitions.flatMap((entry) => [entry, this.#held.get(entry.id) ?? entry])
    const unread = [...new Set(needed)].filter((entry) => !this.#claims.has(entry))
    for (let from = 0; from < unread.length; from += readAtOnce) {
      for (const entry of unread.slice(from, from + readAtOnce)) this.#claimOf(entry, documentOf)
      await setImmediate()
    }
    const placed = entries.map((entry) => [entry, this.#place(entry, documentOf)] as const)
    return placed.sort(([, a], [, b]) => compare(a, b)).map(([entry]) => entry)
  }

  #place(entry: ReplicatedEntry, documentOf: DocumentOf): Place {
    if (entry.kind === 'tombstone') return { rank: 'deleted' }
    const claim = this.#claimOf(entry, documentOf)
    if (claim === 'unreadable') return { rank: 'unreadable' }
    const held = this.#held.get(entry.id)
    const before = held && this.#claimOf(held, documentOf)
    return { rank: movesBack(claim, before) ? 'movesBack' : 'takesUrls', claim }
  }

  #claimOf(entry: DefinitionEntry, documentOf: DocumentOf): Claim | 'unreadable' {
    const known = this.#claims.get(entry)
    if (known !== undefined) return known
    const claim = claimIn(documentOf(entry) ?? documentIn(entry))
    this.#claims.set(entry, claim)
    return claim
  }
}

/** Then it takes no URLs of others. With other URLs than before it might. */
const movesBack = (claim: Claim, before: Claim | 'unreadable' | undefined): boolean =>
  typeof before === 'object' && before.serviceId === claim.serviceId && compareClaims(before, claim) < 0

function compare(a: Place, b: Place): number {
  if (a.rank !== b.rank || a.claim === undefined || b.claim === undefined)
    return ranks.indexOf(a.rank) - ranks.indexOf(b.rank)
  return a.rank === 'movesBack' ? compareClaims(b.claim, a.claim) : compareClaims(a.claim, b.claim)
}

function claimIn(document: StoredDocument | undefined): Claim | 'unreadable' {
  const claim = document && claimOf(document)
  return claim === undefined ? 'unreadable' : orderedClaim(claim)
}

function documentIn({ file, text }: DefinitionEntry): StoredDocument | undefined {
  const read = readDefinitionFile(file, text)
  return read.kind === 'definition' ? read.definition.document : undefined
}
