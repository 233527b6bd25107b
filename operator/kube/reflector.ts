/**
 * Keeps all objects of one kind in memory: one list, then a watch that goes on where the last one ended, for ever.
 * Nothing ends it but `stop`: faults are waited out with growing, jittered delays; a version that is too old leads to a
 * new list; a connection that brings no byte for too long is given up.
 *
 * A change is told to `onChange` and enters the cache in the same step. If `onChange` throws, the cache stays as it was,
 * so that the next list finds the same difference again: a change is told late, but never not at all.
 */
import { type Clock, delay, type Random } from '../../common/clock.ts'
import { reasonOf } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import type { KubeObject } from '../api/meta.ts'
import { KubeFault } from './client.ts'
import { type ListWatch, listAll, type WatchEvent } from './list-watch.ts'
import { type Change, ObjectCache } from './object-cache.ts'
import type { WatchMetrics } from './watch-metrics.ts'

interface ReflectorTuning {
  /** A watch that brings no byte for so long is dead; bookmarks come about once a minute. */
  readonly idleLimitMs: number
  /** Watches are asked to last from once to twice this long. */
  readonly watchSeconds: number
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** After so long the next watch is preceded by a list, which repairs whatever may have gone wrong. */
  readonly relistMs: number
}

const defaultTuning: ReflectorTuning = {
  idleLimitMs: 150_000,
  watchSeconds: 300,
  firstDelayMs: 200,
  longestDelayMs: 10_000,
  relistMs: 3_600_000,
}

export interface ReflectorOptions {
  readonly source: ListWatch
  /** Called for every change, synchronously. Puts a key into a queue and does nothing else. */
  readonly onChange: (change: Change) => void
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics?: WatchMetrics
  readonly tuning?: Partial<ReflectorTuning>
}

export interface Reflector {
  readonly name: string
  /** Resolves when the first list is in the cache (and has been told); never, if stopped before. */
  readonly synced: Promise<void>
  hasSynced(): boolean
  /** All objects now, in no particular order. */
  list(): readonly KubeObject[]
  /** `namespace` is the empty text for kinds without. */
  get(namespace: string, name: string): KubeObject | undefined
  /** Milliseconds since the API last sent anything; undefined before the first answer. */
  silentMs(): number | undefined
  stop(): Promise<void>
}

/** Starts to list and watch. */
export function startReflector(options: ReflectorOptions): Reflector {
  return new WatchingReflector(options)
}

/** A watch that lasted so long was worth its connection, even if nothing happened meanwhile. */
const goodWatchMs = 5_000

class WatchingReflector implements Reflector {
  readonly #options: ReflectorOptions
  readonly #tuning: ReflectorTuning
  readonly #cache: ObjectCache
  readonly #stop = new AbortController()
  readonly #synced = Promise.withResolvers<void>()
  readonly #running: Promise<void>
  #hasSynced = false
  /** Version to watch from; undefined: list first. */
  #position: string | undefined
  #listedAt = 0
  #lastByteAt: number | undefined
  #failures = 0

  constructor(options: ReflectorOptions) {
    this.#options = options
    this.#tuning = { ...defaultTuning, ...options.tuning }
    this.#cache = new ObjectCache(options.onChange)
    this.#running = this.#run()
  }

  get name(): string {
    return this.#options.source.name
  }

  get synced(): Promise<void> {
    return this.#synced.promise
  }

  hasSynced(): boolean {
    return this.#hasSynced
  }

  list(): readonly KubeObject[] {
    return this.#cache.list()
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#cache.get(namespace, name)
  }

  silentMs(): number | undefined {
    return this.#lastByteAt === undefined ? undefined : this.#options.clock.now() - this.#lastByteAt
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the reflector is stopping'))
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        if (this.#position === undefined) await this.#relist()
        await this.#follow()
        this.#options.metrics?.restarted(this.name, 'ended')
        if (this.#options.clock.now() - this.#listedAt > this.#tuning.relistMs) this.#position = undefined
      } catch (fault) {
        if (this.#stop.signal.aborted) return
        await this.#waitOut(fault)
      }
    }
  }

  async #waitOut(fault: unknown): Promise<void> {
    const kind = fault instanceof KubeFault ? fault.kind : 'mistake'
    // After a mistake (of the listener, say) nothing that was seen since the last list can be relied upon.
    if (kind === 'expired' || kind === 'mistake') this.#position = undefined
    this.#failures += 1
    const { firstDelayMs, longestDelayMs } = this.#tuning
    const growing = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(this.#failures - 1, 20))
    const asked = (fault instanceof KubeFault ? fault.retryAfterMs : undefined) ?? 0
    const retryInMs = Math.max(asked, growing * (0.5 + 0.5 * this.#chance()))
    const { log, metrics } = this.#options
    metrics?.restarted(this.name, kind)
    const level = kind === 'mistake' ? 'error' : this.#failures > 3 ? 'warn' : 'info'
    log[level](
      { watch: this.name, failures: this.#failures, retryInMs, reason: reasonOf(fault) },
      'watch was interrupted',
    )
    await delay(retryInMs, this.#stop.signal).catch(() => undefined)
  }

  async #relist(): Promise<void> {
    const { source, metrics, log, clock } = this.#options
    const { items, resourceVersion } = await listAll(source)
    if (this.#stop.signal.aborted) return
    this.#heard()
    this.#cache.replaceAll(items)
    this.#position = resourceVersion
    this.#listedAt = clock.now()
    metrics?.listed(this.name, items.length)
    log.debug({ watch: this.name, objects: items.length, resourceVersion }, 'listed')
    this.#hasSynced = true
    this.#synced.resolve()
  }

  /** One watch, from the current position until it ends. Throws when it was cut, went silent or was refused. */
  async #follow(): Promise<void> {
    if (this.#position === undefined) return
    const { source, clock } = this.#options
    const startedAt = clock.now()
    const idle = new AbortController()
    const watchdog = setTimeout(() => idle.abort(new Error('no byte in time')), this.#tuning.idleLimitMs)
    let events = 0
    try {
      const request = {
        resourceVersion: this.#position,
        timeoutSeconds: Math.round(this.#tuning.watchSeconds * (1 + this.#chance())),
        signal: AbortSignal.any([this.#stop.signal, idle.signal]),
        onBytes: () => {
          watchdog.refresh()
          this.#heard()
        },
      }
      for await (const event of source.watch(request)) {
        this.#take(event)
        events += 1
        this.#failures = 0
      }
    } finally {
      clearTimeout(watchdog)
      if (clock.now() - startedAt >= goodWatchMs) this.#failures = 0
    }
    if (events === 0 && clock.now() - startedAt < Math.min(goodWatchMs, 1000)) {
      throw new KubeFault(`watch ${this.name}`, { kind: 'unavailable', cause: new Error('it ended at once') })
    }
  }

  #take(event: WatchEvent): void {
    if (event.kind === 'bookmark') {
      this.#position = event.resourceVersion
      return
    }
    if (event.kind === 'deleted') this.#cache.remove(event.object)
    else this.#cache.put(event.object)
    this.#position = event.object.metadata.resourceVersion
    this.#options.metrics?.holds(this.name, this.#cache.size)
  }

  #heard(): void {
    this.#lastByteAt = this.#options.clock.now()
    this.#options.metrics?.heard(this.name, this.#lastByteAt)
  }

  /** Evenly from 0 to 1: reflectors that failed together do not come back together. */
  #chance(): number {
    return this.#options.random.bytes(4).readUInt32BE() / 2 ** 32
  }
}
