/** Servers on loopback for tests of outbound requests: TLS, plain HTTP, and plain TCP that says whatever it likes. */
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import type { KeyPair } from './certificates.ts'

export interface LoopbackServer {
  readonly port: number
  stop(): Promise<void>
}

export const tlsServer = (pair: KeyPair, onRequest: RequestListener): Promise<LoopbackServer> =>
  started(createHttpsServer(pair, onRequest))

export const plainServer = (onRequest: RequestListener): Promise<LoopbackServer> =>
  started(createHttpServer(onRequest))

export const tcpServer = (onConnection: (socket: Socket) => void): Promise<LoopbackServer> =>
  started(
    createTcpServer((socket) => {
      socket.on('error', () => undefined)
      onConnection(socket)
    }),
  )

async function started(server: Server): Promise<LoopbackServer> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
