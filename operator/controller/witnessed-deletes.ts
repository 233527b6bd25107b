/**
 * Deletes of CasServices that the API told of, until they are written. A delete counts as somebody's wish for that
 * service only while nothing larger is going away, since a namespace or a definition of the kind takes all along.
 */
import { type KubeClient, KubeFault, type ObjectRef } from '../kube/client.ts'
import type { PoolKey } from '../observe/world.ts'
import type { ServiceKey } from '../registry/registry.ts'

const serviceDefinition = { kind: 'CustomResourceDefinition', name: 'casservices.caspool.io' } as const

export class WitnessedDeletes {
  readonly #kube: KubeClient
  readonly #byPool = new Map<PoolKey, Set<ServiceKey>>()

  constructor(kube: KubeClient) {
    this.#kube = kube
  }

  note(pool: PoolKey, service: ServiceKey): void {
    const services = this.#byPool.get(pool) ?? new Set()
    this.#byPool.set(pool, services.add(service))
  }

  /** The deletes that are wished for by themselves; asks the API about namespaces and the kind. */
  async of(pool: PoolKey): Promise<ReadonlySet<ServiceKey>> {
    const noted = this.#byPool.get(pool)
    if (noted === undefined) return new Set()
    if (await this.#isLeaving(serviceDefinition)) {
      this.#byPool.delete(pool)
      return new Set()
    }
    const wished = new Set<ServiceKey>()
    const leaving = new Map<string, boolean>()
    // Those that are noted meanwhile as well: what is read after this has none of them.
    for (const service of noted) {
      const namespace = service.split('/')[0] ?? ''
      const isLeaving =
        leaving.get(namespace) ?? (await this.#isLeaving({ kind: 'Namespace', name: namespace }))
      leaving.set(namespace, isLeaving)
      if (isLeaving) noted.delete(service)
      else wished.add(service)
    }
    return wished
  }

  /** These are written, or are there again. */
  settle(pool: PoolKey, services: ReadonlySet<ServiceKey>): void {
    const noted = this.#byPool.get(pool)
    for (const service of services) noted?.delete(service)
    if (noted?.size === 0) this.#byPool.delete(pool)
  }

  /** What may not be read counts as leaving: the delete is then guarded, not lost. */
  async #isLeaving(ref: ObjectRef): Promise<boolean> {
    try {
      const object = await this.#kube.get(ref)
      return object === undefined || object.metadata.deletionTimestamp !== undefined
    } catch (fault) {
      if (fault instanceof KubeFault && fault.kind === 'forbidden') return true
      throw fault
    }
  }
}
