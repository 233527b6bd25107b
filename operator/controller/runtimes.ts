/**
 * What is kept for each pool between passes: connections to its replica set and to its registry, and what the
 * registry looked like last. Opened when first needed, opened anew when what they were made from changes, closed
 * when the pool goes. Nothing here is needed to be right: after a restart it is found out again.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Log } from '../../common/log.ts'
import type { CasServiceSpec } from '../api/cas-service.ts'
import type { SetProgress } from '../decide/mongo-ready.ts'
import type { RegistrySummary } from '../decide/registry-summary.ts'
import { type ReplicaSetAdmin, type ReplicaSetOptions, replicaSetAdmin } from '../mongo/replica-set.ts'
import type { PoolKey } from '../observe/world.ts'
import type { SyncReport } from '../registry/sync.ts'
import type { RegistryAccess, RegistryLink } from './registry-link.ts'

export interface RuntimesOptions {
  readonly log: Log
  /** Connects the registry of a pool; connects to nothing before it is used. */
  readonly openRegistry: (key: PoolKey, access: RegistryAccess) => RegistryLink
}

interface Kept<T> {
  readonly madeFrom: string
  readonly value: T
}

interface Runtime {
  replicaSet?: Kept<ReplicaSetAdmin>
  registry?: Kept<RegistryLink>
  progress?: SetProgress
  summary?: RegistrySummary
  look?: RegistryLook
}

/** What the last pass over a registry came to. */
export type RegistryLook =
  | {
      readonly kind: 'synced'
      readonly report: SyncReport
      /** `specRevision` of the CasCluster that the pass looked at. */
      readonly revision: string
      /** Of services that are not admitted, by spec: why. */
      readonly refusals: ReadonlyMap<CasServiceSpec, string>
    }
  /** The database could not be written. */
  | { readonly kind: 'failed'; readonly message: string }

/** What of a summary is new: nothing, numbers only, or something that somebody waits for. */
export type SummaryNews = 'nothing' | 'numbers' | 'findings'

export class PoolRuntimes {
  readonly #options: RuntimesOptions
  readonly #runtimes = new Map<PoolKey, Runtime>()

  constructor(options: RuntimesOptions) {
    this.#options = options
  }

  /** The replica set's administration, for these members and keys. */
  async replicaSet(key: PoolKey, options: Omit<ReplicaSetOptions, 'log'>): Promise<ReplicaSetAdmin> {
    const runtime = this.#of(key)
    const madeFrom = JSON.stringify(options)
    if (runtime.replicaSet?.madeFrom !== madeFrom) {
      const before = runtime.replicaSet
      const value = replicaSetAdmin({ ...options, log: this.#options.log.child({ pool: key }) })
      runtime.replicaSet = { madeFrom, value }
      await before?.value.close()
    }
    return runtime.replicaSet.value
  }

  /** Makes the pool's registry reachable. True: it was not, or was another one. */
  async openRegistry(key: PoolKey, access: RegistryAccess): Promise<boolean> {
    const runtime = this.#of(key)
    const madeFrom = JSON.stringify(access)
    if (runtime.registry?.madeFrom === madeFrom) return false
    const before = runtime.registry
    runtime.registry = { madeFrom, value: this.#options.openRegistry(key, access) }
    delete runtime.look
    await before?.value.close()
    return true
  }

  /** Nothing is written to the pool's registry any more, and what was found in it is forgotten. */
  async closeRegistry(key: PoolKey): Promise<void> {
    const runtime = this.#of(key)
    const { registry } = runtime
    delete runtime.registry
    delete runtime.look
    delete runtime.summary
    await registry?.value.close()
  }

  registry(key: PoolKey): RegistryLink | undefined {
    return this.#runtimes.get(key)?.registry?.value
  }

  /** How far the replica set was when it was looked at last. */
  progress(key: PoolKey): SetProgress | undefined {
    return this.#runtimes.get(key)?.progress
  }

  /** Keeps what a look at the set found. True: it differs from before. */
  setProgress(key: PoolKey, progress: SetProgress): boolean {
    const runtime = this.#of(key)
    const changed = !isDeepStrictEqual(runtime.progress, progress)
    runtime.progress = progress
    return changed
  }

  summary(key: PoolKey): RegistrySummary | undefined {
    return this.#runtimes.get(key)?.summary
  }

  /** Keeps what a pass found, and says what of it is new. */
  setSummary(key: PoolKey, summary: RegistrySummary): SummaryNews {
    const runtime = this.#of(key)
    const before = runtime.summary
    runtime.summary = summary
    if (isDeepStrictEqual(before, summary)) return 'nothing'
    return isDeepStrictEqual(findingsIn(before), findingsIn(summary)) ? 'numbers' : 'findings'
  }

  /** What the last pass over the registry came to; undefined: there was none since it was opened. */
  look(key: PoolKey): RegistryLook | undefined {
    return this.#runtimes.get(key)?.look
  }

  setLook(key: PoolKey, look: RegistryLook): void {
    this.#of(key).look = look
  }

  /** Closes everything of a pool and forgets it. */
  async close(key: PoolKey): Promise<void> {
    const runtime = this.#runtimes.get(key)
    this.#runtimes.delete(key)
    await Promise.all([runtime?.replicaSet?.value.close(), runtime?.registry?.value.close()])
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#runtimes.keys()].map((key) => this.close(key)))
  }

  #of(key: PoolKey): Runtime {
    const runtime = this.#runtimes.get(key) ?? {}
    this.#runtimes.set(key, runtime)
    return runtime
  }
}

function findingsIn(summary: RegistrySummary | undefined): object | undefined {
  return summary && { revision: summary.revision, config: summary.config, health: summary.health }
}
