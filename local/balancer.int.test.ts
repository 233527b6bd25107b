/** The pool's address over real connections. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { freePorts, until } from '../tools/system/ports.ts'
import { type Balancer, startBalancer } from './balancer.ts'

let backend: Server
let balancer: Balancer
let port: number
const seen: string[] = []

beforeAll(async () => {
  const [own = 0, free = 0, unused = 0] = await freePorts(3)
  port = own
  backend = createServer((request, response) => {
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
    })
    request.on('end', () => {
      if (request.url !== '/readyz') seen.push(`${request.method} ${request.url} ${length}`)
      response.end('ok')
    })
  }).listen(free, '127.0.0.1')
  await once(backend, 'listening')
  const origin = `http://127.0.0.1:${free}`
  // The second one refuses connections but is probed as if it were ready.
  balancer = await startBalancer(port, [
    { name: 'a', origin, readyUrl: `${origin}/readyz` },
    { name: 'gone', origin: `http://127.0.0.1:${unused}`, readyUrl: `${origin}/readyz` },
  ])
  await until('both are taken for ready', async () => balancer.ready().length === 2)
})
afterAll(async () => {
  await balancer.stop()
  backend.closeAllConnections()
  backend.close()
})

it.each(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'])(
  'passes a chunked body of %s on as a body, never as a request of its own',
  async (method) => {
    seen.length = 0
    const inner = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
    const chunk = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`
    await exchange(
      `${method} /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    )
    expect(seen).toEqual([`${method} /a ${inner.length}`])
  },
)

it('asks another server when the first one refuses the connection, with the whole body', async () => {
  seen.length = 0
  for (let turn = 0; turn < 4; turn++) {
    const answer = await fetch(`http://127.0.0.1:${port}/form`, { method: 'POST', body: 'a=1' })
    expect(answer.status).toBe(200)
  }
  expect(seen).toEqual(Array.from({ length: 4 }, () => 'POST /form 3'))
})

it('refuses a body that no form of ours has', async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/form`, {
    method: 'POST',
    body: 'x'.repeat(1024 * 1024 + 1),
  })
  expect(answer.status).toBe(413)
})

/** Sends text over a connection of its own and resolves when the other side has closed it. */
async function exchange(text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1', () => socket.write(text))
  socket.resume()
  await once(socket, 'close')
}
