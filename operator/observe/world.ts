/**
 * The caches as the controllers ask for them: clusters by name, services by the cluster that they refer to, objects
 * by the pool whose labels they carry. Fed by the reflectors; holds references, no copies. Objects are never changed,
 * so their identity tells whether something is new.
 */
import type { CasCluster } from '../api/cas-cluster.ts'
import type { CasService } from '../api/cas-service.ts'
import { clusterOf } from '../api/defaults.ts'
import type { KubeObject } from '../api/meta.ts'
import { labelNames } from '../desired/labels.ts'

/** `namespace/name` of a CasCluster. */
export type PoolKey = string

/** A change of one object in the caches. */
export type WorldChange = { readonly kind: 'put' | 'removed'; readonly object: KubeObject }

export const poolKey = (namespace: string, name: string): PoolKey => `${namespace}/${name}`

export class World {
  readonly #clusters = new Map<PoolKey, CasCluster>()
  readonly #services = new Index<CasService>()
  readonly #objects = new Index<KubeObject>()

  /** Takes a change in; answers the pools that it concerns. */
  take({ kind, object }: WorldChange): PoolKey[] {
    if (object.kind === 'CasCluster') return [this.#takeCluster(kind, object as unknown as CasCluster)]
    if (object.kind === 'CasService') {
      const id = idOf(object)
      const service = sharingSpec(this.#services.value(id), object as unknown as CasService)
      const { namespace, name } = clusterOf(service)
      return this.#services.take(
        id,
        kind === 'put' ? { key: poolKey(namespace, name), value: service } : undefined,
      )
    }
    const instance = object.metadata.labels?.[labelNames.instance]
    const key = instance === undefined ? undefined : poolKey(object.metadata.namespace ?? '', instance)
    return this.#objects.take(
      idOf(object),
      kind === 'put' && key !== undefined ? { key, value: object } : undefined,
    )
  }

  cluster(key: PoolKey): CasCluster | undefined {
    return this.#clusters.get(key)
  }

  clusterKeys(): PoolKey[] {
    return [...this.#clusters.keys()]
  }

  /** Services that refer to a cluster, whether it exists or not. */
  servicesOf(key: PoolKey): CasService[] {
    return this.#services.of(key)
  }

  /** The service as it is now, if it still refers to the cluster and says what it said; its status may be another. */
  sameService(key: PoolKey, service: CasService): CasService | undefined {
    const id = idOf(service)
    const now = this.#services.keyOf(id) === key ? this.#services.value(id) : undefined
    return now?.spec === service.spec && now.metadata.uid === service.metadata.uid ? now : undefined
  }

  /** Whether there is a CasService of this name, whichever cluster it refers to. */
  hasService(namespace: string, name: string): boolean {
    return this.#services.value(idOf({ kind: 'CasService', metadata: { namespace, name } })) !== undefined
  }

  /** Objects in the pool's namespace that carry its labels. */
  objectsOf(key: PoolKey): KubeObject[] {
    return this.#objects.of(key)
  }

  #takeCluster(kind: WorldChange['kind'], cluster: CasCluster): PoolKey {
    const key = poolKey(cluster.metadata.namespace ?? '', cluster.metadata.name)
    if (kind === 'put') this.#clusters.set(key, cluster)
    else this.#clusters.delete(key)
    return key
  }
}

/** Objects by the key that they name, each under one key at a time. */
class Index<T> {
  readonly #byKey = new Map<PoolKey, Map<string, T>>()
  readonly #keyOf = new Map<string, PoolKey>()

  /** Puts or removes; answers the key before and the key now. */
  take(id: string, entry: { readonly key: PoolKey; readonly value: T } | undefined): PoolKey[] {
    const before = this.#keyOf.get(id)
    if (before !== undefined && before !== entry?.key) this.#remove(before, id)
    if (entry !== undefined) {
      const objects = this.#byKey.get(entry.key) ?? new Map<string, T>()
      this.#byKey.set(entry.key, objects.set(id, entry.value))
      this.#keyOf.set(id, entry.key)
    } else {
      this.#keyOf.delete(id)
    }
    return [...new Set([before, entry?.key])].filter((key) => key !== undefined)
  }

  keyOf(id: string): PoolKey | undefined {
    return this.#keyOf.get(id)
  }

  value(id: string): T | undefined {
    const key = this.#keyOf.get(id)
    return key === undefined ? undefined : this.#byKey.get(key)?.get(id)
  }

  of(key: PoolKey): T[] {
    return [...(this.#byKey.get(key)?.values() ?? [])]
  }

  #remove(key: PoolKey, id: string): void {
    const objects = this.#byKey.get(key)
    objects?.delete(id)
    if (objects?.size === 0) this.#byKey.delete(key)
  }
}

/** A status changed, and nothing else: what was made of the spec can be kept by its identity. */
function sharingSpec(before: CasService | undefined, now: CasService): CasService {
  const [known, fresh] = [before?.metadata, now.metadata]
  const isSame =
    known?.uid !== undefined &&
    known.uid === fresh.uid &&
    known.generation !== undefined &&
    known.generation === fresh.generation
  return isSame && before !== undefined ? { ...now, spec: before.spec } : now
}

function idOf({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`
}
