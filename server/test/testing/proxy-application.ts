/** Applications that proxy: each has a callback of its own on loopback, over real TLS, and keeps what it is sent. */
import { parseOutboundAllowEntry } from '../../../common/outbound-allow.ts'
import { guardedClient } from '../../outbound/guarded-client.ts'
import { type KeyPair, testAuthority } from '../../outbound/testing/certificates.ts'
import { tlsServer } from '../../outbound/testing/servers.ts'

export interface ProxyApplication {
  /** Its `pgtUrl`. */
  readonly callback: string
  /** Path and query of every request to the callback. */
  readonly requests: readonly string[]
  /** The proxy-granting ticket that came with this IOU. */
  pgtOf(iou: string): string
  stop(): Promise<void>
}

export interface ProxyField {
  /** Calls these applications, and nothing else that is not public. */
  readonly outbound: ReturnType<typeof guardedClient>
  /** What a callback on `localhost` proves itself with. */
  readonly pair: KeyPair
  application(path?: string, options?: Partial<CallbackOptions>): Promise<ProxyApplication>
  stop(): Promise<void>
}

interface CallbackOptions {
  /** What the callback answers. */
  readonly status: number
  readonly pair: KeyPair
  /** Done before it answers. */
  readonly before: () => Promise<unknown>
}

/** A network of applications under one authority that the servers trust. */
export function proxyField(): ProxyField {
  const authority = testAuthority()
  const trusted = authority.issue('DNS:localhost')
  const running: ProxyApplication[] = []
  return {
    pair: trusted,
    outbound: guardedClient({
      allow: [parseOutboundAllowEntry('localhost')],
      trustedCAs: [authority.cert],
    }),
    application: async (path = '/callback', options = {}) => {
      const usual: CallbackOptions = { status: 200, pair: trusted, before: async () => undefined }
      const application = await startApplication(path, { ...usual, ...options })
      running.push(application)
      return application
    },
    stop: async () => {
      await Promise.all(running.map((application) => application.stop()))
    },
  }
}

async function startApplication(
  path: string,
  { status, pair, before }: CallbackOptions,
): Promise<ProxyApplication> {
  const requests: string[] = []
  const tickets = new Map<string, string>()
  const server = await tlsServer(pair, async (request, response) => {
    requests.push(request.url ?? '')
    const query = new URL(request.url ?? '/', 'https://localhost').searchParams
    const [iou, pgt] = [query.get('pgtIou'), query.get('pgtId')]
    if (iou !== null && pgt !== null) tickets.set(iou, pgt)
    await before()
    response.writeHead(status, { Location: 'http://169.254.169.254/' }).end('thank you')
  })
  return {
    callback: `https://localhost:${server.port}${path}`,
    requests,
    pgtOf(iou) {
      const pgt = tickets.get(iou)
      if (pgt === undefined) throw new Error(`no proxy-granting ticket came with ${iou}`)
      return pgt
    },
    stop: () => server.stop(),
  }
}

/** The text of the one element of this name (`cas:` aside). */
export function elementIn(body: string, name: string): string {
  const [, text, ...others] = body.split(new RegExp(`</?cas:${name}>`))
  if (text === undefined || others.length !== 1) throw new Error(`no single ${name} in ${body}`)
  return text
}

/** The proxies of a validation, in their order. */
export const proxiesIn = (body: string): string[] =>
  [...body.matchAll(/<cas:proxy>([^<]*)<\/cas:proxy>/g)].map(([, url = '']) => url)
