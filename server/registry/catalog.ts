/**
 * What a server holds in memory of registry and configuration: an immutable snapshot, made from the contents of
 * the database and swapped by one assignment. Readers take `current` once per request.
 */

import { compareClaims } from '../../common/documents/claim-order.ts'
import type { RefusedProperty, RefusedService } from '../../common/documents/pool.ts'
import type { LiveConfig } from '../../common/documents/properties.ts'
import type {
  DefinitionProblem,
  ServiceDefinition,
  StoredDocument,
} from '../../common/documents/service-definition.ts'
import { problemsText } from '../../common/documents/short-text.ts'
import { derivedByShard, differences, type Shard, ShardedMap, sharded } from '../../common/sharded-map.ts'
import { type ConfigState, initialConfig, nextConfig } from '../config/live-config.ts'
import { CompiledPatterns } from '../services/compiled-patterns.ts'
import { type FoundService, type IndexChange, type ServiceIndex, serviceIndex } from '../services/match.ts'
import type { Refusal, RegistryContents, WithheldService } from '../services/registry-source.ts'
import { heldUrls } from './held-urls.ts'
import { type LoadedService, loadService, withheldService, withoutClashes } from './loaded-service.ts'

export interface RegistrySnapshot {
  /** Head rev; 0 before the first contents. */
  readonly rev: number
  readonly digest: string
  /** What a service URL belongs to; disabled services are found as well (`server/services/access.ts`). */
  findService(url: string): FoundService
  /** What the target of a proxy ticket belongs to: a web address as above, or another registered name. */
  findTarget(name: string): FoundService
  /** The definition with this id (decimal text), for a ticket that was granted earlier. */
  definitionById(id: string): ServiceDefinition | undefined
  /** Number of usable definitions. */
  readonly size: number
  readonly config: LiveConfig
  /** As members report them. */
  readonly refusedServices: readonly RefusedService[]
  /** The same, with what comes of each. */
  readonly refusals: readonly Refusal[]
  /** How many usable definitions stand behind this one in the order. Looks at each: not for requests. */
  servicesBehind(id: string): number
  readonly refusedProperties: readonly RefusedProperty[]
}

/** Told once for each document that says something which is not honoured and restricts nothing. */
export type ReportIgnored = (definition: ServiceDefinition, ignored: readonly DefinitionProblem[]) => void

export class Catalog {
  /** Documents keep their identity while they do not change: 10,000 of them are not decoded anew for one change. */
  readonly #loaded = new WeakMap<StoredDocument, LoadedService>()
  readonly #loadShard = derivedByShard(
    (shard: Shard<StoredDocument>) =>
      new Map(Array.from(shard, ([id, document]) => [id, this.#load(document)])),
  )
  readonly #withheld = new WeakMap<
    StoredDocument,
    { readonly reason: string; readonly loaded: LoadedService }
  >()
  /** Outlive a snapshot: a change of one service does not compile the patterns of the others anew. */
  readonly #patterns = new CompiledPatterns()
  #config: ConfigState = initialConfig
  #services: ShardedMap<LoadedService> = ShardedMap.from([])
  #index: ServiceIndex = serviceIndex([], this.#patterns)
  #current: RegistrySnapshot
  readonly #reportIgnored: ReportIgnored

  constructor(reportIgnored: ReportIgnored = () => undefined) {
    this.#reportIgnored = reportIgnored
    this.#current = this.#snapshot({ rev: 0, digest: '' })
  }

  get current(): RegistrySnapshot {
    return this.#current
  }

  /**
   * Makes `contents` the current snapshot; costs as much as what is new in them. Never throws: what is wrong with a
   * document is listed as refused.
   */
  apply(contents: RegistryContents): RegistrySnapshot {
    const found = withoutClashes(sharded(contents.services).mapShards(this.#loadShard))
    const services = found.with(Array.from(contents.withheld ?? [], this.#withhold))
    this.#index = this.#index.with(indexChange(this.#services, services))
    this.#services = services
    this.#config = nextConfig(this.#config, contents.properties)
    this.#current = this.#snapshot(contents)
    return this.#current
  }

  #load(document: StoredDocument): LoadedService {
    const known = this.#loaded.get(document)
    if (known !== undefined) return known
    const loaded = loadService(document)
    this.#loaded.set(document, loaded)
    const { definition, ignored } = loaded
    if (definition !== undefined && ignored.length > 0) this.#reportIgnored(definition, ignored)
    return loaded
  }

  readonly #withhold = ([key, withheld]: readonly [string, WithheldService]) => {
    const known = this.#withheld.get(withheld.document)
    const loaded = known?.reason === withheld.reason ? known.loaded : withheldService(withheld)
    this.#withheld.set(withheld.document, { reason: withheld.reason, loaded })
    return [key, loaded] as const
  }

  #snapshot(
    of: Pick<RegistryContents, 'rev' | 'digest' | 'refused' | 'withheld' | 'fileOf'>,
  ): RegistrySnapshot {
    const services = this.#services
    const config = this.#config
    const refused = services.shards.flatMap(refusedIn)
    const fileOf = (id: string) => of.withheld?.get(id)?.file ?? of.fileOf?.(id)
    const refusals = [...refused.map((refusal) => withFile(refusal, fileOf)), ...(of.refused ?? [])]
    return {
      rev: of.rev,
      digest: of.digest,
      findService: this.#index.find,
      findTarget: this.#index.findTarget,
      definitionById: (id) => services.get(id)?.definition,
      size: services.size - refused.length,
      config: config.inForce,
      refusedServices: refusals.map(({ id, reason }) => ({ id, reason })),
      refusals,
      servicesBehind: (id) => servicesBehind(services, id),
      refusedProperties: config.refused,
    }
  }
}

function indexChange(before: ShardedMap<LoadedService>, after: ShardedMap<LoadedService>): IndexChange {
  const changed = [...differences(before, after)]
  return {
    removed: changed.flatMap((service) => service.before?.matchable ?? []),
    added: changed.flatMap((service) => service.after?.matchable ?? []),
  }
}

const refusedIn = derivedByShard((shard: Shard<LoadedService>): readonly Refusal[] =>
  Array.from(shard).flatMap(([id, { problems, matchable }]): readonly Refusal[] => {
    if (problems.length === 0) return []
    const reason = problemsText(problems)
    if (matchable === undefined) return [{ id, reason, urls: 'open' }]
    return [{ id, reason, urls: 'closed', held: heldUrls(matchable) }]
  }),
)

function servicesBehind(services: ShardedMap<LoadedService>, id: string): number {
  const claim = services.get(id)?.matchable?.claim
  if (claim === undefined) return 0
  let count = 0
  for (const { definition, matchable } of services.values()) {
    if (definition !== undefined && matchable && compareClaims(matchable.claim, claim) > 0) count += 1
  }
  return count
}

function withFile(refusal: Refusal, fileOf: (id: string) => string | undefined): Refusal {
  const file = fileOf(refusal.id)
  return file === undefined ? refusal : { ...refusal, file }
}
