/**
 * What this process wrote last, until the caches have caught up with it: a pass that follows a write at once must not
 * judge by an older state and write again.
 */
import type { ObjectMeta } from '../api/meta.ts'

/** Any object of the API. */
interface Versioned {
  readonly kind: string
  readonly metadata: ObjectMeta
}

export class LastWritten<T extends Versioned> {
  readonly #objects = new Map<string, T>()

  remember(object: T): void {
    this.#objects.set(keyOf(object), object)
  }

  /** What was written to this very object after the cached state; undefined: the cache knows it all. */
  newerThan(cached: Versioned): T | undefined {
    const key = keyOf(cached)
    const written = this.#objects.get(key)
    if (written === undefined) return undefined
    const isSame = written.metadata.uid === cached.metadata.uid
    if (isSame && versionOf(cached) < versionOf(written)) return written
    this.#objects.delete(key)
    return undefined
  }
}

function keyOf({ kind, metadata }: Versioned): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`
}

/** Versions of one object grow; they are numbers in every API server there is. */
function versionOf({ metadata }: Versioned): bigint {
  return BigInt(metadata.resourceVersion ?? '0')
}
