/** A small web application that signs people in with CAS: what anybody would write against the protocol. */
import { once } from 'node:events'
import { createServer } from 'node:http'

export interface SampleApplication {
  readonly url: string
  stop(): Promise<void>
}

/** Listens on a free port of localhost. `pool` is the pool's URL. */
export async function startSampleApplication(pool: string): Promise<SampleApplication> {
  let url = ''
  const server = createServer(async (request, response) => {
    const ticket = new URL(request.url ?? '/', url).searchParams.get('ticket')
    if (ticket === null) {
      response.writeHead(302, { location: `${pool}/login?service=${encodeURIComponent(url)}` }).end()
      return
    }
    const query = new URLSearchParams({ service: url, ticket, format: 'JSON' })
    const answer = (await (await fetch(`${pool}/p3/serviceValidate?${query}`)).json()) as ServiceResponse
    const { authenticationSuccess: success } = answer.serviceResponse
    const text =
      success === undefined ? 'not signed in' : `signed in as ${success.user} <${success.attributes['mail']}>`
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP server')
  url = `http://localhost:${address.port}/`
  return {
    url,
    async stop() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

interface ServiceResponse {
  readonly serviceResponse: {
    readonly authenticationSuccess?: {
      readonly user: string
      readonly attributes: Readonly<Record<string, unknown>>
    }
  }
}
