/**
 * The pool's one address: HTTP to whichever server is ready, in turn. A request is sent to another server only when
 * the first one refused the connection, so that it surely was not seen there: a validation that was seen has spent
 * its ticket. What fails later is answered with 502 and left to the client.
 */
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { Readable } from 'node:stream'
import { createProxyServer, type ProxyServer } from 'http-proxy-3'
import type { TlsFiles } from './address.ts'

export interface Backend {
  readonly name: string
  readonly origin: string
  /** Full URL of its readiness probe. */
  readonly readyUrl: string
}

export interface Balancer {
  /** Names of the servers that are ready, as of the last probe. */
  ready(): readonly string[]
  stop(): Promise<void>
}

/** Bodies are kept for a second try up to this many bytes; CAS forms are far smaller. */
const bodyLimitBytes = 1024 * 1024
const probeEveryMs = 250
const probeTimeoutMs = 1000

/**
 * Listens on 127.0.0.1:`port`, for https with `tls`. Rejects with the listener's error (EADDRINUSE) when it cannot,
 * and with OpenSSL's when certificate and key are none.
 */
export async function startBalancer(
  port: number,
  backends: readonly Backend[],
  tls?: TlsFiles,
): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const proxy = createProxyServer({ agent, xfwd: true })
  const readyNames = new Set<string>()
  const turn = roundRobin(backends, readyNames)
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    forward({ proxy, turn, request, response }).catch(() =>
      refuse(response, 502, 'The server did not answer.'),
    )
  }
  const server = tls === undefined ? createServer(answer) : createTlsServer({ ...tls }, answer)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const health = watchHealth(backends, readyNames)
  return {
    ready: () => [...readyNames],
    async stop() {
      health.stop()
      await closeServer(server)
      proxy.close()
      agent.destroy()
    },
  }
}

interface Exchange {
  readonly proxy: ProxyServer
  readonly turn: () => readonly Backend[]
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function forward({ proxy, turn, request, response }: Exchange): Promise<void> {
  const body = await readBody(request)
  if (body === 'tooLarge') return refuse(response, 413, 'The request is too large.')
  frameAnew(request, body)
  for (const backend of turn()) {
    const outcome = await send(proxy, { request, response, body, target: backend.origin })
    if (outcome === 'answered') return
    if (outcome === 'failed') return refuse(response, 502, 'The server did not answer.')
  }
  refuse(response, 503, 'No server of the pool is ready.')
}

/**
 * The body was read as a whole and goes on with its length. The proxy would otherwise send some chunked bodies behind
 * a length of 0: the rest would be the next request of a connection that others share.
 */
function frameAnew(request: IncomingMessage, body: Buffer): void {
  const hadBody =
    request.headers['transfer-encoding'] !== undefined || request.headers['content-length'] !== undefined
  delete request.headers['transfer-encoding']
  delete request.headers['content-length']
  if (hadBody) request.headers['content-length'] = String(body.length)
}

/** 'refused' means: not connected, so nothing was sent. */
function send(
  proxy: ProxyServer,
  {
    request,
    response,
    body,
    target,
  }: { request: IncomingMessage; response: ServerResponse; body: Buffer; target: string },
): Promise<'answered' | 'refused' | 'failed'> {
  return new Promise((resolve) => {
    response.once('close', () => resolve('answered'))
    proxy.web(
      request,
      response,
      { target, buffer: Readable.from(body.length === 0 ? [] : [body]) },
      (error) => {
        resolve((error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'refused' : 'failed')
      },
    )
  })
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'tooLarge'> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > bodyLimitBytes) return 'tooLarge'
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const retry = status === 503 ? { 'retry-after': '1' } : {}
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...retry }).end(`${sentence}\n`)
}

/** All backends, the ready ones first, starting one further at each call. */
function roundRobin(backends: readonly Backend[], readyNames: ReadonlySet<string>): () => readonly Backend[] {
  let next = 0
  return () => {
    const up = backends.filter((backend) => readyNames.has(backend.name))
    next += 1
    return up.map((_, i) => up[(next + i) % up.length]).filter((backend) => backend !== undefined)
  }
}

/** Probes each backend and keeps the names of the ready ones. */
function watchHealth(backends: readonly Backend[], readyNames: Set<string>): { stop(): void } {
  const probe = async (backend: Backend): Promise<void> => {
    const isReady = await fetch(backend.readyUrl, { signal: AbortSignal.timeout(probeTimeoutMs) })
      .then((answer) => answer.ok)
      .catch(() => false)
    if (isReady) readyNames.add(backend.name)
    else readyNames.delete(backend.name)
  }
  const timers = backends.map((backend) => {
    let running = false
    return setInterval(() => {
      if (running) return
      running = true
      void probe(backend).finally(() => {
        running = false
      })
    }, probeEveryMs)
  })
  return {
    stop() {
      for (const timer of timers) clearInterval(timer)
    },
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const killer = setTimeout(() => server.closeAllConnections(), 2000)
  await closed.finally(() => clearTimeout(killer))
}
