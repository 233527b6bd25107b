/** What a batch does to the registry's state, and how one that is too large for a transaction is divided. */
import { compareClaims, type OrderedClaim, orderedClaim } from '../../common/documents/claim-order.ts'
import { documentKey } from '../../common/documents/document-key.ts'
import { sharded } from '../../common/sharded-map.ts'
import {
  propertyOwnerPrefix,
  type RegistryBatch,
  type RegistryState,
  type ServiceChange,
  stateDigest,
} from './registry.ts'

/** The state after the batch; its rev is one more, its head's digest is that of what it holds. */
export function applyBatch(state: RegistryState, batch: RegistryBatch): RegistryState {
  const rev = state.rev + 1
  const changes = batch.services.map((change) =>
    change.kind === 'delete'
      ? { id: change.id.toString(), owner: undefined }
      : { id: change.owner._id.toString(), owner: { ...change.owner, rev } },
  )
  const services = sharded(state.services).with(changes.map(({ id, owner }) => [id, owner?.hash]))
  const owners = sharded(state.owners).with(changes.map(({ id, owner }) => [id, owner]))
  const properties = new Map(state.properties)
  const propertyOwners = new Map(state.propertyOwners)
  for (const change of batch.properties) {
    if (change.kind === 'delete') {
      properties.delete(documentKey(change.name))
      propertyOwners.delete(change.name)
    } else {
      const name = change.owner._id.slice(propertyOwnerPrefix.length)
      properties.set(documentKey(name), { name, hash: change.owner.hash })
      propertyOwners.set(name, { ...change.owner, rev })
    }
  }
  const headDigest = stateDigest({ services, properties })
  return { rev, headDigest, services, owners, properties, propertyOwners }
}

/**
 * Divides a batch that would change more than `limit` definitions. Only definitions that were not there before may
 * be divided off, and only if nothing is deleted: a rename or an exchange of orders stays in one piece. What is
 * asked first arrives first, so that a wide service never stands without the narrower one in front of it.
 */
export function divideBatch(
  batch: RegistryBatch,
  state: RegistryState,
  limit: number,
): readonly RegistryBatch[] {
  const isNew = (change: ServiceChange) =>
    change.kind === 'replace' && !state.owners.has(change.owner._id.toString())
  if (batch.services.length <= limit || !batch.services.every(isNew)) return [batch]
  const inOrder = batch.services
    .map((change) => ({ change, claim: claimOf(change) }))
    .toSorted((a, b) => compareClaims(a.claim, b.claim))
    .map(({ change }) => change)
  const batches: RegistryBatch[] = []
  for (let start = 0; start < inOrder.length; start += limit) {
    const services = inOrder.slice(start, start + limit)
    batches.push({ services, properties: start === 0 ? batch.properties : [] })
  }
  return batches
}

/** Of a document as it is written here, and of none: then the definition stands already. */
function claimOf(change: ServiceChange): OrderedClaim {
  const document = change.kind === 'replace' ? change.document : undefined
  const { name, serviceId, evaluationOrder } = document ?? {}
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return orderedClaim({
    id: change.kind === 'replace' ? change.owner._id : change.id,
    name: text(name),
    serviceId: text(serviceId),
    evaluationOrder: typeof evaluationOrder === 'number' ? evaluationOrder : 0,
  })
}
