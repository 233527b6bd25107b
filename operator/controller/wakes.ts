/** Which queues a change of the world wakes. Pure: a change in, keys out. */
import type { CasService } from '../api/cas-service.ts'
import { clusterOf } from '../api/defaults.ts'
import type { KubeObject } from '../api/meta.ts'
import { labelNames } from '../desired/labels.ts'
import type { Change } from '../kube/object-cache.ts'
import { type PoolKey, poolKey } from '../observe/world.ts'

export interface Wakes {
  readonly clusters: readonly PoolKey[]
  readonly registries: readonly PoolKey[]
  /** A CasService whose delete the API told of. */
  readonly witnessed?: { readonly pool: PoolKey; readonly service: string }
}

const nothing: Wakes = { clusters: [], registries: [] }

/** `concerned`: the pools that the world says the change is about. */
export function wakesOf(change: Change, concerned: readonly PoolKey[]): Wakes {
  const { object } = change
  switch (object.kind) {
    case 'CasCluster':
      return isOwnWriting(change) ? nothing : { clusters: concerned, registries: concerned }
    case 'CasService':
      if (isOwnWriting(change)) return nothing
      return { clusters: [], registries: concerned, ...witnessedDelete(change) }
    case 'Pod':
      // Servers that become ready, or cease to be, decide whether a service is served.
      return { clusters: concerned, registries: isServer(object) ? concerned : [] }
    default:
      return { clusters: concerned, registries: [] }
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
