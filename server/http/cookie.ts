/**
 * The cookies of this server: TGC, the single sign-on session, and the one that binds a login form to its browser.
 * Their scope comes from the pool's own URL, never from a request.
 */
import type { Random } from '../../common/clock.ts'
import type { TicketGrantingTicketId } from '../tickets/ticket.ts'
import { parseTicketGrantingTicketId, randomText } from '../tickets/ticket-id.ts'

const sessionCookie = 'TGC'
const browserCookie = 'CASLOGIN'
const browserShape = /^[0-9a-z]{50}$/

export interface CookieScope {
  /** Context path, e.g. `/cas`; `/` for none. */
  readonly path: string
  /** Whether the public URL is https. */
  readonly secure: boolean
}

/** Each costs a question to the store. A browser keeps 180 cookies of a domain at most. */
const maxSessions = 200

/**
 * The TGT ids in a Cookie header: whatever has their shape, each once. A neighbour in the domain
 * may set a cookie of the same name that comes before the real one, and must not hide it.
 */
export function readSessions(header: string | undefined): readonly TicketGrantingTicketId[] {
  const ids = cookieValues(header, sessionCookie).map(parseTicketGrantingTicketId)
  return [...new Set(ids.filter((id) => id !== undefined))].slice(0, maxSessions)
}

/** The browser's value for login forms in a Cookie header. */
export function readBrowser(header: string | undefined): string | undefined {
  return cookieValues(header, browserCookie).find((value) => browserShape.test(value))
}

export const newBrowser = (random: Random): string => randomText(random)

/** Set-Cookie values: they end with the browser, except a session that the user asked to be remembered in. */
export function setSession(
  session: { readonly id: TicketGrantingTicketId; readonly rememberSeconds?: number | undefined },
  scope: CookieScope,
): string {
  const text = cookieText(sessionCookie, session.id, scope)
  return session.rememberSeconds === undefined ? text : `${text}; Max-Age=${session.rememberSeconds}`
}
export const setBrowser = (value: string, scope: CookieScope): string =>
  cookieText(browserCookie, value, scope)
export const clearSession = (scope: CookieScope): string =>
  `${cookieText(sessionCookie, '', scope)}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT`

function cookieText(name: string, value: string, scope: CookieScope): string {
  return `${name}=${value}; Path=${scope.path}; HttpOnly; SameSite=Lax${scope.secure ? '; Secure' : ''}`
}

/** All values of one name, in the order of the header: the one with the longest path comes first (RFC 6265 5.4). */
function cookieValues(header: string | undefined, name: string): string[] {
  return (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1).replace(/^"(.*)"$/, '$1'))
}
