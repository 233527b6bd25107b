/**
 * How many requests run at once, in all and to one host, and which hosts are left alone for a while. One dead
 * application must neither hold all places nor cost a time limit with every further request.
 */
import type { Clock, Instant } from '../../common/clock.ts'

export interface OutboundLimits {
  readonly maxInFlight: number
  readonly maxInFlightPerHost: number
  /** Failures in a row after which a host is not called for `restMs`. */
  readonly failuresUntilRest: number
  readonly restMs: number
}

export const defaultLimits: OutboundLimits = {
  maxInFlight: 64,
  maxInFlightPerHost: 8,
  failuresUntilRest: 5,
  restMs: 10_000,
}

export type Admission =
  | { readonly kind: 'admitted'; readonly done: (outcome: 'worked' | 'failed') => void }
  | { readonly kind: 'resting' }
  /** No place became free while the signal was not aborted. */
  | { readonly kind: 'full' }

export interface Gate {
  /** Waits for a place. Who is admitted must call `done`, once. */
  enter(host: string, signal: AbortSignal): Promise<Admission>
}

/** Hosts that fail are remembered; more of them than this were not reached by honest applications. */
const mostRemembered = 10_000

export function gate(clock: Clock, limits: OutboundLimits = defaultLimits): Gate {
  const breaker = hostBreaker(clock, limits)
  const all = new Places(limits.maxInFlight)
  const hosts = new Map<string, Places>()
  return {
    async enter(host, signal) {
      if (breaker.isResting(host)) return { kind: 'resting' }
      const places = hosts.get(host) ?? new Places(limits.maxInFlightPerHost)
      hosts.set(host, places)
      // The host's place first: those that wait for a slow host hold no place of the others.
      const hasPlace = (await places.take(signal)) && ((await all.take(signal)) || places.giveBack())
      const forget = () => places.isEmpty && hosts.delete(host)
      if (!hasPlace) {
        forget()
        return { kind: 'full' }
      }
      return {
        kind: 'admitted',
        done: (outcome) => {
          all.giveBack()
          places.giveBack()
          forget()
          breaker.note(host, outcome)
        },
      }
    },
  }
}

/** A fixed number of places, given out in the order of asking. */
class Places {
  #free: number
  readonly #size: number
  readonly #waiting = new Set<() => void>()

  constructor(size: number) {
    this.#size = size
    this.#free = size
  }

  get isEmpty(): boolean {
    return this.#free === this.#size && this.#waiting.size === 0
  }

  /** True with a place; false once the signal is aborted. */
  take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false)
    if (this.#free > 0) {
      this.#free -= 1
      return Promise.resolve(true)
    }
    return new Promise((resolve) => {
      const called = (): void => {
        signal.removeEventListener('abort', aborted)
        resolve(true)
      }
      const aborted = (): void => {
        this.#waiting.delete(called)
        resolve(false)
      }
      this.#waiting.add(called)
      signal.addEventListener('abort', aborted, { once: true })
    })
  }

  /** Hands the place on; false, so that it can end a condition. */
  giveBack(): false {
    const [next] = this.#waiting
    if (next === undefined) this.#free += 1
    else {
      this.#waiting.delete(next)
      next()
    }
    return false
  }
}

interface HostRecord {
  readonly failures: number
  readonly restUntil: Instant
}

function hostBreaker(clock: Clock, { failuresUntilRest, restMs }: OutboundLimits) {
  const records = new Map<string, HostRecord>()
  return {
    /** After the rest one request is let through to try; the others rest on until it is known to have worked. */
    isResting(host: string): boolean {
      const record = records.get(host)
      if (record === undefined || record.failures < failuresUntilRest) return false
      if (clock.now() < record.restUntil) return true
      records.set(host, { ...record, restUntil: clock.now() + restMs })
      return false
    },
    note(host: string, outcome: 'worked' | 'failed'): void {
      const failures = (records.get(host)?.failures ?? 0) + 1
      records.delete(host)
      if (outcome === 'worked') return
      records.set(host, { failures, restUntil: clock.now() + restMs })
      const [oldest] = records.keys()
      if (records.size > mostRemembered && oldest !== undefined) records.delete(oldest)
    },
  }
}
