/**
 * A URL of a request as logs may show it: which application it was, and nothing that opens something. A query may hold
 * tickets and tokens, the part before a host a password, and a path the session of a servlet container.
 */
import { shortText } from '../../common/documents/short-text.ts'

const maxShownLength = 200

/** Without query, fragment, user and session id; characters that move or hide text are escaped. Pure. */
export function shownUrl(url: string): string {
  const place = url
    .replace(/[?#].*/s, '')
    .replace(/^([a-z][a-z0-9+.-]*:)?([\\/]*)[^\\/]*@/i, '$1$2')
    .replace(/;[^/;=]*=[^/;]*/g, '')
  return shortText(place, maxShownLength).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped)
}

const escaped = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`
