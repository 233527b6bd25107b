/** A TCP proxy on loopback that tests break in the ways networks break. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** Connections that were accepted so far. */
  connections(): number
  /** Sends a RST to every open connection. */
  reset(): void
  /** Nothing passes any more in either direction, on connections open now and new ones; nobody is told. */
  stall(): void
  /** As `stall`, for the connections that are open now; new ones work. */
  stallOpen(): void
  /** Lets everything pass again; what was open while stalled is reset. */
  heal(): void
  stop(): Promise<void>
}

interface Pair {
  readonly near: Socket
  readonly far: Socket
}

/** Starts a proxy to a port of 127.0.0.1. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  let isStalled = false
  let accepted = 0
  const server = createServer((near) => {
    accepted += 1
    const far = connect(targetPort, '127.0.0.1')
    const pair = { near, far }
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
    if (!isStalled) join(pair)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const reset = () => {
    for (const { near, far } of pairs) {
      near.resetAndDestroy()
      far.destroy()
    }
  }
  const stallOpen = () => {
    for (const pair of pairs) separate(pair)
  }
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => accepted,
    reset,
    stall: () => {
      isStalled = true
      stallOpen()
    },
    stallOpen,
    heal: () => {
      isStalled = false
      reset()
    },
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      reset()
      await closed
    },
  }
}

function join({ near, far }: Pair): void {
  near.pipe(far)
  far.pipe(near)
}

function separate({ near, far }: Pair): void {
  for (const socket of [near, far]) socket.unpipe().pause()
}
