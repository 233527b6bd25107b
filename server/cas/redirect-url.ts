/** URLs that a browser is sent to: how a ticket is appended, and how they stand in a header. Pure. */

/** The service URL with `ticket` appended to its query, before a fragment; the rest stays byte for byte. */
export function withTicket(service: string, ticket: string): string {
  const hash = service.indexOf('#')
  const base = hash < 0 ? service : service.slice(0, hash)
  const fragment = hash < 0 ? '' : service.slice(hash)
  return `${base}${separatorAfter(base)}ticket=${encodeURIComponent(ticket)}${fragment}`
}

/** A URL as it may stand in a Location header: what is not printable ASCII, percent-encoded; escapes stay. */
export function asLocation(url: string): string {
  return url.replace(/[^\x21-\x7e]|["<>\\^`{|}]/gu, (c) =>
    encodeURIComponent(c.isWellFormed() ? c : '\ufffd'),
  )
}

function separatorAfter(base: string): string {
  if (!base.includes('?')) return '?'
  return base.endsWith('?') || base.endsWith('&') ? '' : '&'
}
