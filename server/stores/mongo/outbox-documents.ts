/** Documents of the collection `logout-outbox`, and how deliveries become such documents and come back. */
import type { Instant } from '../../../common/clock.ts'
import type { AddressedMessage } from '../../slo/message.ts'
import { type Delivery, leaseMs, type Settlement, type SpentTicket } from '../../slo/outbox-store.ts'
import type { ServiceTicketDocument } from './ticket-documents.ts'

const dayMs = 24 * 60 * 60 * 1000

/** Longer than the last attempt can be away: what is left after it is of no use to anybody. */
const keepMs = 2 * dayMs

export interface MessageDocument {
  /** Id of the message, which depends on session and ticket alone. */
  readonly _id: string
  readonly root: string
  readonly state: 'pending' | 'delivered' | 'givenUp'
  readonly url: string
  readonly host: string
  readonly definitionId: string
  readonly issuedAt: Date
  readonly nameId: string
  readonly sessionIndex: string
  readonly attempts: number
  /** While pending: when any server may make an attempt; later than now while one has it leased. */
  readonly dueAt?: Date
  /** Names the server that has it leased. */
  readonly claim?: string
  readonly purgeAt: Date
}

/** When the next sweep of expired sessions may begin; there is one of it. */
export interface SweepDocument {
  readonly _id: 'sweep'
  readonly nextAt: Date
}

export interface LeaseFacts {
  readonly claim: string
  readonly now: Instant
}

/** What a lease sets. */
export const leaseFields = ({ claim, now }: LeaseFacts) => ({ claim, dueAt: new Date(now + leaseMs) })

/** A new message of the session stored under `root`, leased. */
export function messageFields(root: string, message: AddressedMessage, lease: LeaseFacts) {
  const { url, definitionId, issuedAt, nameId, sessionIndex } = message
  return {
    root,
    state: 'pending' as const,
    url,
    host: new URL(url).host,
    definitionId,
    issuedAt: new Date(issuedAt),
    nameId,
    sessionIndex,
    attempts: 0,
    ...leaseFields(lease),
    purgeAt: new Date(lease.now + keepMs),
  }
}

export function deliveryOf(document: MessageDocument): Delivery {
  const { _id: id, url, host, definitionId, nameId, sessionIndex, attempts } = document
  return {
    id,
    url,
    host,
    definitionId,
    nameId,
    sessionIndex,
    attempts,
    issuedAt: document.issuedAt.getTime(),
    claim: document.claim ?? '',
    leasedUntil: document.dueAt?.getTime() ?? 0,
  }
}

/** What the end of an attempt changes. */
export function settledFields(settlement: Settlement) {
  if (settlement.kind === 'retry') {
    return { $set: { dueAt: new Date(settlement.at) }, $unset: { claim: '' }, $inc: { attempts: 1 } } as const
  }
  const state = settlement.kind
  return { $set: { state }, $unset: { claim: '', dueAt: '' }, $inc: { attempts: 1 } } as const
}

export function spentTicketOf(document: ServiceTicketDocument): SpentTicket {
  return {
    id: document.id ?? '',
    service: document.service,
    definitionId: document.definitionId,
    issuedAt: document.issuedAt.getTime(),
    spentAt: document.spentAt?.getTime() ?? 0,
    expireAt: document.expireAt.getTime(),
  }
}
