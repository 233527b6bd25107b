/**
 * Probes and metrics, on a port of their own that no Ingress leads to. Liveness asks nothing and nobody: a database
 * that is away must not restart servers. Readiness says whether this server should get requests.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { probes } from '../../common/contract.ts'
import { contentType, type Metrics } from '../../common/metrics.ts'

export interface Health {
  /** Registry and users were loaded, and the process is not about to end. */
  readonly ready: boolean
  /** Facts for people: what is missing, whether MongoDB is away. */
  readonly [fact: string]: unknown
}

/** Answers probes; `health` is asked at each. */
export function managementHandler(options: {
  readonly health: () => Health
  readonly metrics: Metrics
  /** Brings gauges up to date before they are read. */
  readonly refresh: () => void
}): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.split('?', 1)[0]
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end()
    if (path === probes.live) return send(response, 200, 'alive\n')
    if (path === probes.ready) {
      const health = options.health()
      return sendJson(response, health.ready ? 200 : 503, health)
    }
    if (path === probes.metrics) {
      options.refresh()
      response.writeHead(200, { 'Content-Type': contentType })
      return void response.end(options.metrics.text())
    }
    send(response, 404, 'not found\n')
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(text)
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
  })
  response.end(`${JSON.stringify(body)}\n`)
}
