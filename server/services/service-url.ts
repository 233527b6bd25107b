/**
 * A service URL that every reader takes for the same place. What RFC 3986 and the URL standard of browsers read
 * differently (backslashes, user names, numbers for hosts, dot segments, white space) belongs to no service: the
 * pattern would be compared with one place and the ticket sent to another.
 */

export interface ServiceUrl {
  /** As given. */
  readonly text: string
  readonly scheme: 'http' | 'https'
  /** Lower case. */
  readonly host: string
  /** Digits as given; '' when there are none. */
  readonly port: string
  /** Path, query and fragment, ASCII letters lowered. */
  readonly rest: string
  /** Everything behind `://`, ASCII letters lowered. */
  readonly behindScheme: string
}

/** Longest URL that is looked at, in characters. */
const maxUrlLength = 2048

const form = /^(https?):\/\/((\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(0|[1-9][0-9]{0,4}))?((?:[/?#].*)?))$/
/** A blank within is clear: Apache's and Java's clients send paths and queries decoded, and no browser cuts it off. */
const unclear = /[\p{Cc}\p{Cs}\\]|[^\S ]| $/u
const dotSegment = /\/(?:\.|%2e){1,2}(?=[/;]|$)/

/** The URL taken apart, or undefined when it is none that belongs to any service. */
export function readServiceUrl(text: string): ServiceUrl | undefined {
  if (text.length > maxUrlLength || unclear.test(text)) return undefined
  const found = form.exec(asciiLower(text))
  if (found === null) return undefined
  const [, scheme = '', behindScheme = '', host = '', port = '', rest = ''] = found
  if (dotSegment.test(rest.replace(/[?#].*/, ''))) return undefined
  if (!browserAgrees(text, host, port)) return undefined
  return { text, scheme: scheme as 'http' | 'https', host, port, rest, behindScheme }
}

/**
 * Whether a text names a target of proxy tickets that is no web address, nor anything that a browser might take for one.
 * Printable characters only.
 */
export const isTargetName = (text: string): boolean =>
  text.length <= maxUrlLength && !/[\p{Cc}\p{Cs}\s\\]/u.test(text) && !/^https?:|^[/?#]/i.test(text)

/** Hosts such as 127.1, 0x7f.0.0.1 or broken xn-- names are read otherwise, or not at all, by a browser. */
function browserAgrees(text: string, host: string, port: string): boolean {
  const read = URL.parse(text)
  if (read === null || read.hostname !== host || read.username !== '' || read.password !== '') return false
  const defaultPort = read.protocol === 'https:' ? '443' : '80'
  return port === '' || (read.port === '' ? defaultPort : read.port) === port
}

/** Lower case for A to Z only: the Kelvin sign is not a k. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
