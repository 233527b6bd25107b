/** What a URL asks to be called, or why it is not called at all. Pure; addresses are judged once they are known. */

export interface OutboundTarget {
  readonly isHttps: boolean
  /** Name or address, lower case, an IPv6 address without brackets. */
  readonly host: string
  readonly port: number
  /** Path and query. */
  readonly path: string
}

export type TargetVerdict =
  | { readonly kind: 'target'; readonly target: OutboundTarget }
  | { readonly kind: 'refused'; readonly reason: string }

/** Longest URL that is called, with what the caller adds. */
const maxUrlLength = 4096

/** The URL as browsers read it, so that 0x7f.1 and 2130706433 are the address that they mean. */
export function outboundTarget(text: string, options: { readonly allowHttp: boolean }): TargetVerdict {
  if (text.length > maxUrlLength) return refused('the URL is too long')
  if (/[\p{Cc}\p{Cs}\s\\]/u.test(text)) return refused('the URL holds white space, backslashes or worse')
  const url = URL.parse(text)
  if (url === null) return refused('not a URL')
  const isHttps = url.protocol === 'https:'
  if (!isHttps && !(options.allowHttp && url.protocol === 'http:')) return refused('not https')
  if (url.username !== '' || url.password !== '') return refused('the URL holds a user name')
  const port = url.port === '' ? (isHttps ? 443 : 80) : Number(url.port)
  // TLS or HTTP spoken to a mail server or an SSH daemon is an attack on it, not a callback.
  if (port < 1024 && port !== 80 && port !== 443) return refused(`port ${port} belongs to another protocol`)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { kind: 'target', target: { isHttps, host, port, path: url.pathname + url.search } }
}

const refused = (reason: string): TargetVerdict => ({ kind: 'refused', reason })
