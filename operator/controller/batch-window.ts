/**
 * When a change of a pool's services is written. On a quiet registry at once; under load those that come within a
 * short while go together. What may belong together – a service that is made, deleted, moved in the order or to
 * another cluster: halves of a rename or of an exchange – waits for its other half.
 */
import type { Clock } from '../../common/clock.ts'

export type ChangeKind =
  /** A service says something else at its place. */
  | 'inPlace'
  /** The first half of something, perhaps. */
  | 'half'

/** Two halves come within this time, or nobody can tell that they belong together. */
const halvesMs = 100
/** Batches under load follow each other at this distance. */
const loadMs = 50
/** Changes that the API tells in one breath. */
const breathMs = 5

interface Window {
  readonly dueAt: number
  readonly kind: ChangeKind
}

/** Pure: when what waits is due, after one more change. `lastAt`: when this was due last. */
export function windowAfter(
  waiting: Window | undefined,
  change: ChangeKind,
  { now, lastAt }: { readonly now: number; readonly lastAt: number },
): Window {
  if (waiting !== undefined && (waiting.kind === 'half' || change === 'inPlace')) return waiting
  const dueAt = change === 'half' ? now + halvesMs : Math.max(now + breathMs, lastAt + loadMs)
  return { dueAt, kind: change }
}

interface Waiting extends Window {
  readonly timer: NodeJS.Timeout
}

export class BatchWindows {
  readonly #clock: Clock
  readonly #due: (key: string) => void
  readonly #waiting = new Map<string, Waiting>()
  readonly #lastAt = new Map<string, number>()

  /** `clock` must not go backwards; `due` is called when the changes of a key are to be written. */
  constructor(clock: Clock, due: (key: string) => void) {
    this.#clock = clock
    this.#due = due
  }

  note(key: string, change: ChangeKind): void {
    const now = this.#clock.now()
    const before = this.#waiting.get(key)
    const lastAt = this.#lastAt.get(key) ?? Number.NEGATIVE_INFINITY
    const next = windowAfter(before, change, { now, lastAt })
    if (next === before) return
    clearTimeout(before?.timer)
    const timer = setTimeout(() => this.#fire(key), next.dueAt - now)
    this.#waiting.set(key, { ...next, timer })
  }

  /** Forgets what waits. */
  stop(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer)
    this.#waiting.clear()
  }

  #fire(key: string): void {
    this.#waiting.delete(key)
    this.#lastAt.set(key, this.#clock.now())
    this.#due(key)
  }
}
