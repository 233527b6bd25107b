import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { untilReady } from './readiness.ts'

let server: Server
let port: number
beforeAll(async () => {
  server = createServer((request, response) => {
    response
      .writeHead(503)
      .end(request.url === '/knows' ? '{"problem":"users.yaml is gone"}' : '{"ready":false}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => void server.close())

const backend = (name: string, path: string) => ({
  name,
  origin: '',
  readyUrl: `http://127.0.0.1:${port}${path}`,
})
const process = (name: string, words: string) => ({
  name,
  logFile: `/logs/${name}.log`,
  lastWords: async () => words,
})

it('of each server that does not become ready its own problem is said, or else what its log ends in', async () => {
  const starting = {
    balancer: { ready: () => ['server-2'] },
    backends: ['/knows', '/silent', '/ready', '/mute'].map((path, i) => backend(`server-${i}`, path)),
    processes: ['listening', 'registry not loaded: bad _id', 'listening', ''].map((words, i) =>
      process(`server-${i}`, words),
    ),
  }
  await expect(untilReady(starting, 0)).rejects.toThrow(
    'only 1 of 4 servers became ready:\n' +
      '  server-0: users.yaml is gone (/logs/server-0.log)\n' +
      '  server-1: registry not loaded: bad _id (/logs/server-1.log)\n' +
      '  server-3: says nothing (/logs/server-3.log)',
  )
})

it('all that are ready are waited for no longer', async () => {
  const starting = {
    balancer: { ready: () => ['server-0'] },
    backends: [backend('server-0', '/')],
    processes: [],
  }
  await expect(untilReady(starting, 0)).resolves.toBeUndefined()
})
