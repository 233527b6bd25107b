/**
 * PORT of the logout outbox. The ended session itself is its durable root: a server that dies after a logout loses
 * nothing, since any other one finds the root, plans its messages again (their ids depend on nothing else) and sends
 * what is not sent. Methods throw StoreFault when the store cannot answer for sure.
 */
import type { Instant } from '../../common/clock.ts'
import type { EndReason, Principal } from '../tickets/ticket.ts'
import type { AddressedMessage } from './message.ts'

/** A ticket that was presented for validation. */
export interface SpentTicket {
  /** Clear, since applications know their session by it; it opens nothing any more. */
  readonly id: string
  readonly service: string
  readonly definitionId: string
  readonly issuedAt: Instant
  readonly spentAt: Instant
  readonly expireAt: Instant
}

/** A session that has ended and whose messages are to be planned, leased to the caller. */
export interface EndedSession {
  readonly key: string
  /** Names the lease. */
  readonly claim: string
  readonly principal: Principal
  readonly reason: EndReason
  readonly endedAt: Instant
  readonly tickets: readonly SpentTicket[]
  /** Keys of sessions that were continued by this one (`succeed`) and have to end with it. */
  readonly predecessors: readonly string[]
}

/** A message in the outbox, leased to the caller. */
export interface Delivery extends AddressedMessage {
  /** Host and port of the URL: what is slow or dead is so as a whole. */
  readonly host: string
  /** Attempts before this one. */
  readonly attempts: number
  readonly claim: string
  /** From then on any other server may take it. */
  readonly leasedUntil: Instant
}

export type Settlement =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly at: Instant }
  | { readonly kind: 'givenUp' }

export interface OutboxStore {
  /** Keys of ended sessions whose messages nobody plans: after a moment of grace for the server that ended them. */
  endedSessions(limit: number): Promise<readonly string[]>

  /**
   * Leases one ended session whose messages are not planned; undefined when there is none, or another server has it.
   * The tickets are read after the end: each one whose validation found the session live is among them.
   */
  leaseEnded(key: string): Promise<EndedSession | undefined>

  /**
   * Stores the messages and marks the session as planned. Messages that are there already stay as they are.
   * Returns those that are new, leased to the caller.
   */
  post(ended: EndedSession, messages: readonly AddressedMessage[]): Promise<readonly Delivery[]>

  /** Leases messages that are due, oldest first. Of concurrent callers each gets others. */
  leaseDue(wanted: {
    readonly limit: number
    readonly exceptHosts: readonly string[]
  }): Promise<readonly Delivery[]>

  /** Says what came of an attempt. Without effect when the lease has gone to somebody else. */
  settle(delivery: Delivery, settlement: Settlement): Promise<void>

  /** Gives leases back without an attempt. */
  release(deliveries: readonly Delivery[]): Promise<void>

  /** Messages that wait for an attempt, counted up to `most`. */
  countPending(most: number): Promise<number>
}

/** How long a lease holds: longer than any attempt, so that nobody sends a second time what is under way. */
export const leaseMs = 30_000

/** How long the server that ended a session has its messages for itself: its browser waits for the front channel. */
export const graceMs = 3_000
