/** A listening HTTP server that can be drained: it stops taking connections and lets what runs finish. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serverEnv } from '../../common/contract.ts'
import { Fault, reasonOf } from '../../common/fault.ts'

export interface Listener {
  readonly port: number
  /** Stops listening, closes idle connections, and resolves when the last answer is out or `deadlineMs` passed. */
  close(deadlineMs: number): Promise<void>
}

/** Where to listen, and the setting that says so. */
export interface ListenAddress {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Environment variable of the port. */
  readonly setting: string
}

/** An address that cannot be listened on. The message names what to set. */
export class ListenFault extends Fault {
  constructor({ host, port, setting }: ListenAddress, cause: unknown) {
    const code = Error.isError(cause) && 'code' in cause ? cause.code : undefined
    super(`cannot listen on ${host}, port ${port}: ${listenAdvice(code, setting) ?? reasonOf(cause)}`, {
      code: 'LISTEN_REFUSED',
      retryable: false,
    })
  }
}

function listenAdvice(code: unknown, setting: string): string | undefined {
  if (code === 'EADDRINUSE')
    return `the port is in use; end what listens there, or set ${setting} to another port`
  if (code === 'EACCES') return `this user may not use the port; set ${setting} to one from 1024 on`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `this machine has no such address; set ${serverEnv.listenHost} to one of its own`
  }
  return undefined
}

/** Longer than load balancers keep theirs (60 s and less): the side that reuses a connection must not lose the race. */
const keepAliveMs = 75_000
const requestMs = 30_000

/** Rejects with ListenFault when the port is taken, or the address is none of this machine's. */
export function listen(handler: RequestListener, address: ListenAddress): Promise<Listener> {
  const options = { keepAliveTimeout: keepAliveMs, requestTimeout: requestMs, headersTimeout: requestMs }
  const server = createServer(options, handler)
  return new Promise((resolve, reject) => {
    const refused = (error: Error): void => reject(new ListenFault(address, error))
    const { host, port } = address
    server.once('error', refused)
    server.listen({ host, port, exclusive: false }, () => {
      server.off('error', refused)
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
