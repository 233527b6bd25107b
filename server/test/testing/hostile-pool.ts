/** Two servers for people with bad intentions, with a browser that is signed in; each request at the other server. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { definition } from '../../cas/testing/samples.ts'
import { type Answer, type Browser, ticketIn } from './browser.ts'
import { type RawRequest, roundRobin } from './http-client.ts'
import { type Pool, type PoolOptions, startPool } from './pool.ts'

export const casuser = { username: 'casuser', password: 'Mellon' }
export const service = 'https://app.example.org/'
export const properties = {
  'caspool.rest.enabled': 'true',
  'cas.logout.follow-service-redirects': 'true',
}

export interface HostilePool {
  readonly pool: Pool
  /** Signed in as casuser. */
  readonly browser: Browser
  /** The value of its TGC. */
  readonly tgt: string
  call(path: string, request?: RawRequest): Promise<Answer>
  /** A fresh ticket out of that session. */
  ticket(url?: string): Promise<string>
  /** The body that a validation answers. */
  validate(query: Readonly<Record<string, string>>, path?: string): Promise<string>
}

/** By default for everything below https://app.example.org, REST protocol on, redirects after logout followed. */
export async function startHostilePool(options: PoolOptions = {}): Promise<HostilePool> {
  const pool = await startPool({
    servers: 2,
    services: [definition()],
    serverUrl: 'https://sso.example.org/cas',
    ...options,
    properties: { ...properties, ...options.properties },
  })
  await Promise.all(pool.servers.map(({ loaded }) => loaded))
  const browser = pool.browser(0)
  await browser.signIn(casuser)
  const call = roundRobin(() => pool)
  return {
    pool,
    browser,
    tgt: browser.cookie('TGC') ?? '',
    call,
    ticket: async (url = service) => ticketIn(await browser.get('/login', { service: url })),
    validate: async (query, path = '/serviceValidate') =>
      (await call(`${path}?${new URLSearchParams(query)}`)).body,
  }
}

/** A request line as it is, dots and escapes included, which `fetch` would write anew. Its status and body. */
export async function sendRaw(
  base: string,
  line: { readonly method?: string; readonly path: string },
): Promise<{ readonly status: number; readonly body: string }> {
  const { hostname, port, pathname } = new URL(base)
  const { method = 'GET', path } = line
  const asked = request({ hostname, port, method, path: `${pathname}${path}`, agent: false }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, body: await text(response) }
}

/** The code of a failure document. */
export const codeOf = (body: string): string | undefined => /Failure code="([A-Z_]+)"/.exec(body)?.[1]
