/**
 * PORT of requests that this server makes to addresses which others chose: proxy callbacks and logout messages. It
 * is the only way out of a server, so that what may be reached is decided in one place.
 */

export interface OutboundOptions {
  /** Of the whole request: name, connection, TLS, headers and body. Default: the client's own, 10 s. */
  readonly timeoutMs?: number
  /** Take plain http, too. Default: https only, as proxy callbacks demand (CAS 2.5.4). */
  readonly allowHttp?: boolean
}

export type OutboundOutcome =
  /** Some status came, also 404 or 302: redirects are never followed. The body was read up to a cap and dropped. */
  | { readonly kind: 'answered'; readonly status: number }
  /** Nothing was sent: the URL is not one that may be called. Trying again does not help. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Tried in vain: no address, no connection, a certificate that is not trusted, too slow, too busy. */
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * Never throws and always ends within the time limit. No reason holds the URL's query, and nothing is logged:
 * queries and forms carry tickets.
 */
export interface OutboundClient {
  get(url: string, options?: OutboundOptions): Promise<OutboundOutcome>
  /** Posts `form` as `application/x-www-form-urlencoded`. */
  post(
    url: string,
    form: Readonly<Record<string, string>>,
    options?: OutboundOptions,
  ): Promise<OutboundOutcome>
}
