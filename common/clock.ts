/**
 * Time and randomness as values that are passed in. The only file that asks the system for either; everything
 * else takes a Clock or a Random, so that tests fix both.
 */
import { randomBytes, randomUUID } from 'node:crypto'

/** Milliseconds since the epoch. */
export type Instant = number

export interface Clock {
  /** The current time in milliseconds since the epoch. */
  now(): Instant
}

export interface Random {
  /** `length` bytes of a cryptographically secure generator. */
  bytes(length: number): Buffer
  /** A random UUID (RFC 9562, version 4). */
  uuid(): string
}

export const systemClock: Clock = { now: () => Date.now() }

/** Milliseconds since some moment; never goes backwards and does not follow changes of the system's time. */
export const monotonicClock: Clock = { now: () => performance.now() }

export const systemRandom: Random = { bytes: (length) => randomBytes(length), uuid: () => randomUUID() }

/** A clock that stands still until it is told to move. For tests. */
export class FixedClock implements Clock {
  #now: Instant
  constructor(now: Instant = Date.UTC(2026, 0, 1)) {
    this.#now = now
  }
  now(): Instant {
    return this.#now
  }
  /** Moves the clock forward. */
  advanceMs(ms: number): void {
    this.#now += ms
  }
}

/**
 * Resolves after `ms`, or rejects with the signal's reason. For backoff and leases in adapters; decisions never wait.
 */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const timer = setTimeout(done, ms)
    function done(): void {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }
    function aborted(): void {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', aborted, { once: true })
  })
}
