/**
 * Leader election by a Lease (coordination.k8s.io/v1). At most one contender at a time believes that it leads, as
 * long as clocks run at about the same speed: a leader gives up `renewWithinMs` after it *sent* its last successful
 * renewal, and others take over no sooner than `durationMs` after they *saw* that renewal. Times of different
 * machines are never compared; everything is measured on one's own monotonic clock.
 *
 * A process that is frozen and wakes up late is not stopped by that. It is by the epoch, the Lease's transition count:
 * it grows with every change of leadership, and MongoDB refuses writes of an older one.
 */
import { type Clock, delay } from '../../common/clock.ts'
import { reasonOf } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import type { KubeObject } from '../api/meta.ts'
import { type KubeClient, KubeFault, type ObjectRef } from './client.ts'
import { decideClaim, leaseManifest, type Observation, readLease } from './lease-record.ts'

export interface LeaseTiming {
  /** How long others wait for a leader that they no longer hear of. */
  readonly durationMs: number
  /** How long a leader goes on without a successful renewal. Less than `durationMs`. */
  readonly renewWithinMs: number
  /** Pause between two attempts. */
  readonly retryMs: number
}

const defaultTiming: LeaseTiming = { durationMs: 10_000, renewWithinMs: 7_000, retryMs: 2_000 }

export interface Leadership {
  /** Transition count of the Lease: greater than that of every leader before. */
  readonly epoch: number
  /** Aborts when the leadership is lost or given back. Nothing may be written after that. */
  readonly signal: AbortSignal
  /** Whether the leadership holds at this very moment; also right when timers are late. */
  isHeld(): boolean
}

export interface ElectionOptions {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>
  readonly namespace: string
  readonly name: string
  /** Unique among contenders: the pod's name. */
  readonly identity: string
  /** Wall clock, for the times that are written for people to read. */
  readonly clock: Clock
  /** Measures durations. */
  readonly monotonic: Clock
  readonly log: Log
  readonly timing?: LeaseTiming
  /** Called at each win. What it starts ends when `leadership.signal` aborts. */
  readonly onLeading: (leadership: Leadership) => void
}

export interface Election {
  /** The leadership now, if we have it. */
  current(): Leadership | undefined
  /**
   * A database has seen an epoch that is greater than ours although the Lease is ours: the Lease was deleted, and made
   * again by a clock that is behind. The next renewal, which only the true leader can make, raises ours above it.
   */
  outgrow(epoch: number): void
  /**
   * Ends the leadership, then frees the Lease, so that another contender follows within one pause. Stop the work that
   * leads first: after this another process does it.
   */
  stop(): Promise<void>
}

/** Starts to contend, and goes on after a loss. */
export function startElection(options: ElectionOptions): Election {
  const { renewWithinMs, durationMs, retryMs } = options.timing ?? defaultTiming
  if (renewWithinMs >= durationMs || retryMs >= renewWithinMs) {
    throw new TypeError('a lease needs retryMs < renewWithinMs < durationMs')
  }
  return new LeaseElection(options)
}

/** What we hold: the Lease as last written, and until when the leadership lasts on our monotonic clock. */
interface Held {
  epoch: number
  /** What a database has seen. */
  seenEpoch: number
  readonly ended: AbortController
  lease: KubeObject
  until: number
  expiry: NodeJS.Timeout
}

class LeaseElection implements Election {
  readonly #options: ElectionOptions
  readonly #timing: LeaseTiming
  readonly #ref: ObjectRef & { readonly namespace: string }
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  #observed: Observation | undefined
  #held: Held | undefined
  #leadership: Leadership | undefined

  constructor(options: ElectionOptions) {
    this.#options = options
    this.#timing = options.timing ?? defaultTiming
    this.#ref = { kind: 'Lease', namespace: options.namespace, name: options.name }
    this.#running = this.#run()
  }

  current(): Leadership | undefined {
    return this.#leadership?.isHeld() ? this.#leadership : undefined
  }

