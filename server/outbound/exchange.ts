/**
 * One HTTP request to addresses that were judged before: the name is not resolved again, so that it cannot point
 * elsewhere by then (DNS rebinding). No redirect is followed, no proxy of the environment is used, nothing is kept
 * alive.
 */
import {
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { ResolvedAddress } from './resolve.ts'
import type { OutboundTarget } from './target.ts'

export interface Exchange {
  readonly target: OutboundTarget
  /** At least one; tried in this order. */
  readonly addresses: readonly ResolvedAddress[]
  readonly method: 'GET' | 'POST'
  /** Of a form. */
  readonly body?: string
}

export interface ExchangeLimits {
  /** TCP and TLS. */
  readonly connectMs: number
  /** From the connection to the end of the headers. */
  readonly headersMs: number
  /** The status is known by then; so long its body may still come, to be dropped. */
  readonly bodyMs: number
  readonly maxHeaderBytes: number
  readonly maxBodyBytes: number
}

export const defaultExchangeLimits: ExchangeLimits = {
  connectMs: 3_000,
  headersMs: 7_000,
  bodyMs: 1_000,
  maxHeaderBytes: 16 * 1024,
  maxBodyBytes: 64 * 1024,
}

interface Wire {
  readonly secureContext: SecureContext
  readonly limits: ExchangeLimits
  /** Of the whole request. */
  readonly signal: AbortSignal
}

/** The status of the answer. Rejects with the reason when there is none. */
export async function exchange(wanted: Exchange, wire: Wire): Promise<number> {
  const { target, body } = wanted
  const send = target.isHttps ? requestHttps : requestHttp
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const request = send(requestOptions(wanted, wire))
  const watch = new Stopwatch()
  const giveUp = (what: string) => () => request.destroy(new Error(what))
  watch.limit(wire.limits.connectMs, giveUp('no connection in time'))
  request.on('socket', (socket: Socket) => {
    socket.once(target.isHttps ? 'secureConnect' : 'connect', () => {
      watch.limit(wire.limits.headersMs, giveUp('no answer in time'))
    })
  })
  request.on('response', (response) => {
    // From here on the status is the outcome, whatever becomes of the body.
    request.on('error', () => undefined).off('error', reject)
    watch.limit(wire.limits.bodyMs, () => response.destroy())
    void dropBody(response, wire.limits.maxBodyBytes).then(() => resolve(response.statusCode ?? 0))
  })
  // "101 Switching Protocols": nobody here speaks another one, and what it leaves behind reports no end of its own.
  request.on('upgrade', (response, socket) => {
    socket.destroy()
    resolve(response.statusCode ?? 0)
  })
  request.on('error', reject)
  // Whatever a request of Node's comes to, a place among the calls of this server is held no longer than allowed.
  const onAbort = (): void => reject(new Error('took too long'))
  wire.signal.addEventListener('abort', onAbort, { once: true })
  request.on('response', () => wire.signal.removeEventListener('abort', onAbort))
  request.end(body)
  try {
    return await promise
  } finally {
    wire.signal.removeEventListener('abort', onAbort)
    watch.stop()
    request.destroy()
  }
}

function requestOptions({ target, addresses, method, body }: Exchange, wire: Wire): RequestOptions {
  const { host, port, path, isHttps } = target
  return {
    host,
    port,
    path,
    method,
    headers: {
      'User-Agent': 'caspool',
      Accept: '*/*',
      ...(body !== undefined && {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Content-Length': Buffer.byteLength(body),
      }),
    },
    lookup: pinned(addresses),
    maxHeaderSize: wire.limits.maxHeaderBytes,
    signal: wire.signal,
    // Agents of their own: the global ones may be told by the environment to use a proxy.
    agent: isHttps ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false }),
    ...(isHttps && {
      secureContext: wire.secureContext,
      // NODE_TLS_REJECT_UNAUTHORIZED must not be able to switch this off.
      rejectUnauthorized: true,
      servername: isIP(host) === 0 ? host : '',
    }),
  }
}

/** Answers the question for the name with the addresses that were judged, whatever a resolver says by now. */
const pinned =
  (addresses: readonly ResolvedAddress[]): LookupFunction =>
  (_host, options, callback) => {
    const [first] = addresses
    if (options.all === true) callback(null, [...addresses])
    else if (first === undefined) callback(new Error('no address'), '')
    else callback(null, first.address, first.family)
  }

/** Reads on to the end of the body, for the other side's sake, but not for long and not much. Never rejects. */
function dropBody(response: IncomingMessage, maxBytes: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) response.destroy()
  })
  response.on('error', () => resolve())
  response.on('close', () => resolve())
  return promise
}

/** One running limit at a time. */
class Stopwatch {
  #timer: NodeJS.Timeout | undefined

  limit(ms: number, onTimeout: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(onTimeout, ms)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
