/** URLs that a browser is sent to: how a ticket is appended, and how they stand in a header. Pure. */

/** Name under which a service finds its ticket: of the CAS protocol, or of SAML 1.1. */
export type TicketParameter = 'ticket' | 'SAMLart'

/**
 * The service URL with its ticket appended to the query, before a fragment. A ticket that stands there already is
 * replaced: it is what a service was left with that asks again. The rest stays byte for byte.
 */
export function withTicket(service: string, ticket: string, parameter: TicketParameter = 'ticket'): string {
  const { base, query, fragment } = partsOf(withoutTicket(service, parameter))
  const appended = `${parameter}=${encodeURIComponent(ticket)}`
  if (query === undefined) return `${base}?${appended}${fragment}`
  const separator = query === '' || query.endsWith('&') ? '' : '&'
  return `${base}?${query}${separator}${appended}${fragment}`
}

/** The service URL without any ticket in its query; byte for byte the same if there is none. */
export function withoutTicket(service: string, parameter: TicketParameter = 'ticket'): string {
  const { base, query, fragment } = partsOf(service)
  if (query === undefined) return service
  const pairs = query.split('&')
  const kept = pairs.filter((pair) => nameOf(pair) !== parameter)
  if (kept.length === pairs.length) return service
  return kept.length === 0 ? `${base}${fragment}` : `${base}?${kept.join('&')}${fragment}`
}

/**
 * A URL as it may stand in a Location header: what is not printable ASCII, percent-encoded, and so is a percent sign that
 * escapes nothing; escapes stay.
 */
export function asLocation(url: string): string {
  return url.replace(/[^\x21-\x7e]|["<>\\^`{|}]|%(?![0-9A-Fa-f]{2})/gu, (c) =>
    encodeURIComponent(c.isWellFormed() ? c : '\ufffd'),
  )
}

interface UrlParts {
  readonly base: string
  /** Undefined without a question mark. */
  readonly query: string | undefined
  /** With its `#`; empty when there is none. */
  readonly fragment: string
}

function partsOf(url: string): UrlParts {
  const [, base = '', , query, fragment = ''] = /^([^?#]*)(\?([^#]*))?(#.*)?$/s.exec(url) ?? []
  return { base, query, fragment }
}

/** The name of `name=value` as a service reads it. */
const nameOf = (pair: string): string | undefined => new URLSearchParams(pair).keys().next().value
