/**
 * Writes status, only where it says something else than what stands there. Remembers its own last write of each
 * object until the caches have caught up with it, so that no status is judged by an older self.
 */
import { isDeepStrictEqual } from 'node:util'
import type { KubeObject, ObjectMeta } from '../api/meta.ts'
import type { KubeClient } from '../kube/client.ts'

/** An object of our kinds. */
export interface WithStatus {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly status?: unknown
}

export class StatusWriter {
  readonly #kube: KubeClient
  readonly #written = new Map<string, WithStatus>()

  constructor(kube: KubeClient) {
    this.#kube = kube
  }

  /** The object with the newest status that is known: the cached one, or what was written last. */
  newest<T extends WithStatus>(cached: T): T {
    const key = keyOf(cached)
    const written = this.#written.get(key)
    if (written === undefined) return cached
    const isOlder = written.metadata.uid === cached.metadata.uid && versionOf(cached) < versionOf(written)
    if (isOlder) return { ...cached, status: written.status }
    this.#written.delete(key)
    return cached
  }

  /** True: written. False: it said the same already, or the object is gone. */
  async write(object: WithStatus, status: object): Promise<boolean> {
    if (isDeepStrictEqual(plain(object.status), plain(status))) return false
    const { name, namespace, uid } = object.metadata
    const metadata = {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    }
    const body: KubeObject = { apiVersion: object.apiVersion, kind: object.kind, metadata, status }
    const result = await this.#kube.applyStatus(body)
    if (result === undefined) return false
    this.#written.set(keyOf(object), result)
    return true
  }

  /** Forgets an object that is gone. */
  forget(object: WithStatus): void {
    this.#written.delete(keyOf(object))
  }
}

/** As JSON would carry it: without undefined members. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

function keyOf({ kind, metadata }: WithStatus): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`
}

/** The API's versions of one object grow; they are numbers in every API server there is. */
function versionOf({ metadata }: WithStatus): bigint {
  return BigInt(metadata.resourceVersion ?? '0')
}
