/**
 * Ticket ids: 256 random bits behind the prefix that the specification asks for, in its character set (CAS 3.7).
 * Ids are accepted more widely than they are made, since other servers of the field write `_` and `.` too.
 */
import { createHash } from 'node:crypto'
import type { Random } from '../../common/clock.ts'
import type {
  ProxyGrantingTicketId,
  ProxyTicketId,
  ServiceTicketId,
  TicketGrantingTicketId,
} from './ticket.ts'

const randomBytesPerId = 32
/** Digits of 256 bits in base 36. */
const randomDigits = 50
/** Longest id that is looked up at all; clients must cope with 256 characters (CAS 3.1). */
const maxIdLength = 256

export const newTicketGrantingTicketId = (random: Random): TicketGrantingTicketId =>
  `TGT-${randomText(random)}` as TicketGrantingTicketId

export const newServiceTicketId = (random: Random): ServiceTicketId =>
  `ST-${randomText(random)}` as ServiceTicketId

export const newProxyTicketId = (random: Random): ProxyTicketId => `PT-${randomText(random)}` as ProxyTicketId

export const newProxyGrantingTicketId = (random: Random): ProxyGrantingTicketId =>
  `PGT-${randomText(random)}` as ProxyGrantingTicketId

/** Tells a service which proxy-granting ticket belongs to which validation; random, so it says nothing about it. */
export const newProxyGrantingTicketIou = (random: Random): string => `PGTIOU-${randomText(random)}`

/** 256 bits as 50 lower-case letters and digits. */
export function randomText(random: Random): string {
  const number = BigInt(`0x${random.bytes(randomBytesPerId).toString('hex')}`)
  return number.toString(36).padStart(randomDigits, '0')
}

/** The id in `text` if it has the shape of one; says nothing about whether there is such a ticket. */
export const parseTicketGrantingTicketId = (text: string): TicketGrantingTicketId | undefined =>
  hasShape(text, 'TGT-') ? (text as TicketGrantingTicketId) : undefined

/** The id in `text` if it has the shape of one; says nothing about whether there is such a ticket. */
export const parseServiceTicketId = (text: string): ServiceTicketId | undefined =>
  hasShape(text, 'ST-') ? (text as ServiceTicketId) : undefined

/** The id in `text` if it has the shape of one; says nothing about whether there is such a ticket. */
export const parseProxyTicketId = (text: string): ProxyTicketId | undefined =>
  hasShape(text, 'PT-') ? (text as ProxyTicketId) : undefined

/** The id in `text` if it has the shape of one; says nothing about whether there is such a ticket. */
export const parseProxyGrantingTicketId = (text: string): ProxyGrantingTicketId | undefined =>
  hasShape(text, 'PGT-') ? (text as ProxyGrantingTicketId) : undefined

/** The key under which a ticket is stored: a copy of the database opens no session (SHA-256, base64url). */
export const ticketKey = (id: string): string => createHash('sha256').update(id).digest('base64url')

function hasShape(text: string, prefix: string): boolean {
  return (
    text.length <= maxIdLength &&
    text.startsWith(prefix) &&
    /^[A-Za-z0-9._-]{20,}$/.test(text.slice(prefix.length))
  )
}
