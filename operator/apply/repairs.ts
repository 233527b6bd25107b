/**
 * Counts repairs of drift, so that two managers do not fight for ever: after three repairs of one field in ten
 * minutes the object is left alone until the oldest of them is ten minutes old.
 */
import type { Clock, Instant } from '../../common/clock.ts'
import type { KubeObject } from '../api/meta.ts'
import { fieldManager } from '../kube/client.ts'

const windowMs = 600_000
const mostRepairs = 3

export interface Contest {
  readonly paths: readonly string[]
  readonly times: number
}

export class Repairs {
  readonly #clock: Clock
  /** Times of repairs by `object path`. */
  readonly #times = new Map<string, Instant[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts a repair of these paths; a contest instead, and nothing counted, where one was repaired too often. */
  noticed(object: string, paths: readonly string[]): Contest | undefined {
    this.#forgetOld()
    const contested = paths.filter((path) => this.#of(object, path).length >= mostRepairs)
    if (contested.length > 0) return { paths: contested, times: mostRepairs }
    for (const path of paths)
      this.#times.set(`${object} ${path}`, [...this.#of(object, path), this.#clock.now()])
    return undefined
  }

  #of(object: string, path: string): Instant[] {
    return this.#times.get(`${object} ${path}`) ?? []
  }

  #forgetOld(): void {
    const oldest = this.#clock.now() - windowMs
    for (const [key, times] of this.#times) {
      const recent = times.filter((time) => time > oldest)
      if (recent.length === 0) this.#times.delete(key)
      else this.#times.set(key, recent)
    }
  }
}

interface ManagedFields {
  readonly manager?: string
  readonly time?: string
  readonly subresource?: string
}

/** Field managers of an object other than us, the latest first. */
export function otherManagers(object: KubeObject | undefined): string[] {
  const entries = (object?.metadata as { readonly managedFields?: readonly ManagedFields[] } | undefined)
    ?.managedFields
  const others = (entries ?? []).filter(
    ({ manager, subresource }) => manager !== fieldManager && subresource === undefined,
  )
  const latestFirst = others.toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''))
  return [...new Set(latestFirst.flatMap(({ manager }) => manager ?? []))]
}
