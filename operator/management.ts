/** The operator's management port: probes and metrics, nothing else. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { probes } from '../common/contract.ts'
import { contentType, type Metrics } from '../common/metrics.ts'

export interface ManagementOptions {
  /** 0: any free one. */
  readonly port: number
  readonly host: string
  readonly metrics: Metrics
  /** Brings gauges up to date before they are read. */
  readonly refresh: () => void
  /** Why the operator is not ready, or undefined when it is. */
  readonly notReady: () => string | undefined
}

export interface Management {
  readonly port: number
  close(): Promise<void>
}

/** Listens; rejects when the port is taken. */
export async function startManagement(options: ManagementOptions): Promise<Management> {
  const server = createServer((request, response) => answer(request.url ?? '', response, options))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { port, close }
}

function answer(
  url: string,
  response: ServerResponse,
  { metrics, refresh, notReady }: ManagementOptions,
): void {
  const [path] = url.split('?')
  switch (path) {
    case probes.live:
      response.writeHead(200, plain).end('ok\n')
      break
    case probes.ready: {
      const reason = notReady()
      response.writeHead(reason === undefined ? 200 : 503, plain).end(`${reason ?? 'ok'}\n`)
      break
    }
    case probes.metrics:
      refresh()
      response.writeHead(200, { 'content-type': contentType }).end(metrics.text())
      break
    default:
      response.writeHead(404, plain).end('not found\n')
  }
}

const plain = { 'content-type': 'text/plain; charset=utf-8' }
