/**
 * Follows the map of replicated definitions: everything once, then its events. Hazelcast tells of no gap, so that
 * everything is read again whenever one may have been: a connection or a member was lost, an entry vanished, or some
 * time has passed. Nor does it keep an order: what an entry was published after is asked for, and applied with it.
 */
import type { EntryEvent, IMap, MapListener } from 'hazelcast-client'
import { type Clock, delay, type Instant } from '../../../common/clock.ts'
import { reasonOf } from '../../../common/fault.ts'
import type { Log } from '../../../common/log.ts'
import type { ApplyEntries, ReplicationFeed } from '../../replication/transport.ts'
import { entryIn, type PublishedEntry } from './entry-text.ts'
import { SeenVersions } from './seen-versions.ts'

/** What is asked of a map. */
export type FollowedMap = Pick<
  IMap<string, string>,
  'addEntryListener' | 'removeEntryListener' | 'entrySet' | 'getAll'
>

export interface FollowerOptions {
  /** The map of the client that there is now. */
  readonly map: () => Promise<FollowedMap>
  readonly apply: ApplyEntries
  readonly log: Log
  readonly clock: Clock
  readonly rereadEveryMs: number
  /** Whether the client has a connection now. */
  readonly isConnected: () => boolean
}

const firstPauseMs = 50
const longestPauseMs = 2_000
/**
 * After a gap everything is read once more after so long, and again after longer and longer pauses: a member that has
 * come takes entries over and gets the client's listener in no order that anybody tells.
 */
const firstRereadMs = 1_000
const rereadFactor = 4

export class HazelcastFollower implements ReplicationFeed {
  readonly #options: FollowerOptions
  readonly #stopping = new AbortController()
  /** Interrupts the pause until the next reading. */
  #wake = new AbortController()
  #listener: { readonly map: FollowedMap; readonly id: string } | undefined
  /** Something may be missing since the last reading began. */
  #hasGap = true
  #isLoaded = false
  #readAt: Instant = 0
  /** After the last reading. */
  #rereadInMs = firstRereadMs
  /** What events brought and is not applied yet. While everything is read it waits: what was read may be older. */
  #arrived: PublishedEntry[] = []
  #isTaking = false
  readonly #seen = new SeenVersions()
  readonly #unreadable = new Set<string>()

  constructor(options: FollowerOptions) {
    this.#options = options
    void this.#run()
  }

  get isCurrent(): boolean {
    return this.#isLoaded && !this.#hasGap && !this.#isStopped && this.#options.isConnected()
  }

  /** Everything is read again, as soon as that is possible. */
  suspectGap(): void {
    this.#hasGap = true
    this.#rereadInMs = firstRereadMs
    this.#wake.abort()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake.abort()
    const listener = this.#listener
    this.#listener = undefined
    await listener?.map.removeEntryListener(listener.id).catch(() => undefined)
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options
    let pauseMs = firstPauseMs
    while (!this.#isStopped) {
      this.#wake = new AbortController()
      const isDue = this.#hasGap || clock.now() - this.#readAt >= this.#rereadInMs
      try {
        if (isDue) await this.#readAll()
        pauseMs = firstPauseMs
      } catch (thrown) {
        if (this.#isStopped) return
        // At the start it is the connection that says so.
        if (pauseMs === firstPauseMs && this.#options.isConnected())
          log.warn({ reason: reasonOf(thrown) }, 'replicated definitions cannot be read')
        this.#hasGap = true
        await delay(pauseMs, this.#stopping.signal).catch(() => undefined)
        pauseMs = Math.min(2 * pauseMs, longestPauseMs)
        continue
      }
      if (!this.#hasGap) await delay(this.#rereadInMs, this.#wake.signal).catch(() => undefined)
    }
  }

  async #readAll(): Promise<void> {
    const map = await this.#options.map()
    const { rereadEveryMs } = this.#options
    if (!this.#hasGap) this.#rereadInMs = Math.min(rereadEveryMs, rereadFactor * this.#rereadInMs)
    this.#hasGap = false
    this.#arrived = []
    this.#isLoaded = false
    await this.#listenTo(map)
    const pairs = await map.entrySet()
    // Nor is this all of one moment.
    const entries = await this.#withEarlier(
      map,
      pairs.flatMap(([id, value]) => this.#entry(id, value) ?? []),
    )
    if (this.#isStopped) return
    this.#readAt = this.#options.clock.now()
    this.#give(entries, true)
    this.#isLoaded = true
    await this.#takeArrived(map)
  }

  /** One after the other: what comes meanwhile waits. */
  async #takeArrived(map: FollowedMap): Promise<void> {
    if (this.#isTaking) return
    this.#isTaking = true
    try {
      while (this.#isLoaded && this.#arrived.length > 0) {
        const entries = await this.#withEarlier(map, this.#arrived.splice(0))
        if (this.#isStopped) return
        this.#give(entries, false)
      }
    } finally {
      this.#isTaking = false
    }
  }

  /** And all that their nodes published before them, as far as it was not applied yet. */
  async #withEarlier(
    map: FollowedMap,
    entries: readonly PublishedEntry[],
  ): Promise<readonly PublishedEntry[]> {
    const all: PublishedEntry[] = []
    const here = new SeenVersions()
    const asked = new Set<string>()
    for (let found = entries; found.length > 0; ) {
      all.push(...found)
      here.add(found.map(({ entry }) => entry))
      const missing = found.flatMap(({ after }) =>
        after === undefined || here.has(after) || this.#seen.has(after) ? [] : [after.id],
      )
      const ids = [...new Set(missing).difference(asked)]
      for (const id of ids) asked.add(id)
      const pairs = ids.length === 0 ? [] : await map.getAll(ids)
      found = pairs.flatMap(([id, value]) => this.#entry(id, value) ?? [])
    }
    return all
  }

  #give(published: readonly PublishedEntry[], isWhole: boolean): void {
    const entries = published.map(({ entry }) => entry)
    this.#seen.add(entries)
    this.#options.apply(entries, { isWhole })
  }

  async #listenTo(map: FollowedMap): Promise<void> {
    if (this.#listener?.map === map) return
    const id = await map.addEntryListener(this.#events(), undefined, true)
    this.#listener = { map, id }
    if (this.#isStopped) await this.stop()
  }

  #events(): MapListener<string, string> {
    const changed = ({ key, value }: EntryEvent<string, string>) => this.#changed(this.#entry(key, value))
    const gap = () => this.suspectGap()
    return {
      added: changed,
      updated: changed,
      merged: changed,
      loaded: changed,
      // No node removes anything: somebody else did, or the cluster ran out of memory.
      removed: gap,
      evicted: gap,
      expired: gap,
      mapCleared: gap,
      mapEvicted: gap,
    }
  }

  #changed(entry: PublishedEntry | undefined): void {
    if (entry === undefined || this.#isStopped) return
    this.#arrived.push(entry)
    const map = this.#listener?.map
    // What cannot be asked for is in what is read then.
    if (map !== undefined && this.#isLoaded) this.#takeArrived(map).catch(() => this.suspectGap())
  }

  #entry(id: unknown, value: unknown): PublishedEntry | undefined {
    const entry = entryIn(id, value)
    const name = String(id)
    if (entry === undefined && !this.#unreadable.has(name)) {
      this.#unreadable.add(name)
      this.#options.log.warn({ id: name.slice(0, 100) }, 'entry of no node is passed over')
    }
    return entry
  }
}
