/** Which queues a change of the world wakes. Pure: a change in, keys out. */
import { isDeepStrictEqual } from 'node:util'
import type { CasService } from '../api/cas-service.ts'
import { clusterOf } from '../api/defaults.ts'
import type { KubeObject } from '../api/meta.ts'
import { labelNames } from '../desired/labels.ts'
import type { Change } from '../kube/object-cache.ts'
import { type PoolKey, poolKey } from '../observe/world.ts'
import type { ChangeKind } from './batch-window.ts'

export interface Wakes {
  readonly clusters: readonly PoolKey[]
  readonly registries: readonly PoolKey[]
  /** Pools whose services may have another status, although nothing is to be written for them. */
  readonly statuses: readonly PoolKey[]
  /** How long `registries` may wait. */
  readonly change: ChangeKind
  /** A CasService whose delete the API told of. */
  readonly witnessed?: { readonly pool: PoolKey; readonly service: string }
}

const nothing: Wakes = { clusters: [], registries: [], statuses: [], change: 'inPlace' }

/** `concerned`: the pools that the world says the change is about. */
export function wakesOf(change: Change, concerned: readonly PoolKey[]): Wakes {
  const { object } = change
  switch (object.kind) {
    case 'CasCluster':
      return isOwnWriting(change) ? nothing : { ...nothing, clusters: concerned, registries: concerned }
    case 'CasService':
      if (isOwnWriting(change)) return nothing
      return {
        ...nothing,
        registries: concerned,
        change: isInPlace(change) ? 'inPlace' : 'half',
        ...witnessedDelete(change),
      }
    case 'Pod':
      // Servers that become ready, or cease to be, decide whether a service is served.
      return { ...nothing, clusters: concerned, statuses: isServer(object) ? concerned : [] }
    default:
      return { ...nothing, clusters: concerned }
  }
}

/** Only the status changed, and status is written by nobody but us. */
function isOwnWriting(change: Change): boolean {
  if (change.kind !== 'applied' || change.previous === undefined) return false
  const [before, now] = [change.previous.metadata, change.object.metadata]
  return (
    before.generation === now.generation &&
    before.deletionTimestamp === now.deletionTimestamp &&
    JSON.stringify(before.annotations) === JSON.stringify(now.annotations)
  )
}

/** The service stood before, stays, and keeps its place among the others: no half of anything larger. */
function isInPlace(change: Change): boolean {
  if (change.kind !== 'applied' || change.previous === undefined) return false
  const [before, now] = [change.previous, change.object].map((object) => object as unknown as CasService)
  if (before === undefined || now === undefined || now.metadata.deletionTimestamp !== undefined) return false
  return (
    (before.spec.evaluationOrder ?? 0) === (now.spec.evaluationOrder ?? 0) &&
    isDeepStrictEqual(clusterOf(before), clusterOf(now))
  )
}

function witnessedDelete(change: Change): Pick<Wakes, 'witnessed'> {
  if (change.kind !== 'deleted' || !change.witnessed) return {}
  const { metadata } = change.object
  const { namespace, name } = clusterOf(change.object as unknown as CasService)
  const service = `${metadata.namespace}/${metadata.name}`
  return { witnessed: { pool: poolKey(namespace, name), service } }
}

function isServer({ metadata }: KubeObject): boolean {
  return metadata.labels?.[labelNames.component] === 'server'
}
