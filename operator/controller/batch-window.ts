/**
 * When a change of a pool's services is written. On a quiet registry at once; under load those that come within a
 * short while go together, within a longer one in a rush: each batch is a transaction in MongoDB and a swap in every
 * server. What may belong together – a service that is made, deleted, moved in the order or to another cluster: halves
 * of a rename or of an exchange – waits for its other half.
 */
import type { Clock, Instant } from '../../common/clock.ts'
import { Rush } from './rush.ts'

export type ChangeKind =
  /** A service says something else at its place. */
  | 'inPlace'
  /** The first half of something, perhaps. */
  | 'half'

/** Two halves come within this time, or nobody can tell that they belong together. */
const halvesMs = 100
/** Batches under load follow each other at this distance, */
const loadMs = 50
/** and in a rush at this one, unless it pauses for so long. */
const rushMs = 1_000
const pauseMs = 100
/** Changes that the API tells in one breath. */
const breathMs = 5

interface Window {
  readonly dueAt: Instant
  readonly kind: ChangeKind
  /** Of a window that was opened in a rush: so long it may be put off. */
  readonly latestAt?: Instant
}

/** How it stands when a change comes. */
interface Moment {
  readonly now: Instant
  /** When changes were due last. */
  readonly lastAt: Instant
  readonly isRush: boolean
}

/** Pure: when what waits is due, after one more change. */
export function windowAfter(waiting: Window | undefined, change: ChangeKind, moment: Moment): Window {
  const isFirst = waiting === undefined || (waiting.kind === 'inPlace' && change === 'half')
  if (!isFirst) return waiting.latestAt === undefined ? waiting : putOff(waiting, waiting.latestAt, moment)
  const { now, lastAt } = moment
  const soonest = now + (change === 'half' ? halvesMs : breathMs)
  const isRush = waiting === undefined ? moment.isRush : waiting.latestAt !== undefined
  if (!isRush) return { dueAt: Math.max(soonest, lastAt + loadMs), kind: change }
  return putOff({ kind: change }, Math.max(soonest, lastAt + rushMs), moment)
}

const putOff = ({ kind }: Pick<Window, 'kind'>, latestAt: Instant, { now }: Moment): Window => ({
  dueAt: Math.min(now + pauseMs, latestAt),
  kind,
  latestAt,
})

interface Waiting extends Window {
  readonly timer: NodeJS.Timeout
}

export class BatchWindows {
  readonly #clock: Clock
  readonly #due: (key: string) => void
  readonly #waiting = new Map<string, Waiting>()
  readonly #lastAt = new Map<string, Instant>()
  readonly #rushes = new Map<string, Rush>()

  /** `clock` must not go backwards; `due` is called when the changes of a key are to be written. */
  constructor(clock: Clock, due: (key: string) => void) {
    this.#clock = clock
    this.#due = due
  }

  note(key: string, change: ChangeKind): void {
    const now = this.#clock.now()
    const before = this.#waiting.get(key)
    const lastAt = this.#lastAt.get(key) ?? Number.NEGATIVE_INFINITY
    const rush = this.#rushes.get(key) ?? new Rush()
    this.#rushes.set(key, rush)
    rush.note(now)
    const next = windowAfter(before, change, { now, lastAt, isRush: rush.isOn(now) })
    if (next === before) return
    clearTimeout(before?.timer)
    const timer = setTimeout(() => this.#fire(key), Math.max(0, next.dueAt - now))
    this.#waiting.set(key, { ...next, timer })
  }

  /** Changes of the key pour in. */
  isRush(key: string): boolean {
    return this.#rushes.get(key)?.isOn(this.#clock.now()) ?? false
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
