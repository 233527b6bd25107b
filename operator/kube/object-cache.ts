/**
 * Objects by namespace and name, without what nobody here reads, frozen. A change is told first and stored after, in
 * one step: when telling throws, nothing was stored.
 */
import type { KubeObject } from '../api/meta.ts'

/** One difference between what was known and what is. Objects are frozen. */
export type Change =
  | { readonly kind: 'applied'; readonly object: KubeObject; readonly previous: KubeObject | undefined }
  /** `witnessed`: the API told of the deletion. Otherwise a complete list merely no longer held the object. */
  | { readonly kind: 'deleted'; readonly object: KubeObject; readonly witnessed: boolean }

export class ObjectCache {
  readonly #objects = new Map<string, KubeObject>()
  readonly #tell: (change: Change) => void

  constructor(tell: (change: Change) => void) {
    this.#tell = tell
  }

  get size(): number {
    return this.#objects.size
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#objects.get(`${namespace}/${name}`)
  }

  list(): readonly KubeObject[] {
    return [...this.#objects.values()]
  }

  /** Takes over an object, unless it is known in this version. */
  put(object: KubeObject): void {
    const key = keyOf(object)
    const previous = this.#objects.get(key)
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion && previous !== undefined)
      return
    const stored = trimmed(object)
    // An object of the same name but another uid: the deletion of the first was missed.
    const isSame = previous === undefined || previous.metadata.uid === object.metadata.uid
    if (!isSame) this.#tell({ kind: 'deleted', object: previous, witnessed: false })
    this.#tell({ kind: 'applied', object: stored, previous: isSame ? previous : undefined })
    this.#objects.set(key, stored)
  }

  /** Forgets an object that the API says was deleted. `object` is its last state. */
  remove(object: KubeObject): void {
    const key = keyOf(object)
    if (!this.#objects.has(key)) return
    this.#tell({ kind: 'deleted', object: trimmed(object), witnessed: true })
    this.#objects.delete(key)
  }

  /** Makes the cache equal to a complete list. */
  replaceAll(items: readonly KubeObject[]): void {
    const gone = new Map(this.#objects)
    for (const item of items) {
      gone.delete(keyOf(item))
      this.put(item)
    }
    for (const [key, object] of gone) {
      this.#tell({ kind: 'deleted', object, witnessed: false })
      this.#objects.delete(key)
    }
  }
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** The object without managed fields and kubectl's copy of the manifest (most of its memory), frozen throughout. */
function trimmed(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata as KubeObject['metadata'] & {
    managedFields?: unknown
  }
  if (metadata.annotations?.[lastApplied] === undefined) return deepFreeze({ ...object, metadata })
  const { [lastApplied]: __, ...annotations } = metadata.annotations
  return deepFreeze({ ...object, metadata: { ...metadata, annotations } })
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
