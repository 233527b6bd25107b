/**
 * What the conformance suite talks to: two servers on one real MongoDB, each request at the other server than the one
 * before, and applications that hear of proxy tickets and logouts.
 */

import { request as httpRequest } from 'node:http'
import type { ServiceDefinition } from '../../../common/documents/service-definition.ts'
import { until } from '../../../tools/system/ports.ts'
import { testDatabase } from '../../../tools/testing/test-database.ts'
import { definition } from '../../cas/testing/samples.ts'
import { type LoopbackServer, plainServer } from '../../outbound/testing/servers.ts'
import { type Answer, Browser, ticketIn } from './browser.ts'
import { roundRobin } from './http-client.ts'
import { startMongoPool } from './mongo-pool.ts'
import { elementIn, type ProxyField, proxyField } from './proxy-application.ts'

export const casuser = { username: 'casuser', password: 'Mellon' }
/** Registered; receives all attributes and may proxy. */
export const service = 'https://app.example.org/start'
/** Registered; signs everybody in anew. */
export const aloneService = 'https://alone.example.org/'
/** Registered; its tickets live for a second. */
export const hurriedService = 'https://hurried.example.org/'
/** Registered, switched off. */
export const closedService = 'https://closed.example.org/'
/** Registered; no web address, so only proxy tickets are for it. */
export const mailService = 'imap:mail.example.org'
export const unregisteredService = 'https://stranger.example.net/'

/** An application on loopback that keeps what is posted to it. */
export interface ListeningApplication {
  readonly service: string
  readonly posts: readonly { readonly type: string; readonly body: string }[]
  stop(): Promise<void>
}

export interface ConformancePool {
  readonly field: ProxyField
  /** Without cookies. */
  readonly ask: ReturnType<typeof roundRobin>
  browser(): Browser
  /** A browser with a session. */
  signedIn(fields?: Readonly<Record<string, string>>): Promise<Browser>
  /** A fresh ticket, granted with the credentials themselves. */
  serviceTicket(url?: string): Promise<string>
  validate(path: string, query: Readonly<Record<string, string>>): Promise<string>
  /** A proxy-granting ticket of the registered service. */
  grantingTicket(): Promise<string>
  proxyTicket(targetService: string): Promise<string>
  application(): Promise<ListeningApplication>
  /** One address for both servers, as a balancer gives it: URL of the CAS endpoints, each request at the other server. */
  readonly front: string
  stop(): Promise<void>
}

const on = (host: string, id: bigint, change: Partial<ServiceDefinition> = {}): ServiceDefinition => ({
  ...definition(),
  id,
  name: host,
  serviceId: `^https://${host.replaceAll('.', '\\.')}(/.*)?$`,
  ...change,
})
const { access } = definition()
const proxy = { kind: 'matching', pattern: 'https://localhost:[0-9]+/callback.*' } as const
const services: readonly ServiceDefinition[] = [
  { ...definition(), proxy },
  on('alone.example.org', 2n, { access: { ...access, ssoEnabled: false } }),
  on('hurried.example.org', 3n, { tickets: { serviceTicketSeconds: 1 } }),
  on('closed.example.org', 4n, { access: { ...access, enabled: false } }),
  on('mail.example.org', 6n, { serviceId: '^imap:mail\\.example\\.org$' }),
  on('local', 5n, { serviceId: '^http://localhost:[0-9]+/.*$', proxy }),
]
const properties = {
  'cas.logout.follow-service-redirects': 'true',
  'cas.ticket.tgt.remember-me.enabled': 'true',
  'caspool.rest.enabled': 'true',
}

/** Starts it; resolves when both servers know the services. */
export async function startConformancePool(label: string): Promise<ConformancePool> {
  const field = proxyField()
  const { uri, databaseName: database } = testDatabase(label)
  const options = { servers: 2, outbound: field.outbound, serverUrl: 'https://sso.example.org/cas' }
  const mongo = await startMongoPool({ uri, database }, options)
  const { pool } = mongo
  await mongo.publish(services, properties)
  await Promise.all(pool.servers.map(({ loaded }) => loaded))
  await until('both servers know the services', async () => {
    const pages = pool.servers.map((_server, i) => pool.browser(i).get('/login', { service }))
    return (await Promise.all(pages)).every(({ status }) => status === 200)
  })
  let turn = 0
  const browser = (): Browser => new Browser(() => pool.url(turn++ % 2))
  const validate = async (path: string, query: Readonly<Record<string, string>>): Promise<string> =>
    (await browser().get(path, query)).body
  const serviceTicket = async (url = service): Promise<string> =>
    ticketIn(await browser().signIn(casuser, { service: url }))
  const grantingTicket = async (): Promise<string> => {
    const { callback, pgtOf } = await field.application()
    const query = { service, ticket: await serviceTicket(), pgtUrl: callback }
    return pgtOf(elementIn(await validate('/serviceValidate', query), 'proxyGrantingTicket'))
  }
  const front = await startFront(() => new URL(pool.url(turn++ % 2)))
  return {
    field,
    front: `http://127.0.0.1:${front.port}/cas`,
    ask: roundRobin(() => pool),
    browser,
    signedIn: async (fields = {}) => {
      const signedIn = browser()
      await signedIn.signIn({ ...casuser, ...fields })
      return signedIn
    },
    serviceTicket,
    validate,
    grantingTicket,
    proxyTicket: async (targetService) =>
      elementIn(await validate('/proxy', { pgt: await grantingTicket(), targetService }), 'proxyTicket'),
    application: listeningApplication,
    stop: async () => {
      await front.stop()
      await field.stop()
      await mongo.mongo.db.dropDatabase()
      await mongo.stop()
    },
  }
}

/** A balancer: passes requests on as they are. */
function startFront(next: () => URL): Promise<LoopbackServer> {
  return plainServer((request, response) => {
    const { hostname, port } = next()
    const { method, url, headers } = request
    const onward = httpRequest({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
}

async function listeningApplication(): Promise<ListeningApplication> {
  const posts: { type: string; body: string }[] = []
  const server = await plainServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      if (request.method === 'POST') posts.push({ type: request.headers['content-type'] ?? '', body })
      response.end()
    })
  })
  return { service: `http://localhost:${server.port}/app`, posts, stop: () => server.stop() }
}

/** The code of a failure document. */
export const codeIn = (body: string): string | undefined => /Failure code="([A-Z_]+)"/.exec(body)?.[1]

/** What a browser is told about keeping an answer: nothing of it may be kept (CAS 2.1). */
export const cachingOf = ({ headers }: Answer) => ({
  control: headers.get('cache-control'),
  pragma: headers.get('pragma'),
  isExpired: Date.parse(headers.get('expires') ?? '') < Date.parse(headers.get('date') ?? ''),
})
