/** Service URLs: which are acceptable at all, when two are the same, and how a ticket is appended. Pure. */

/** Schemes that a browser would run or show instead of going there. */
const dangerousSchemes = new Set(['javascript:', 'data:', 'vbscript:', 'blob:', 'file:', 'about:'])

/**
 * Whether `text` can be redirected to without a browser and a regular expression reading it differently. What a
 * definition's pattern says about it comes after this.
 */
export function isAcceptableServiceUrl(text: string): boolean {
  if (text !== text.trim() || /[\\\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) return false
  const url = URL.parse(text)
  if (url === null || dangerousSchemes.has(url.protocol)) return false
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return true
  // `https:app` and `https:///app` are repaired by browsers; user information only hides the host.
  return /^https?:\/\/[^/@?#]+(?:[/?#]|$)/i.test(text)
}

/** Whether a ticket granted for `granted` may be validated for `presented`: the same text, session ids apart. */
export const isSameService = (granted: string, presented: string): boolean =>
  withoutSessionId(granted) === withoutSessionId(presented)

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

// Servlet containers add `;jsessionid=…` to a path when cookies are off: it differs between request and validation.
const withoutSessionId = (url: string): string => url.replace(/;jsessionid=[^?#;/]*/i, '')
