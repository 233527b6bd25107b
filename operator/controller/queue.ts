/**
 * Keyed work queue. A key is handled by one worker at a time; a key that is added while it is being handled is
 * handled once more afterwards; any number of additions before that are one. Failures come back with growing delays,
 * per key and without end.
 *
 * Keys carry no facts: a worker reads the world when it starts, so nothing that happened is lost by joining keys.
 */
import type { Clock } from '../../common/clock.ts'
import type { Log } from '../../common/log.ts'

/** What a worker says about a key it has handled. */
export type WorkResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly inMs: number; readonly why: string }

/** `fresh`: somebody waits for it. `resync`: routine, handled when nothing fresh is left. */
type Urgency = 'fresh' | 'resync'

export interface WorkQueueOptions {
  /** Handles a key. A throw is a failure: the key comes back after a delay. `signal` aborts when a stop is overdue. */
  readonly work: (key: string, signal: AbortSignal) => Promise<WorkResult>
  /** Number of keys handled at the same time. */
  readonly workers: number
  /** Must not go backwards. */
  readonly clock: Clock
  readonly log: Log
  /** Delay after the first failure of a key; doubles with each further one. Default 200 ms. */
  readonly firstDelayMs?: number
  /** Longest delay after a failure. Default 60 s. */
  readonly longestDelayMs?: number
}

export interface WorkQueue {
  /** Has the key handled as soon as a worker is free. */
  add(key: string, urgency?: Urgency): void
  /** Has the key handled after a while; of several such requests for a key the earliest counts. */
  addAfter(key: string, delayMs: number): void
  /** Forgets the delays of a key and handles it now: after an outside change that may have cured its failure. */
  retryNow(key: string): void
  /** Begins to handle keys; what was added before is kept. */
  start(): void
  /**
   * Takes no more keys, waits for those being handled, at most `withinMs` (default 10 s), then aborts their signal.
   * Keys that were only waiting are dropped: they are found again at the next start.
   */
  stop(withinMs?: number): Promise<void>
  /** Keys that wait for a worker now (without delayed ones) and keys being handled. */
  counts(): { readonly waiting: number; readonly delayed: number; readonly running: number }
}

interface Delayed {
  readonly dueAt: number
  readonly timer: NodeJS.Timeout
}

/** Makes a queue; it handles nothing before `start`. */
export function workQueue(options: WorkQueueOptions): WorkQueue {
  return new KeyedWorkQueue(options)
}

class KeyedWorkQueue implements WorkQueue {
  readonly #options: Required<WorkQueueOptions>
  // Sets keep the order of insertion: these are queues in which a key stands once.
  readonly #fresh = new Set<string>()
  readonly #resync = new Set<string>()
  readonly #running = new Map<string, Promise<void>>()
  /** Added while running: handled again afterwards. */
  readonly #dirty = new Map<string, Urgency>()
  readonly #delayed = new Map<string, Delayed>()
  readonly #failures = new Map<string, number>()
  readonly #overdue = new AbortController()
  #state: 'new' | 'started' | 'stopped' = 'new'

  constructor(options: WorkQueueOptions) {
    this.#options = { firstDelayMs: 200, longestDelayMs: 60_000, ...options }
  }

  add(key: string, urgency: Urgency = 'fresh'): void {
    if (this.#state === 'stopped') return
    if (this.#running.has(key)) {
      this.#dirty.set(key, moreUrgent(this.#dirty.get(key), urgency))
      return
    }
    if (urgency === 'fresh') {
      this.#resync.delete(key)
      this.#fresh.add(key)
    } else if (!this.#fresh.has(key)) {
      this.#resync.add(key)
    }
    this.#dispatch()
  }

  addAfter(key: string, delayMs: number): void {
    if (this.#state === 'stopped') return
    if (delayMs <= 0) {
      this.add(key)
      return
    }
    const dueAt = this.#options.clock.now() + delayMs
    const before = this.#delayed.get(key)
    if (before !== undefined && before.dueAt <= dueAt) return
    clearTimeout(before?.timer)
    const timer = setTimeout(() => {
      this.#delayed.delete(key)
      this.add(key)
    }, delayMs)
    this.#delayed.set(key, { dueAt, timer })
  }

  retryNow(key: string): void {
    this.#failures.delete(key)
    this.#forgetDelay(key)
    this.add(key)
  }

  start(): void {
    if (this.#state === 'new') this.#state = 'started'
    this.#dispatch()
  }

  async stop(withinMs = 10_000): Promise<void> {
    this.#state = 'stopped'
    for (const { timer } of this.#delayed.values()) clearTimeout(timer)
    for (const keys of [this.#delayed, this.#fresh, this.#resync, this.#dirty]) keys.clear()
    const overdue = setTimeout(() => this.#overdue.abort(new Error('the queue is stopping')), withinMs)
    await Promise.all(this.#running.values())
    clearTimeout(overdue)
  }

  counts(): { readonly waiting: number; readonly delayed: number; readonly running: number } {
    const waiting = this.#fresh.size + this.#resync.size + this.#dirty.size
    return { waiting, delayed: this.#delayed.size, running: this.#running.size }
  }

  #forgetDelay(key: string): void {
    clearTimeout(this.#delayed.get(key)?.timer)
    this.#delayed.delete(key)
  }

  #dispatch(): void {
    while (this.#state === 'started' && this.#running.size < this.#options.workers) {
      const key = takeFirst(this.#fresh) ?? takeFirst(this.#resync)
      if (key === undefined) return
      // Who asked for later is served by now: a pass that begins sees all that was before it. Left standing, the
      // delay would end during this pass and lead straight to the next, and so on.
      this.#forgetDelay(key)
      // Registered before the work begins, so that an addition made by the work itself counts as "meanwhile".
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#running.set(key, promise)
      void this.#handle(key).then(() => {
        this.#running.delete(key)
        resolve()
        const urgency = this.#dirty.get(key)
        this.#dirty.delete(key)
        if (urgency !== undefined) this.add(key, urgency)
        this.#dispatch()
      })
    }
  }

  async #handle(key: string): Promise<void> {
    try {
      const result = await this.#options.work(key, this.#overdue.signal)
      this.#failures.delete(key)
      if (result.kind === 'again') {
        this.#options.log.debug({ key, inMs: result.inMs, why: result.why }, 'key will be handled again')
        this.addAfter(key, result.inMs)
      }
    } catch (err) {
      this.#failed(key, err)
    }
  }

  #failed(key: string, err: unknown): void {
    const failures = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, failures)
    const { firstDelayMs, longestDelayMs, log } = this.#options
    const growing = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 30))
    const retryInMs = Math.max(growing, waitAskedFor(err))
    if (this.#state === 'stopped') return
    // One failure is an everyday conflict; one that comes back is worth a look.
    log[failures === 1 ? 'info' : 'warn']({ key, failures, retryInMs, err }, 'key was not handled')
    this.addAfter(key, retryInMs)
  }
}

/** A fault may carry how long its server asked us to wait. */
function waitAskedFor(err: unknown): number {
  const asked = (err as { readonly retryAfterMs?: unknown } | null)?.retryAfterMs
  return typeof asked === 'number' ? asked : 0
}

const moreUrgent = (before: Urgency | undefined, now: Urgency): Urgency =>
  before === 'fresh' || now === 'fresh' ? 'fresh' : 'resync'

function takeFirst(keys: Set<string>): string | undefined {
  const [first] = keys
  if (first !== undefined) keys.delete(first)
  return first
}
