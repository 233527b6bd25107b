/** OutboxStore in the memory of one process, on the sessions of a memory ticket store. */
import type { Clock, Instant } from '../../../common/clock.ts'
import type { AddressedMessage } from '../../slo/message.ts'
import {
  type Delivery,
  type EndedSession,
  graceMs,
  leaseMs,
  type OutboxStore,
  type Settlement,
} from '../../slo/outbox-store.ts'
import type { SsoSession } from '../../tickets/ticket.ts'
import type { MemoryTickets } from './tickets.ts'

interface Options {
  readonly clock: Clock
  readonly memory: MemoryTickets
}

interface Lease {
  readonly claim: string
  readonly until: Instant
}

interface StoredMessage extends AddressedMessage {
  readonly host: string
  attempts: number
  /** Undefined once it is settled for good. */
  dueAt: Instant | undefined
  claim: string | undefined
}

/** Passes the same contract suite as the MongoDB store. */
export const memoryOutboxStore = (options: Options): OutboxStore => new MemoryOutbox(options)

class MemoryOutbox implements OutboxStore {
  readonly #clock: Clock
  readonly #memory: MemoryTickets
  readonly #planned = new Set<string>()
  readonly #leases = new Map<string, Lease>()
  readonly #messages = new Map<string, StoredMessage>()
  #claims = 0

  constructor({ clock, memory }: Options) {
    this.#clock = clock
    this.#memory = memory
  }

  async endedSessions(limit: number): Promise<readonly string[]> {
    const dueAt = (key: string): Instant =>
      this.#leases.get(key)?.until ?? (this.#memory.endedAt.get(key) ?? 0) + graceMs
    const keys = [...this.#memory.sessions.values()].filter((s) => this.#isUnplanned(s)).map(({ key }) => key)
    return keys.filter((key) => dueAt(key) <= this.#clock.now()).slice(0, limit)
  }

  async leaseEnded(key: string): Promise<EndedSession | undefined> {
    const session = this.#memory.sessions.get(key)
    if (session === undefined || !this.#isUnplanned(session)) return undefined
    if ((this.#leases.get(key)?.until ?? 0) > this.#clock.now()) return undefined
    const claim = this.#newClaim()
    this.#leases.set(key, { claim, until: this.#clock.now() + leaseMs })
    await this.#memory.pause()
    return endedSession(this.#memory, session, claim)
  }

  async post(ended: EndedSession, addressed: readonly AddressedMessage[]): Promise<readonly Delivery[]> {
    const claim = this.#newClaim()
    const added = addressed.filter(({ id }) => !this.#messages.has(id))
    const deliveries = added.map((message) => {
      const stored = {
        ...message,
        host: new URL(message.url).host,
        attempts: 0,
        dueAt: undefined,
        claim: undefined,
      }
      this.#messages.set(message.id, stored)
      return this.#lease(stored, claim)
    })
    await this.#memory.pause()
    if (this.#leases.get(ended.key)?.claim === ended.claim) this.#planned.add(ended.key)
    return deliveries
  }

  async leaseDue(wanted: { limit: number; exceptHosts: readonly string[] }): Promise<readonly Delivery[]> {
    const now = this.#clock.now()
    const due = [...this.#messages.values()]
      .filter(({ dueAt, host }) => dueAt !== undefined && dueAt <= now && !wanted.exceptHosts.includes(host))
      .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
    const claim = this.#newClaim()
    return due.slice(0, wanted.limit).map((message) => this.#lease(message, claim))
  }

  async settle(delivery: Delivery, settlement: Settlement): Promise<void> {
    const message = this.#held(delivery)
    if (message === undefined) return
    message.attempts += 1
    message.claim = undefined
    message.dueAt = settlement.kind === 'retry' ? settlement.at : undefined
  }

  async release(deliveries: readonly Delivery[]): Promise<void> {
    for (const message of deliveries.map((delivery) => this.#held(delivery))) {
      if (message === undefined) continue
      message.claim = undefined
      message.dueAt = this.#clock.now()
    }
  }

  async countPending(most: number): Promise<number> {
    return Math.min(most, [...this.#messages.values()].filter(({ dueAt }) => dueAt !== undefined).length)
  }

  #isUnplanned({ key, state }: SsoSession): boolean {
    return state.kind === 'ended' && !this.#planned.has(key)
  }

  #newClaim(): string {
    this.#claims += 1
    return `claim ${this.#claims}`
  }

  #lease(message: StoredMessage, claim: string): Delivery {
    const leasedUntil = this.#clock.now() + leaseMs
    message.claim = claim
    message.dueAt = leasedUntil
    const { dueAt: _dueAt, ...rest } = message
    return { ...rest, claim, leasedUntil }
  }

  #held({ id, claim }: Delivery): StoredMessage | undefined {
    const message = this.#messages.get(id)
    return message?.claim === claim ? message : undefined
  }
}

function endedSession(memory: MemoryTickets, session: SsoSession, claim: string): EndedSession {
  const { key, principal, state } = session
  const tickets = [...memory.tickets.values()].flatMap(({ ticket, spent }) => {
    if (spent === undefined || ticket.root !== key) return []
    const { service, definitionId, issuedAt, expireAt } = ticket
    return [{ id: spent.id, spentAt: spent.at, service, definitionId, issuedAt, expireAt }]
  })
  return {
    key,
    claim,
    principal,
    reason: state.kind === 'ended' ? state.reason : 'administrator',
    endedAt: memory.endedAt.get(key) ?? 0,
    tickets,
    predecessors: [...memory.successors].filter(([, successor]) => successor === key).map(([old]) => old),
  }
}
