/** Which URLs a stored definition keeps to itself, served or not. Pure. */
import { decodeDefinition } from './definition-codec.ts'
import type { ServiceClaim, StoredDocument } from './service-definition.ts'

/** Undefined: it says none that can be read. */
export function claimOf(document: StoredDocument): ServiceClaim | undefined {
  const decoded = decodeDefinition(document)
  return decoded.kind === 'refused' ? decoded.claim : decoded.definition
}

/** Whether the one that counts of two with one id takes the URLs of the other at the same place in the order. */
export function isSameClaim(one: ServiceClaim | undefined, other: ServiceClaim | undefined): boolean {
  return one?.serviceId === other?.serviceId && one?.evaluationOrder === other?.evaluationOrder
}
