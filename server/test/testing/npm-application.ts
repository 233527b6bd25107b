/**
 * An application behind http-cas-client, in a process of its own: the package keeps timers that never end. Started with
 * JSON {cas, key, cert}; sends its parent the port of its pages once it listens.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import httpCasClient from 'http-cas-client'

/** What the package hangs on a request, which its types do not tell. */
type Known = IncomingMessage & {
  readonly principal?: unknown
  readonly ticket: { request(url: string): Promise<{ readonly data: unknown }> }
}
type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

const { cas, key, cert } = JSON.parse(process.argv[2] ?? '{}')
let handler: Handler | undefined

const portOf = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
const answer = (request: IncomingMessage, response: ServerResponse): void => {
  serve(request as Known, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
}

/** Any page tells who is signed in; `?proxy=URL` what that address answers to a proxy ticket. */
async function serve(request: Known, response: ServerResponse): Promise<void> {
  if (!(await handler?.(request, response))) return void response.end()
  const target = new URL(request.url ?? '/', 'http://localhost').searchParams.get('proxy')
  const data = target === null ? undefined : (await request.ticket.request(target)).data
  response.end(JSON.stringify({ principal: request.principal, data }))
}

const port = await portOf(createServer(answer))
const callbackPort = await portOf(createTlsServer({ key, cert }, answer))
handler = httpCasClient({
  cas: 3,
  casServerUrlPrefix: cas,
  serverName: `http://localhost:${port}`,
  client: { proxy: { callbackUrl: `https://localhost:${callbackPort}/callback`, receptorUrl: '/callback' } },
} as Parameters<typeof httpCasClient>[0]) as unknown as Handler
process.send?.(port)
