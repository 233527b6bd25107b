/** An application that listens on loopback and notes the logout messages that it gets. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sessionIndexOf } from '../../slo/testing/applications.ts'

interface LogoutPost {
  readonly path: string
  readonly type: string | undefined
  readonly body: string
  readonly xml: string
}

export interface Application {
  /** Origin. */
  readonly url: string
  readonly posts: readonly LogoutPost[]
  /** Tickets of the sessions that it was told to end. */
  tickets(): string[]
  stop(): Promise<void>
}

export async function startApplication(port = 0): Promise<Application> {
  const posts: LogoutPost[] = []
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    if (request.method === 'POST') {
      const xml = new URLSearchParams(body).get('logoutRequest') ?? ''
      posts.push({ path: request.url ?? '', type: request.headers['content-type'], body, xml })
    }
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    tickets: () => posts.map(({ xml }) => sessionIndexOf(xml)),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += chunk
  return body
}
