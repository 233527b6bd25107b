/** Writes status, only where it says something else than what stands there. */
import { isDeepStrictEqual } from 'node:util'
import type { KubeObject, ObjectMeta } from '../api/meta.ts'
import type { KubeClient } from '../kube/client.ts'
import { LastWritten } from './written.ts'

/** An object of our kinds. */
export interface WithStatus {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly status?: unknown
}

/** Told of every status that was written; `object` still has the one before. */
export type OnWritten = (object: WithStatus, status: object) => void

export class StatusWriter {
  readonly #kube: KubeClient
  readonly #onWritten: OnWritten
  readonly #written = new LastWritten<WithStatus>()

  constructor(kube: KubeClient, onWritten: OnWritten = () => undefined) {
    this.#kube = kube
    this.#onWritten = onWritten
  }

  /** The object with the newest status that is known: the cached one, or what was written last. */
  newest<T extends WithStatus>(cached: T): T {
    const written = this.#written.newerThan(cached)
    return written === undefined ? cached : { ...cached, status: written.status }
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
    this.#written.remember(result)
    this.#onWritten(object, status)
    return true
  }
}

/** As JSON would carry it: without undefined members. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}
