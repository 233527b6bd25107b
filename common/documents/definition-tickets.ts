/** Apereo's policies on the lifetimes of a service's tickets, as tables. */
import { strictFields } from './definition-policies.ts'
import {
  emptyValue,
  note,
  oneOfClasses,
  type Place,
  type Reader,
  refuse,
  unsupported,
} from './document-reader.ts'
import { durationSeconds } from './properties.ts'
import type { StoredDocument } from './service-definition.ts'

/** A ticket that waits longer than a day to be validated is none. */
const maxValidatedSeconds = 86_400
/** As for sessions by configuration. */
const maxKeptSeconds = 400 * 86_400

const wholeNumber: Reader<number> = (value, place) => {
  const number = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  return refuse(place, value === null ? emptyValue : 'must be a whole number')
}

/** Whole seconds, or an ISO 8601 duration, as text or number. */
const ticketSeconds: Reader<number> = (value, place) => {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  if (text === '' || text === null) return undefined
  const seconds = typeof text === 'string' ? durationSeconds(text.trim()) : undefined
  if (seconds !== undefined && seconds >= 1 && seconds <= maxValidatedSeconds) return seconds
  return refuse(place, `must be whole seconds from 1 to ${maxValidatedSeconds}, or a duration such as PT30S`)
}

const keptSeconds: Reader<number> = (value, place) => {
  const seconds = wholeNumber(value, place)
  if (seconds === undefined || (seconds >= 1 && seconds <= maxKeptSeconds)) return seconds
  return refuse(place, `must be from 1 to ${maxKeptSeconds}`)
}

/** Lifetime of a ticket that is validated. Apereo applies it only where a number of uses stands beside it. */
function validatedTicket(document: StoredDocument, place: Place): number | undefined {
  const read = strictFields(document, { numberOfUses: wholeNumber, timeToLive: ticketSeconds }, place)
  const { numberOfUses = 0, timeToLive } = read
  if (numberOfUses > 1)
    note(place, `numberOfUses ${numberOfUses} is treated as 1: a ticket is validated once`)
  if (numberOfUses > 0 && timeToLive !== undefined) return timeToLive
  return note(place, 'means nothing without numberOfUses above zero and timeToLive')
}

const keptTicket = (document: StoredDocument, place: Place): number | undefined =>
  strictFields(document, { maxTimeToLiveInSeconds: keptSeconds }, place).maxTimeToLiveInSeconds

/** Reads `serviceTicketExpirationPolicy`: seconds. */
export const serviceTicketExpiration: Reader<number> = oneOfClasses({
  DefaultRegisteredServiceServiceTicketExpirationPolicy: validatedTicket,
})

/** Reads `proxyTicketExpirationPolicy`: seconds. */
export const proxyTicketExpiration: Reader<number> = oneOfClasses({
  DefaultRegisteredServiceProxyTicketExpirationPolicy: validatedTicket,
})

/** Reads `proxyGrantingTicketExpirationPolicy`: seconds. */
export const proxyGrantingTicketExpiration: Reader<number> = oneOfClasses({
  DefaultRegisteredServiceProxyGrantingTicketExpirationPolicy: keptTicket,
})

/** Reads `ticketGrantingTicketExpirationPolicy`: seconds of the whole session. */
export const sessionExpiration: Reader<number> = oneOfClasses({
  DefaultRegisteredServiceTicketGrantingTicketExpirationPolicy: (document, place) => {
    const message = 'shortens sessions of some users, and is not honoured'
    const table = {
      maxTimeToLiveInSeconds: keptSeconds,
      userAgents: unsupported(message),
      ipAddresses: unsupported(message),
    }
    return strictFields(document, table, place).maxTimeToLiveInSeconds
  },
})
