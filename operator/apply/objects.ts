/**
 * The apply loop: makes living objects what the manifests say, and writes only where they are not. Under our names
 * it never takes over an object of somebody else, and a field that another manager keeps changing back is left to
 * that manager, by name, after a few repairs.
 */
import type { Clock } from '../../common/clock.ts'
import type { Log } from '../../common/log.ts'
import type { KubeObject } from '../api/meta.ts'
import { annotations, labelNames, managedBy } from '../desired/labels.ts'
import type { KubeClient } from '../kube/client.ts'
import { kindOf } from '../kube/kinds.ts'
import { differences, stamped } from './compare.ts'
import { type Contest, otherManagers, Repairs } from './repairs.ts'
import { LastWritten } from './written.ts'

/** What keeps an object from being what its manifest says. */
export interface Obstacle {
  /** `foreign`: somebody else's object has this name. `contested`: another manager changes it back. */
  readonly kind: 'foreign' | 'contested'
  /** `Service sso-server`. */
  readonly object: string
  readonly message: string
}

export interface ApplyOutcome {
  /** Objects that were written in this pass. */
  readonly written: readonly KubeObject[]
  readonly obstacles: readonly Obstacle[]
}

/** Finds the living object of a manifest in the caches. */
export type FindLive = (kind: string, name: string) => KubeObject | undefined

export interface ObjectApplierOptions {
  readonly kube: KubeClient
  readonly clock: Clock
  readonly log: Log
}

/** Applies manifests; remembers how often it had to repair what. */
export class ObjectApplier {
  readonly #options: ObjectApplierOptions
  readonly #repairs: Repairs
  readonly #written = new LastWritten<KubeObject>()

  constructor(options: ObjectApplierOptions) {
    this.#options = options
    this.#repairs = new Repairs(options.clock)
  }

  /** The object with what this process wrote to it last: the caches may be behind. */
  newest(cached: KubeObject): KubeObject {
    return this.#written.newerThan(cached) ?? cached
  }

  /** In order, one after the other. Throws KubeFault where the API refuses a manifest. */
  async applyAll(manifests: readonly KubeObject[], findLive: FindLive): Promise<ApplyOutcome> {
    const written: KubeObject[] = []
    const obstacles: Obstacle[] = []
    for (const manifest of manifests) {
      const outcome = await this.#applyOne(manifest, findLive(manifest.kind, manifest.metadata.name))
      if (outcome.kind === 'written') written.push(outcome.object)
      if (outcome.kind === 'obstacle') obstacles.push(outcome.obstacle)
    }
    return { written, obstacles }
  }

  async #applyOne(manifest: KubeObject, cached: KubeObject | undefined): Promise<One> {
    const wanted = stamped(manifest)
    if (cached === undefined) return this.#applyUnseen(wanted)
    const live = this.newest(cached)
    const paths = differences(wanted, live)
    if (paths.length === 0) return { kind: 'same' }
    if (isDrift(wanted, live)) {
      const contest = this.#repairs.noticed(nameOf(wanted), paths)
      if (contest !== undefined) return this.#contested(wanted, contest)
      this.#options.log.info(
        { object: nameOf(wanted), paths },
        'object was changed by somebody else, repairing',
      )
    }
    return this.#write(wanted, live.metadata.uid)
  }

  /** Not in the caches: new, or without our labels. The caches hold labelled objects only. */
  async #applyUnseen(wanted: KubeObject): Promise<One> {
    const { name, namespace } = wanted.metadata
    const ref = { kind: kindOf(wanted), name, ...(namespace === undefined ? {} : { namespace }) }
    const there = await this.#options.kube.get(ref)
    if (there !== undefined && !isOurs(there, wanted)) {
      const message = `${nameOf(wanted)} exists and was not made by this operator: delete or rename it`
      return { kind: 'obstacle', obstacle: { kind: 'foreign', object: nameOf(wanted), message } }
    }
    if (there !== undefined && differences(wanted, there).length === 0) return { kind: 'same' }
    return this.#write(wanted, there?.metadata.uid)
  }

  async #write(wanted: KubeObject, uid: string | undefined): Promise<One> {
    const object = uid === undefined ? wanted : { ...wanted, metadata: { ...wanted.metadata, uid } }
    const result = await this.#options.kube.apply(object)
    this.#written.remember(result)
    this.#options.log.debug({ object: nameOf(wanted) }, 'object applied')
    return { kind: 'written', object: result }
  }

  async #contested(wanted: KubeObject, { paths, times }: Contest): Promise<One> {
    const { name, namespace } = wanted.metadata
    const ref = { kind: kindOf(wanted), name, ...(namespace === undefined ? {} : { namespace }) }
    const managers = otherManagers(await this.#options.kube.get(ref))
    const message = `${managers.join(', ') || 'somebody'} changes ${paths.join(', ')} of ${nameOf(wanted)} back: repaired ${times} times, now left alone for a while`
    return { kind: 'obstacle', obstacle: { kind: 'contested', object: nameOf(wanted), message } }
  }
}

type One =
  | { readonly kind: 'same' }
  | { readonly kind: 'written'; readonly object: KubeObject }
  | { readonly kind: 'obstacle'; readonly obstacle: Obstacle }

/** The manifest is the one that was applied last, so somebody else changed the object. */
function isDrift(wanted: KubeObject, live: KubeObject): boolean {
  const hash = annotations.applied
  return wanted.metadata.annotations?.[hash] === live.metadata.annotations?.[hash]
}

/**
 * Made for this pool before: by its labels, or by an owner reference to the same CasCluster. A Secret of our name is
 * ours whoever restored it.
 */
function isOurs(there: KubeObject, wanted: KubeObject): boolean {
  if (wanted.kind === 'Secret') return true
  const owner = wanted.metadata.ownerReferences?.[0]?.uid
  if (owner !== undefined && there.metadata.ownerReferences?.some(({ uid }) => uid === owner)) return true
  return there.metadata.labels?.[labelNames.managedBy] === managedBy
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.name}`
}
