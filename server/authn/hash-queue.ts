/**
 * Who may hash next. Hashing is the dearest thing that a stranger can ask for, so turns go round: from client to
 * client, and for one client from user name to user name. Whoever asks for much waits behind their own requests.
 */
import { Fault } from '../../common/fault.ts'

/** Who asks for a hash. */
export interface Asker {
  /** Address of the connection. Behind one proxy everybody has the same: turns go round by user name then. */
  readonly client: string
  readonly user: string
}

export interface HashQueue {
  /** Runs `work` when its turn comes. Throws BusyFault when too many wait and the asker has the largest part of it. */
  run<T>(asker: Asker, work: () => Promise<T>): Promise<T>
}

/** Too many sign-ins wait already. The edge answers "try again". */
class BusyFault extends Fault {
  constructor() {
    super('check a password', { code: 'BUSY', retryable: true, cause: 'too many sign-ins at once' })
  }
}

interface Waiter {
  start(): void
  refuse(reason: BusyFault): void
}

/** At most `atOnce` run and `waiting` wait; a further one takes the place of the last of whoever has most waiting. */
export function hashQueue(most: { readonly atOnce: number; readonly waiting: number }): HashQueue {
  const waiting = new WaitingRoom()
  let running = 0

  function turn(asker: Asker): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.add(asker, { start: resolve, refuse: reject })
      if (waiting.size > most.waiting) waiting.takeFromLargest(asker)?.refuse(new BusyFault())
    })
  }
  return {
    async run(asker, work) {
      if (running >= most.atOnce) await turn(asker)
      else running += 1
      try {
        return await work()
      } finally {
        const next = waiting.takeNext()
        if (next === undefined) running -= 1
        else next.start()
      }
    },
  }
}

/** Waiters by client, then by user name; the first of each Map is the next. */
class WaitingRoom {
  readonly #clients = new Map<string, Map<string, Waiter[]>>()
  size = 0

  add({ client, user }: Asker, waiter: Waiter): void {
    const users = this.#clients.get(client) ?? new Map<string, Waiter[]>()
    this.#clients.set(client, users)
    users.set(user, [...(users.get(user) ?? []), waiter])
    this.size += 1
  }

  takeNext(): Waiter | undefined {
    const [client, users] = first(this.#clients)
    const [user, waiters] = first(users)
    if (client === undefined || users === undefined || user === undefined) return undefined
    const waiter = waiters?.shift()
    this.#putLast({ client, user }, users)
    this.size -= 1
    return waiter
  }

  /** The latest waiter of the user name that waits most, of the client that waits most; of `asker` among equals. */
  takeFromLargest(asker: Asker): Waiter | undefined {
    const client = largest(this.#clients, asker.client, total)
    const users = this.#clients.get(client)
    if (users === undefined) return undefined
    const user = largest(users, asker.user, ({ length }) => length)
    const waiter = users.get(user)?.pop()
    if (users.get(user)?.length === 0) users.delete(user)
    if (users.size === 0) this.#clients.delete(client)
    this.size -= 1
    return waiter
  }

  #putLast({ client, user }: Asker, users: Map<string, Waiter[]>): void {
    const waiters = users.get(user) ?? []
    users.delete(user)
    if (waiters.length > 0) users.set(user, waiters)
    this.#clients.delete(client)
    if (users.size > 0) this.#clients.set(client, users)
  }
}

const first = <V>(map: ReadonlyMap<string, V> | undefined): readonly [string, V] | readonly [] =>
  map?.entries().next().value ?? []

const total = (users: ReadonlyMap<string, readonly unknown[]>): number =>
  users.values().reduce((sum, { length }) => sum + length, 0)

function largest<V>(map: ReadonlyMap<string, V>, preferred: string, sizeOf: (value: V) => number): string {
  const own = map.get(preferred)
  let found = { key: preferred, size: own === undefined ? 0 : sizeOf(own) }
  for (const [key, value] of map) if (sizeOf(value) > found.size) found = { key, size: sizeOf(value) }
  return found.key
}
