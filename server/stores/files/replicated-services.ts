/** Services that nodes replicate among each other: what holds of each is served, wherever it was edited. */
import { type Clock, delay, type Random } from '../../../common/clock.ts'
import type { Log } from '../../../common/log.ts'
import type { FoundFile } from '../../replication/directory-state.ts'
import { entryHash } from '../../replication/entry.ts'
import type { Replica } from '../../replication/replica.ts'
import type { DirectoryContents } from './directory-contents.ts'
import { type FilesStatus, reportContents } from './directory-services.ts'
import { ReplicationNode, type ReplicationNodeOptions } from './replication-node.ts'
import {
  isSameServed,
  type ServedDefinitions,
  servedDefinitions,
  servedDocument,
  servicesOf,
} from './served-definitions.ts'
import { noServices, type Services, type ServicesFeed, type ServicesSource } from './services-source.ts'

export interface ReplicatedServicesOptions extends Omit<ReplicationNodeOptions, 'onChange' | 'documentOf'> {
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
  /** How long the directory alone is not believed at the start, while the store is away. Default 10 s. */
  readonly startPatienceMs?: number
}

/** How replication stands on this node. */
export interface ReplicationStatus extends FilesStatus {
  readonly mode: 'active' | 'passive'
  /** Everything that the store holds is known, and changes are heard. */
  readonly current: boolean
  /** Deletions that are remembered. */
  readonly tombstones: number
  /** Edits of this node that the store is not known to hold. */
  readonly unpublished: number
  /** Definitions that the directory does not hold yet. */
  readonly unwritten: number
  /** Entries of the store that are not taken: no node makes such ones. */
  readonly refusedEntries: number
  /** Seconds since something was heard of the store; absent: nothing was. */
  readonly secondsSinceApplied?: number
}

/** Several changes within this time are served as one. */
const gatherMs = 10

export class ReplicatedServices implements ServicesSource {
  readonly #options: ReplicatedServicesOptions
  readonly #stopping = new AbortController()
  #node: ReplicationNode | undefined
  #served: ServedDefinitions = new Map()
  #servedContents: DirectoryContents | undefined
  #hasServed = false
  #services: Services = noServices
  #isPatient = true
  #isPlanned = false

  constructor(options: ReplicatedServicesOptions) {
    this.#options = options
  }

  get status(): ReplicationStatus {
    const node = this.#node
    const { mode, clock } = this.#options
    const entries = node?.replica?.entries ?? new Map()
    const problem = node?.problem
    return {
      mode,
      current: node?.isCurrent ?? false,
      definitions: this.#services.documents.size,
      tombstones: entries.values().reduce((sum, { kind }) => sum + (kind === 'tombstone' ? 1 : 0), 0),
      unpublished: node?.replica?.unpublished.size ?? 0,
      unwritten: node?.unwritten ?? 0,
      refusedEntries: node?.replica?.refused.size ?? 0,
      refusedFiles: this.#services.refused.length + this.#services.withheld.size,
      ...(node?.appliedAt !== undefined && {
        secondsSinceApplied: Math.round((clock.now() - node.appliedAt) / 1000),
      }),
      ...(problem !== undefined && { problem }),
    }
  }

  /** Also before anything was followed. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#node?.stop()
  }

  follow(apply: (services: Services) => void): ServicesFeed {
    const { startPatienceMs = 10_000 } = this.#options
    const node = new ReplicationNode({
      ...this.#options,
      documentOf: (entry) => servedDocument(this.#served, entry),
      onChange: (changed) => {
        this.#node = changed
        this.#plan(apply)
      },
    })
    this.#node = node
    void delay(startPatienceMs, this.#stopping.signal).then(
      () => {
        this.#isPatient = false
        this.#plan(apply)
      },
      () => undefined,
    )
    return {
      get isCurrent() {
        return node.isCurrent
      },
      stop: () => this.stop(),
    }
  }

  #plan(apply: (services: Services) => void): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    delay(gatherMs, this.#stopping.signal).then(
      () => {
        this.#isPlanned = false
        this.#serve(apply)
      },
      () => undefined,
    )
  }

  /** A node that was away must not serve what was deleted meanwhile: it hears the store first, if that answers. */
  #serve(apply: (services: Services) => void): void {
    const { contents, replica, hasHeard = false } = this.#node ?? {}
    const isReady = hasHeard || (contents !== undefined && !this.#isPatient)
    if (replica === undefined || !isReady) return
    if (contents !== undefined && contents !== this.#servedContents) {
      reportContents(this.#options.log, contents)
    }
    const served = servedDefinitions(textsOf(replica), this.#served, contents)
    const isSame = isSameServed(served, this.#served) && contents === this.#servedContents
    if (isSame && this.#hasServed) return
    this.#served = served
    this.#servedContents = contents
    this.#hasServed = true
    this.#services = servicesOf(served, { contents, replica })
    apply(this.#services)
  }
}

function* textsOf(replica: Replica): Iterable<readonly [string, FoundFile]> {
  for (const [id, entry] of replica.entries) {
    if (entry.kind === 'definition')
      yield [id, { file: entry.file, text: entry.text, hash: entryHash(entry) }]
  }
  yield* replica.unversioned()
}
