/**
 * What a server holds in memory of registry and configuration: an immutable snapshot, made from the contents of
 * the database and swapped by one assignment. Readers take `current` once per request.
 */
import type { RefusedProperty, RefusedService } from '../../common/documents/pool.ts'
import { defaultConfig, type LiveConfig } from '../../common/documents/properties.ts'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import type { RegistryContents } from '../services/registry-source.ts'

/** What a service URL belongs to. `refused`: it cannot be said for sure, so nobody is signed in to it. */
export type FoundService =
  | { readonly kind: 'service'; readonly definition: ServiceDefinition }
  | { readonly kind: 'unregistered' }
  | { readonly kind: 'refused'; readonly reason: string }

export interface RegistrySnapshot {
  /** Head rev; 0 before the first contents. */
  readonly rev: number
  readonly digest: string
  /** The definition of a service URL; disabled services are found as well (`server/services/access.ts`). */
  findService(url: string): FoundService
  /** The definition with this id (decimal text), for a ticket that was granted earlier. */
  definitionById(id: string): ServiceDefinition | undefined
  /** Number of usable definitions. */
  readonly size: number
  readonly config: LiveConfig
  readonly refusedServices: readonly RefusedService[]
  readonly refusedProperties: readonly RefusedProperty[]
}

export class Catalog {
  #current: RegistrySnapshot = {
    rev: 0,
    digest: '',
    findService: () => ({ kind: 'unregistered' }),
    definitionById: () => undefined,
    size: 0,
    config: defaultConfig,
    refusedServices: [],
    refusedProperties: [],
  }

  get current(): RegistrySnapshot {
    return this.#current
  }

  /** Makes `contents` the current snapshot. Never throws. */
  apply(contents: RegistryContents): RegistrySnapshot {
    this.#current = { ...this.#current, rev: contents.rev, digest: contents.digest }
    return this.#current
  }
}
