/** The order in which services are asked for a URL: the first whose pattern matches has it. Pure. */
import type { ServiceClaim } from './service-definition.ts'

/** A claim with the name that it is ordered by, lowered once. */
export type OrderedClaim = ServiceClaim & { readonly lowerName: string }

/** The claim alone, without the definition that makes it. */
export function orderedClaim({ id, name, serviceId, evaluationOrder }: ServiceClaim): OrderedClaim {
  return { id, name, serviceId, evaluationOrder, lowerName: name.toLowerCase() }
}

/** Apereo's order (`BaseRegisteredService.compareTo`): evaluationOrder, lower-cased name, serviceId, id. */
export function compareClaims(a: OrderedClaim, b: OrderedClaim): number {
  return (
    a.evaluationOrder - b.evaluationOrder ||
    compare(a.lowerName, b.lowerName) ||
    compare(a.serviceId, b.serviceId) ||
    compare(a.id, b.id)
  )
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}
