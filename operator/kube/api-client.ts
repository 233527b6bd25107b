/** KubeClient over the Kubernetes API, and the lists and watches that reflectors feed on. */
import { reasonOf } from '../../common/fault.ts'
import type { KubeObject, ObjectMeta } from '../api/meta.ts'
import {
  type DeleteOptions,
  type Eviction,
  fieldManager,
  type KubeClient,
  KubeFault,
  type ListOptions,
  type ObjectList,
  type ObjectRef,
} from './client.ts'
import { apiVersionOf, type Kind, kindOf, pathOf } from './kinds.ts'
import { apiListWatch, type ListWatch, listAll } from './list-watch.ts'
import { saysAbsent, saysBudget, saysExists } from './status.ts'
import type { ApiTransport } from './transport.ts'

/** The port, and what is needed to keep a kind in memory. */
export interface ApiClient extends KubeClient {
  /** Lists and watches a kind, for a reflector. */
  listWatch(kind: Kind, options?: ListOptions): ListWatch
}

const applyContentType = 'application/apply-patch+yaml'
const strict = { fieldManager, fieldValidation: 'Strict' }
/**
 * Server-side apply refuses fields that it does not know whatever is asked for. Strict would only look for keys that
 * occur twice, which JSON of ours never has, and has the API server parse each body once more for it.
 */
const applying = { fieldManager, fieldValidation: 'Ignore', force: 'true' }

/** Makes the client. Closing the transport is up to its maker. */
export function apiClient(transport: ApiTransport): ApiClient {
  return new RawApiClient(transport)
}

class RawApiClient implements ApiClient {
  readonly #transport: ApiTransport

  constructor(transport: ApiTransport) {
    this.#transport = transport
  }

  get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return absentIsUndefined(ref.name, async () => {
      const answer = await this.#transport.json({ method: 'GET', path: pathOf(ref.kind, ref) })
      return stamped(ref.kind, answer)
    })
  }

  list(kind: Kind, options: ListOptions = {}): Promise<ObjectList> {
    return listAll(this.listWatch(kind, options))
  }

  async create(object: KubeObject): Promise<KubeObject | undefined> {
    const kind = kindOf(object)
    const { namespace, name } = refOf(object)
    const path = pathOf(kind, namespace === undefined ? {} : { namespace })
    try {
      return stamped(kind, await this.#transport.json({ method: 'POST', path, query: strict, body: object }))
    } catch (fault) {
      if (saysExists(fault)) return undefined
      throw named(fault, name)
    }
  }

  async apply(object: KubeObject): Promise<KubeObject> {
    const kind = kindOf(object)
    return stamped(kind, await this.#patch(pathOf(kind, refOf(object)), object))
  }

  applyStatus(object: KubeObject): Promise<KubeObject | undefined> {
    const kind = kindOf(object)
    const { apiVersion, metadata } = object
    const { name, namespace, uid, resourceVersion } = metadata
    const identity = withoutUndefined({ name, namespace, uid, resourceVersion })
    const body = { apiVersion, kind, metadata: identity, status: object['status'] }
    return absentIsUndefined(name, async () =>
      stamped(kind, await this.#patch(`${pathOf(kind, refOf(object))}/status`, body)),
    )
  }

  replace(object: KubeObject): Promise<KubeObject | undefined> {
    const kind = kindOf(object)
    if (object.metadata.resourceVersion === undefined) {
      throw new TypeError(`replacing ${kind} ${object.metadata.name} needs a resourceVersion`)
    }
    const path = pathOf(kind, refOf(object))
    return absentIsUndefined(object.metadata.name, async () =>
      stamped(kind, await this.#transport.json({ method: 'PUT', path, query: strict, body: object })),
    )
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<boolean> {
    const { uid, resourceVersion, propagation = 'Background' } = options
    const preconditions = withoutUndefined({ uid, resourceVersion })
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: propagation,
      ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    }
    const path = pathOf(ref.kind, ref)
    const accepted = await absentIsUndefined(ref.name, async () => {
      await this.#transport.json({ method: 'DELETE', path, body })
      return true
    })
    return accepted ?? false
  }

  async evict(pod: {
    readonly namespace: string
    readonly name: string
    readonly uid?: string
  }): Promise<Eviction> {
    const { namespace, name, uid } = pod
    const body = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { namespace, name },
      ...(uid === undefined ? {} : { deleteOptions: { preconditions: { uid } } }),
    }
    const path = `${pathOf('Pod', { namespace, name })}/eviction`
    try {
      await this.#transport.json({ method: 'POST', path, body })
      return { kind: 'accepted' }
    } catch (fault) {
      if (saysAbsent(fault, name)) return { kind: 'absent' }
      if (saysBudget(fault)) return { kind: 'refused', message: reasonOf(fault) }
      throw fault
    }
  }

  listWatch(kind: Kind, options: ListOptions = {}): ListWatch {
    return apiListWatch({ transport: this.#transport, kind, options })
  }

  #patch(path: string, body: unknown): Promise<unknown> {
    return this.#transport.json({
      method: 'PATCH',
      path,
      query: applying,
      body,
      contentType: applyContentType,
    })
  }
}

/** Undefined when the API says that there is no object of that name; every other fault goes on. */
async function absentIsUndefined<T>(name: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (fault) {
    if (saysAbsent(fault, name)) return undefined
    throw fault
  }
}

/** An answer as an object with apiVersion and kind. */
function stamped(kind: Kind, answer: unknown): KubeObject {
  return { ...(answer as KubeObject), apiVersion: apiVersionOf(kind), kind }
}

function refOf(object: { readonly metadata: ObjectMeta }): {
  readonly name: string
  readonly namespace?: string
} {
  const { name, namespace } = object.metadata
  return namespace === undefined ? { name } : { name, namespace }
}

/** A POST names the collection only; the object's name helps whoever reads the fault. */
function named(fault: unknown, name: string): unknown {
  if (!(fault instanceof KubeFault)) return fault
  const { kind, status, retryAfterMs, cause } = fault
  const options = withoutUndefined({ status, retryAfterMs })
  return new KubeFault(`create ${name}`, { kind, cause, ...options })
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as never
}
