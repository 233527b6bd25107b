/**
 * Events of objects, as `kubectl describe` and `kubectl events` show them (events.k8s.io/v1). Telling is best effort:
 * nothing waits for it, and an event that cannot be written is dropped. What matters stands in conditions.
 */
import type { Clock, Instant, Random } from '../../common/clock.ts'
import { reasonOf } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import type { KubeObject } from '../api/meta.ts'
import type { KubeClient } from './client.ts'
import { microTime } from './lease-record.ts'

export interface EventNote {
  /** The object that it is about; needs kind, name and uid. */
  readonly about: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>
  readonly type: 'Normal' | 'Warning'
  /** Why, in one CamelCase word. */
  readonly reason: string
  /** What the operator did or tried, in one CamelCase word. */
  readonly action: string
  /** For people; cut at 1,024 characters. Holds no secrets. */
  readonly note: string
}

export interface EventRecorder {
  /** Has an event written soon; the same one again within ten minutes becomes a count on the first. */
  record(event: EventNote): void
  /** Resolves when everything recorded so far was written or dropped. */
  drain(): Promise<void>
}

export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, 'apply'>
  /** Who reports: the pod's name. */
  readonly instance: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const sameWithinMs = 600_000
/** Different events about one object within `sameWithinMs`; more are dropped, since something is running wild. */
const mostPerObject = 25

interface Told {
  readonly name: string
  readonly about: string
  readonly firstAt: Instant
  lastAt: Instant
  count: number
}

export function eventRecorder(options: EventRecorderOptions): EventRecorder {
  return new SeriesRecorder(options)
}

class SeriesRecorder implements EventRecorder {
  readonly #options: EventRecorderOptions
  /** By content; the oldest first. */
  readonly #told = new Map<string, Told>()
  readonly #writes = new Set<Promise<void>>()

  constructor(options: EventRecorderOptions) {
    this.#options = options
  }

  record(event: EventNote): void {
    const now = this.#options.clock.now()
    this.#forgetOld(now)
    const told = this.#count(event, now)
    // Repetitions are written as they double: the count is right to a factor of two, and the API is left in peace.
    if (told === undefined || !isPowerOfTwo(told.count)) return
    const write = this.#write(eventManifest(event, told, this.#options.instance))
    this.#writes.add(write)
    void write.finally(() => this.#writes.delete(write))
  }

  async drain(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes)
  }

  /** Undefined: too many different events about this object. */
  #count(event: EventNote, now: Instant): Told | undefined {
    const { metadata, kind } = event.about
    const about = metadata.uid ?? `${kind}/${metadata.namespace}/${metadata.name}`
    const key = JSON.stringify([about, event.type, event.reason, event.action, event.note])
    const before = this.#told.get(key)
    if (before !== undefined) {
      before.count += 1
      before.lastAt = now
      return before
    }
    const others = [...this.#told.values()].filter((told) => told.about === about).length
    if (others >= mostPerObject) return undefined
    const name = `${metadata.name.slice(0, 230)}.${this.#options.random.bytes(8).toString('hex')}`
    const told = { name, about, firstAt: now, lastAt: now, count: 1 }
    this.#told.set(key, told)
    return told
  }

  #forgetOld(now: Instant): void {
    for (const [key, told] of this.#told) {
      if (now - told.lastAt > sameWithinMs) this.#told.delete(key)
    }
  }

  async #write(manifest: KubeObject): Promise<void> {
    try {
      await this.#options.client.apply(manifest)
    } catch (fault) {
      this.#options.log.debug(
        { event: manifest.metadata.name, reason: reasonOf(fault) },
        'event was not written',
      )
    }
  }
}

const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count))

function eventManifest(event: EventNote, told: Told, instance: string): KubeObject {
  const { apiVersion, kind, metadata } = event.about
  const { name, namespace = 'default', uid } = metadata
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: told.name, namespace },
    type: event.type,
    reason: event.reason,
    action: event.action,
    note: event.note.slice(0, 1024),
    regarding: { apiVersion, kind, name, namespace, ...(uid === undefined ? {} : { uid }) },
    reportingController: 'caspool.io/operator',
    reportingInstance: instance.slice(0, 128),
    eventTime: microTime(told.firstAt),
    ...(told.count === 1 ? {} : { series: { count: told.count, lastObservedTime: microTime(told.lastAt) } }),
  }
}
