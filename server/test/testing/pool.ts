/** Servers in this process, on one set of stores, for tests over real HTTP. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, FixedClock, systemRandom } from '../../../common/clock.ts'
import { encodeDefinition } from '../../../common/documents/definition-codec.ts'
import type { ServiceDefinition, StoredDocument } from '../../../common/documents/service-definition.ts'
import { type Log, silentLog } from '../../../common/log.ts'
import { type Server, type ServerParts, startServer } from '../../app.ts'
import { hashPassword } from '../../authn/argon2.ts'
import type { Authenticator } from '../../authn/authenticator.ts'
import { followStaticUsers, type StaticUsers } from '../../authn/static-users.ts'
import { definition } from '../../cas/testing/samples.ts'
import { guardedClient } from '../../outbound/guarded-client.ts'
import type { OutboundClient } from '../../outbound/outbound-client.ts'
import type { RegistryContents, RegistrySource } from '../../services/registry-source.ts'
import { parsePublicUrl } from '../../settings.ts'
import { memoryOutboxStore } from '../../stores/memory/outbox-store.ts'
import { memoryRegistrySource } from '../../stores/memory/registry-source.ts'
import { memorySessionEndStore } from '../../stores/memory/session-end-store.ts'
import { memoryTicketStore } from '../../stores/memory/ticket-store.ts'
import { memoryTickets } from '../../stores/memory/tickets.ts'
import type { TicketStore } from '../../tickets/ticket-store.ts'
import { Browser } from './browser.ts'

/** A hash that costs nothing: tests sign in often. */
const cheap = { memory: 8, passes: 1, parallelism: 1 }

type Stores = Pick<ServerParts, 'tickets' | 'outbox' | 'sessionEnds' | 'registry' | 'clock'>

export interface PoolOptions {
  readonly servers?: number
  readonly services?: readonly ServiceDefinition[]
  readonly properties?: Readonly<Record<string, string>>
  readonly serverUrl?: string
  readonly tickets?: TicketStore
  readonly registry?: RegistrySource
  readonly clock?: Clock
  /** Instead of those three: what one server works with. */
  readonly stores?: (index: number) => Stores
  /** Default: public addresses only. */
  readonly outbound?: OutboundClient
  /** Instead of the users below. */
  readonly authenticator?: Authenticator
  readonly log?: Log
  readonly drainDelayMs?: number
}

export class Pool {
  readonly servers: readonly Server[]
  readonly clock: FixedClock
  readonly #stop: () => Promise<void>

  constructor(servers: readonly Server[], clock: FixedClock, stop: () => Promise<void>) {
    this.servers = servers
    this.clock = clock
    this.#stop = stop
  }

  /** URL of the CAS endpoints of one server. */
  url(index = 0): string {
    return `http://127.0.0.1:${this.#server(index).port}/cas`
  }

  managementUrl(index = 0): string {
    return `http://127.0.0.1:${this.#server(index).managementPort}`
  }

  browser(index = 0): Browser {
    return new Browser(this.url(index))
  }

  stop(): Promise<void> {
    return this.#stop()
  }

  #server(index: number): Server {
    const server = this.servers[index]
    if (server === undefined) throw new TypeError(`no server ${index}`)
    return server
  }
}

/** Starts servers with the users casuser (Mellon) and jsmith (Speakfriend); resolves when all have loaded. */
export async function startPool(options: PoolOptions = {}): Promise<Pool> {
  const directory = await mkdtemp(join(tmpdir(), 'caspool-server-'))
  const fixed = new FixedClock()
  const stores = options.stores ?? sharedStores(options, options.clock ?? fixed)
  const users = await sampleUsers(directory)
  const servers: Server[] = []
  for (let i = 0; i < (options.servers ?? 1); i++) {
    const server = await startServer({
      publicUrl: parsePublicUrl(options.serverUrl ?? 'http://localhost:8080/cas'),
      poolKey: Buffer.alloc(32, 1),
      ...stores(i),
      authenticator: options.authenticator ?? users,
      outbound: options.outbound ?? guardedClient({ allow: [], trustedCAs: [] }),
      report: () => undefined,
      random: systemRandom,
      log: options.log ?? silentLog,
      address: { host: '127.0.0.1', port: 0, managementPort: 0 },
      drainDelayMs: options.drainDelayMs ?? 0,
    })
    servers.push(server)
  }
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()))
    await users.stop()
    await rm(directory, { recursive: true })
  }
  if (options.registry === undefined && options.stores === undefined) {
    await Promise.all(servers.map(({ loaded }) => loaded))
  }
  return new Pool(servers, fixed, stop)
}

function sharedStores(options: PoolOptions, clock: Clock): () => Stores {
  const memory = memoryTickets()
  const tickets = options.tickets ?? memoryTicketStore({ clock, memory })
  const outbox = memoryOutboxStore({ clock, memory })
  const sessionEnds = memorySessionEndStore({ clock, memory })
  const registry = options.registry ?? memoryRegistrySource(contents(options))
  return () => ({ tickets, outbox, sessionEnds, registry, clock })
}

async function sampleUsers(directory: string): Promise<StaticUsers> {
  const path = join(directory, 'users.yaml')
  const user = async (name: string, password: string, groups: string): Promise<string> =>
    `${name}:\n  password: ${await hashPassword(password, systemRandom, cheap)}\n  attributes: { mail: ${name}@example.org, memberOf: [${groups}] }\n`
  await writeFile(
    path,
    (await user('casuser', 'Mellon', 'staff, admins')) + (await user('jsmith', 'Speakfriend', 'staff')),
  )
  const users = followStaticUsers({ path, random: systemRandom, log: silentLog })
  await users.reload()
  return users
}

/** Registry contents with these services (default: one open to everybody) and properties. */
export function contents(options: Pick<PoolOptions, 'services' | 'properties'>, rev = 1): RegistryContents {
  const services = options.services ?? [definition()]
  const properties = Object.entries(options.properties ?? {})
  return {
    rev,
    digest: `digest ${rev}`,
    services: new Map(services.map((service) => [String(service.id), encodeDefinition(service)])),
    properties: new Map(
      properties.map(([name, value]): [string, StoredDocument] => [name, { _id: name, name, value }]),
    ),
  }
}
