/**
 * One HTTP request to the Kubernetes API: authentication of the kubeconfig, bounded time, answers as JSON or as a
 * stream, refusals as KubeFault. Knows nothing of objects.
 */
import { Buffer } from 'node:buffer'
import type { RequestOptions } from 'node:https'
import type { ConnectionOptions } from 'node:tls'
import type { KubeConfig } from '@kubernetes/client-node'
import { Agent, type Dispatcher, ProxyAgent, request as send } from 'undici'
import { unlessAborted } from '../../common/abort.ts'
import { SettingsFault } from '../../common/fault.ts'
import { KubeFault } from './client.ts'
import { faultOfAnswer } from './status.ts'

interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path as `pathOf` makes it. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
  /** Default application/json. */
  readonly contentType?: string
  /** How long the answer, body included, may take. For streams: how long its head may take. Default 15 s. */
  readonly timeoutMs?: number
  /** Ends the request early. */
  readonly signal?: AbortSignal
}

export interface ApiTransport {
  /** The answer's JSON. Throws KubeFault for everything but a 2xx. */
  json(request: ApiRequest): Promise<unknown>
  /** The answer's body, chunk by chunk, until it ends or the request's signal aborts. */
  stream(request: ApiRequest & { readonly signal: AbortSignal }): Promise<AsyncIterable<Uint8Array>>
  /** Closes idle connections; what is under way ends with a fault. */
  close(): Promise<void>
}

const defaultTimeoutMs = 15_000

/** Requests to the current cluster of a kubeconfig. Throws SettingsFault when the kubeconfig names none. */
export function apiTransport(config: KubeConfig): ApiTransport {
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw new SettingsFault(['the kubeconfig names no current cluster'])
  // In a pod the address comes from the environment; client-node writes it without a look.
  if (URL.parse(cluster.server) === null) {
    throw new SettingsFault([
      `no Kubernetes API server at ${cluster.server}: neither a kubeconfig nor a pod's environment`,
    ])
  }
  if (cluster.proxyUrl?.startsWith('socks')) {
    throw new SettingsFault(['the kubeconfig names a SOCKS proxy; only http and https proxies are supported'])
  }
  return new UndiciTransport(config, cluster.server.replace(/\/+$/, ''))
}

class UndiciTransport implements ApiTransport {
  readonly #config: KubeConfig
  readonly #server: string
  /** Made anew only when certificates change; each dispatcher has its own connections. */
  #dispatcher: { readonly madeFrom: string; readonly dispatcher: Dispatcher } | undefined

  constructor(config: KubeConfig, server: string) {
    this.#config = config
    this.#server = server
  }

  async json(request: ApiRequest): Promise<unknown> {
    const doing = describe(request)
    const deadline = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs)
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal])
    try {
      const response = await this.#send(request, signal)
      const text = await response.body.text()
      if (!isSuccess(response)) throw faultOfAnswer(doing, { response, text })
      return JSON.parse(text)
    } catch (cause) {
      throw asFault(doing, cause)
    }
  }

  async stream(request: ApiRequest & { readonly signal: AbortSignal }): Promise<AsyncIterable<Uint8Array>> {
    const doing = describe(request)
    // The deadline covers the head only; a watch is meant to last.
    const late = new AbortController()
    const timer = setTimeout(
      () => late.abort(new Error('no answer in time')),
      request.timeoutMs ?? defaultTimeoutMs,
    )
    try {
      const response = await this.#send(request, AbortSignal.any([late.signal, request.signal]))
      if (!isSuccess(response)) throw faultOfAnswer(doing, { response, text: await response.body.text() })
      return bodyOf(doing, response.body)
    } catch (cause) {
      throw asFault(doing, cause)
    } finally {
      clearTimeout(timer)
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher?.dispatcher.destroy()
    this.#dispatcher = undefined
  }

  /** Sends the request; once more after a 401, since a token may have been replaced at that moment. */
  async #send(request: ApiRequest, signal: AbortSignal): Promise<Answer> {
    const response = await this.#sendOnce(request, signal)
    if (response.statusCode !== 401) return response
    await response.body.dump()
    return this.#sendOnce(request, signal)
  }

  async #sendOnce(request: ApiRequest, signal: AbortSignal): Promise<Answer> {
    const credentials: RequestOptions = {}
    await this.#config.applyToHTTPSOptions(credentials)
    const answer = send(`${this.#server}${request.path}${queryText(request.query)}`, {
      method: request.method,
      headers: {
        ...authorization(credentials),
        accept: 'application/json',
        'user-agent': 'caspool-operator',
        ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      dispatcher: this.#dispatcherFor(credentials),
      signal,
    })
    // While a connection is being made, undici does not hear the signal.
    return unlessAborted(answer, signal)
  }

  /**
   * client-node makes a dispatcher, and with it a new connection, for each call; this keeps one for as long as the
   * certificates stay the same.
   */
  #dispatcherFor(credentials: RequestOptions): Dispatcher {
    const tls = tlsMaterial(credentials)
    const madeFrom = JSON.stringify(tls)
    if (this.#dispatcher?.madeFrom === madeFrom) return this.#dispatcher.dispatcher
    // Requests under way keep the old one until they end.
    void this.#dispatcher?.dispatcher.close()
    const dispatcher = makeDispatcher(this.#config.getCurrentCluster()?.proxyUrl, tls)
    this.#dispatcher = { madeFrom, dispatcher }
    return dispatcher
  }
}

type Answer = Dispatcher.ResponseData

/** Redirects are not followed: one would carry the credentials elsewhere. */
const isSuccess = ({ statusCode }: Answer): boolean => statusCode >= 200 && statusCode < 300

function makeDispatcher(proxyUrl: string | undefined, tls: TlsMaterial): Dispatcher {
  // No limits of undici's own: a quiet watch would end by them. HTTP/1.1, one connection per watch: a stalled
  // connection then stalls one watch only.
  const limits = { allowH2: false, headersTimeout: 0, bodyTimeout: 0 }
  const connect = { ...tls, timeout: 5_000, keepAlive: true, keepAliveInitialDelay: 30_000 }
  return proxyUrl === undefined
    ? new Agent({ ...limits, connect })
    : new ProxyAgent({ ...limits, uri: proxyUrl, requestTls: connect })
}

const tlsFields = ['ca', 'cert', 'key', 'pfx', 'passphrase', 'rejectUnauthorized', 'servername'] as const

/** Certificates and keys by which a connection is made. */
type TlsMaterial = Pick<ConnectionOptions, (typeof tlsFields)[number]>

function tlsMaterial(credentials: RequestOptions): TlsMaterial {
  const present = tlsFields.filter((field) => credentials[field] !== undefined)
  return Object.fromEntries(present.map((field) => [field, credentials[field]]))
}

function authorization(credentials: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(credentials.headers ?? {})) headers[name] = String(value)
  if (typeof credentials.auth === 'string') {
    headers['Authorization'] = `Basic ${Buffer.from(credentials.auth).toString('base64')}`
  }
  return headers
}

async function* bodyOf(doing: string, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    throw asFault(doing, cause)
  }
}

function asFault(doing: string, cause: unknown): KubeFault {
  return cause instanceof KubeFault ? cause : new KubeFault(doing, { kind: 'unavailable', cause })
}

function queryText(query: ApiRequest['query'] = {}): string {
  const entries = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries)}`
}

const describe = (request: ApiRequest): string => `${request.method} ${request.path}`