  outgrow(epoch: number): void {
    if (this.#held !== undefined) this.#held.seenEpoch = Math.max(this.#held.seenEpoch, epoch)
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the election is stopping'))
    await this.#running
    const lease = this.#held?.lease
    this.#end('given back')
    if (lease !== undefined) await this.#free(lease)
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await (this.#held === undefined ? this.#claim() : this.#renew(this.#held))
      } catch (fault) {
        const level = this.#held === undefined ? 'info' : 'warn'
        this.#options.log[level](
          { lease: this.#options.name, reason: reasonOf(fault) },
          'lease was not reached',
        )
      }
      await delay(this.#timing.retryMs, this.#stop.signal).catch(() => undefined)
    }
  }

  async #claim(): Promise<void> {
    const { client, monotonic, clock, identity } = this.#options
    const lease = await this.#inTime(client.get(this.#ref))
    const contender = { identity, now: monotonic.now(), wallNow: clock.now() }
    const claim = decideClaim(lease, this.#observed, contender)
    this.#observed = claim.observed
    if (claim.kind === 'wait' || this.#stop.signal.aborted) return
    const sentAt = monotonic.now()
    const manifest = leaseManifest(
      this.#ref,
      {
        holder: identity,
        durationSeconds: this.#timing.durationMs / 1000,
        transitions: claim.transitions,
        acquiredAt: clock.now(),
        renewedAt: clock.now(),
      },
      lease,
    )
    const written = await this.#inTime(
      lease === undefined ? client.create(manifest) : client.replace(manifest),
    )
    // Another contender was faster, or the Lease went away; the next attempt sees which.
    if (written === undefined) return
    if (this.#stop.signal.aborted) await this.#free(written)
    else this.#begin(written, { epoch: claim.transitions, sentAt })
  }

  async #renew(held: Held): Promise<void> {
    const { client, monotonic, clock } = this.#options
    const sentAt = monotonic.now()
    const transitions = held.seenEpoch > held.epoch ? held.seenEpoch + 1 : held.epoch
    const record = { ...readLease(held.lease), transitions, renewedAt: clock.now() }
    try {
      const written = await this.#inTime(client.replace(leaseManifest(this.#ref, record, held.lease)))
      // Somebody deleted the Lease: whoever makes the next one leads.
      if (written === undefined) this.#end('the lease was deleted')
      else this.#extend(held, written, sentAt)
      if (this.#held === held) this.#raise(held, transitions)
    } catch (fault) {
      if (!(fault instanceof KubeFault) || fault.kind !== 'conflict') throw fault
      await this.#lookAgain(held)
    }
  }

  /** The Lease changed under us: an earlier renewal of ours whose answer was lost, an annotation, or a new leader. */
  async #lookAgain(held: Held): Promise<void> {
    const lease = await this.#inTime(this.#options.client.get(this.#ref))
    const record = lease === undefined ? undefined : readLease(lease)
    const isOurs = record?.holder === this.#options.identity && record.transitions === held.epoch
    if (lease === undefined || !isOurs) this.#end('another contender holds the lease')
    else held.lease = lease
  }

  #begin(lease: KubeObject, won: { readonly epoch: number; readonly sentAt: number }): void {
    const ended = new AbortController()
    const until = won.sentAt + this.#timing.renewWithinMs
    const held: Held = {
      epoch: won.epoch,
      seenEpoch: won.epoch,
      ended,
      lease,
      until,
      expiry: this.#expiry(until),
    }
    const isHeld = () => !ended.signal.aborted && this.#options.monotonic.now() < held.until
    this.#held = held
    this.#leadership = {
      get epoch() {
        return held.epoch
      },
      signal: ended.signal,
      isHeld,
    }
    this.#options.log.info({ lease: this.#options.name, epoch: won.epoch }, 'leadership was won')
    this.#options.onLeading(this.#leadership)
  }

  #extend(held: Held, lease: KubeObject, sentAt: number): void {
    if (this.#held !== held) return
    held.lease = lease
    // The answer came after our time was over, before the timer: others may have been told that nobody leads.
    if (this.#options.monotonic.now() >= held.until) {
      this.#end('renewed too late')
      return
    }
    held.until = sentAt + this.#timing.renewWithinMs
    clearTimeout(held.expiry)
    held.expiry = this.#expiry(held.until)
  }

  #raise(held: Held, epoch: number): void {
    if (epoch === held.epoch) return
    this.#options.log.warn({ lease: this.#options.name, was: held.epoch, epoch }, 'epoch was raised')
    held.epoch = epoch
  }

  #expiry(until: number): NodeJS.Timeout {
    const inMs = Math.max(0, until - this.#options.monotonic.now())
    return setTimeout(() => this.#end('not renewed in time'), inMs)
  }

  #end(why: string): void {
    const held = this.#held
    if (held === undefined) return
    this.#held = undefined
    this.#leadership = undefined
    clearTimeout(held.expiry)
    // First said, then done: the process may end with it.
    this.#options.log.info({ lease: this.#options.name, epoch: held.epoch, why }, 'leadership ended')
    held.ended.abort(new Error(`leadership ended: ${why}`))
  }

  async #free(lease: KubeObject): Promise<void> {
    const record = {
      ...readLease(lease),
      holder: '',
      durationSeconds: 1,
      renewedAt: this.#options.clock.now(),
    }
    try {
      await this.#inTime(this.#options.client.replace(leaseManifest(this.#ref, record, lease)))
    } catch (fault) {
      // It runs out by itself; the next leader waits a little longer.
      this.#options.log.info({ lease: this.#options.name, reason: reasonOf(fault) }, 'lease was not freed')
    }
  }

  /** A request that hangs must leave time for another before the leadership runs out. */
  async #inTime<T>(request: Promise<T>): Promise<T> {
    const { renewWithinMs, retryMs } = this.#timing
    const late = Promise.withResolvers<never>()
    const fault = new KubeFault(`lease ${this.#options.name}`, {
      kind: 'unavailable',
      cause: new Error('no answer in time'),
    })
    const timer = setTimeout(() => late.reject(fault), (renewWithinMs - retryMs) / 2)
    try {
      return await Promise.race([request, late.promise])
    } finally {
      clearTimeout(timer)
      request.catch(() => undefined)
    }
  }
}
