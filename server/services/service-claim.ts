/** Which URLs a stored definition keeps to itself, served or not. Pure. */
import { compareClaims, orderedClaim } from '../../common/documents/claim-order.ts'
import { decodeDefinition } from '../../common/documents/definition-codec.ts'
import type { ServiceClaim, StoredDocument } from '../../common/documents/service-definition.ts'

/** Undefined: it says none that can be read. */
export function claimOf(document: StoredDocument): ServiceClaim | undefined {
  const decoded = decodeDefinition(document)
  return decoded.kind === 'refused' ? decoded.claim : decoded.definition
}

/**
 * Whether the one that counts of two takes all URLs of the other, which is not served: it has the same, and is asked no
 * later. Were it asked later, a service in between would be given them. They count as one definition, whatever their ids.
 */
export function takesUrlsOf(counting: ServiceClaim | undefined, other: ServiceClaim | undefined): boolean {
  if (counting === undefined || other === undefined || counting.serviceId !== other.serviceId) return false
  return compareClaims(orderedClaim(counting), orderedClaim({ ...other, id: counting.id })) <= 0
}
