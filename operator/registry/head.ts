/**
 * The head document as the database holds it, whatever others have made of it. Servers read theirs alike (`headOf` in
 * `server/stores/mongo/registry-events.ts`): what is no rev counts as 0.
 */
import type { HeadDocument } from '../../common/documents/pool.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { wholeNumber } from '../../common/documents/whole-number.ts'

export interface StandingHead extends HeadDocument {
  /** Everything in it could be read. One that is not sound takes no batch, and has to be replaced. */
  readonly isSound: boolean
}

/** Numbers of any type; rev 0, no digest and the lowest epoch stand for what is none. */
export function standingHead(document: StoredDocument): StandingHead {
  const rev = count(document['rev'])
  const epoch = count(document['epoch'])
  const digest = typeof document['digest'] === 'string' ? document['digest'] : undefined
  const isSound = rev !== undefined && epoch !== undefined && digest !== undefined
  return { _id: 'head', rev: rev ?? 0, digest: digest ?? '', epoch: epoch ?? 0, isSound }
}

/** A whole number that can be counted on from. */
function count(value: unknown): number | undefined {
  const number = Number(wholeNumber(value) ?? Number.NaN)
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
