// Free TCP ports of the loopback interface.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** Ports that were free a moment ago, all different. Another process may still take one before it is used. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new TypeError('not a TCP server')
    return address.port
  })
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

/** Whether something accepts connections on a port of 127.0.0.1. */
export function acceptsConnections(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  const answer = (accepted: boolean) => {
    socket.destroy()
    resolve(accepted)
  }
  socket.once('connect', () => answer(true)).once('error', () => answer(false))
  return promise
}

/** Asks until the answer is neither false nor undefined. Throws when that takes longer than `withinMs`. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | false | undefined>,
  { withinMs = 60_000, everyMs = 50 } = {},
): Promise<T> {
  const deadline = performance.now() + withinMs
  while (performance.now() < deadline) {
    const answer = await ask()
    if (answer !== false && answer !== undefined) return answer
    await delay(everyMs)
  }
  throw new Error(`${what}: not within ${withinMs / 1000} s`)
}
