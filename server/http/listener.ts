/** A listening HTTP server that can be drained: it stops taking connections and lets what runs finish. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Listener {
  readonly port: number
  /** Stops listening, closes idle connections, and resolves when the last answer is out or `deadlineMs` passed. */
  close(deadlineMs: number): Promise<void>
}

/** Longer than load balancers keep theirs (60 s and less): the side that reuses a connection must not lose the race. */
const keepAliveMs = 75_000
const requestMs = 30_000

/** Listens on `host` and `port` (0: any free one). Rejects when the port is taken. */
export function listen(
  handler: RequestListener,
  address: { readonly host: string; readonly port: number },
): Promise<Listener> {
  const options = { keepAliveTimeout: keepAliveMs, requestTimeout: requestMs, headersTimeout: requestMs }
  const server = createServer(options, handler)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ ...address, exclusive: false }, () => {
      server.off('error', reject)
      resolve({ port: (server.address() as AddressInfo).port, close: (deadlineMs) => close(deadlineMs) })
    })
  })

  function close(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), deadlineMs)
      server.close(() => {
        clearTimeout(timer)
        resolve()
      })
      server.closeIdleConnections()
    })
  }
}
