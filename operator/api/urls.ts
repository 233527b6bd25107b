/** URLs that people write into specs: parsed once, with what to do about each mistake. */

/** What keeps `text` from being an absolute http(s) URL without credentials, or undefined. */
export function httpUrlProblem(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || !/^https?:\/\/[^/]/i.test(text)) {
    return 'must be an absolute URL that begins with https:// or http://'
  }
  if (url.username !== '' || url.password !== '') return 'must not hold credentials'
  return /[\s\\\p{Cc}]/u.test(text) ? 'must not contain blanks or backslashes' : undefined
}

/**
 * What keeps `text` from being the public URL of a pool, or undefined. https, or http on a loopback host; nothing
 * behind the path; no slash at its end, because every other URL of the pool is made by appending to it.
 */
export function serverUrlProblem(text: string): string | undefined {
  const problem = httpUrlProblem(text)
  if (problem !== undefined) return `${problem}, for example https://sso.example.org/cas`
  const url = new URL(text)
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return 'must be https; http is for loopback hosts (localhost, 127.0.0.1) only'
  }
  if (/[?#@]/.test(text)) return 'must have no query, no fragment and no credentials'
  if (text.endsWith('/')) return 'must not end in a slash: remove it'
  // What the parser would rewrite (case, default port, dot segments) is not what browsers send back.
  const written = url.pathname === '/' ? url.origin : `${url.origin}${url.pathname}`
  return written === text ? undefined : `must be written as ${written}`
}

/** Names of the own machine, as the CRD's rule has them. */
function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

/** As an Apereo CAS reads a logout URL: it splits the text at commas. */
export const httpUrlsIn = (text: string): readonly string[] =>
  text.split(',').filter((part) => httpUrlProblem(part.trim()) === undefined)
