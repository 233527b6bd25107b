/** Single logout on a real MongoDB: logouts in the middle of validations, and servers killed between both. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { systemRandom } from '../../common/clock.ts'
import { serverEnv } from '../../common/contract.ts'
import { encodeDefinition } from '../../common/documents/definition-codec.ts'
import { silentLog } from '../../common/log.ts'
import { Metrics } from '../../common/metrics.ts'
import { parseOutboundAllowEntry } from '../../common/outbound-allow.ts'
import { freePorts, until } from '../../tools/system/ports.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { hashPassword } from '../authn/argon2.ts'
import { definition, snapshot } from '../cas/testing/samples.ts'
import { guardedClient } from '../outbound/guarded-client.ts'
import { startSingleLogout } from '../slo/single-logout.ts'
import { Applications } from '../slo/testing/applications.ts'
import { sessionWithTickets, untold, validated } from '../stores/contract/logout-race.ts'
import { commitBatch } from '../stores/contract/mongo-registry.ts'
import { connectMongo, type MongoConnection } from '../stores/mongo/connect.ts'
import { ensureIndexes } from '../stores/mongo/indexes.ts'
import { mongoOutboxStore } from '../stores/mongo/outbox-store.ts'
import { mongoSessionEndStore } from '../stores/mongo/session-end-store.ts'
import { mongoTicketStore } from '../stores/mongo/ticket-store.ts'
import { startApplication } from './testing/application.ts'
import { Browser, ticketIn } from './testing/browser.ts'
import { startMongoPool } from './testing/mongo-pool.ts'

const minuteMs = 60_000
/** Fifty with CASPOOL_KILLS=50. */
const kills = Number(process.env['CASPOOL_KILLS'] ?? 3)
const rounds = 40
const { uri, databaseName: database } = testDatabase('logout')
const everyHost = { ...definition(), serviceId: '^https?://.*' }
const servers: MongoConnection[] = []

beforeAll(async () => {
  for (const appName of ['one', 'two']) servers.push(connectMongo({ uri, database, log: silentLog, appName }))
  const { client, db } = servers[0]!
  await ensureIndexes(db)
  await commitBatch(client, db, { put: [encodeDefinition(everyHost)], properties: {} })
})
afterAll(async () => {
  await servers[0]?.db.dropDatabase()
  await Promise.all(servers.map((server) => server.close()))
})

it(
  'each ticket accepted at another server during a logout is told of it',
  async () => {
    const applications = new Applications()
    const stores = servers.map(({ db, clock }) => ({
      clock,
      tickets: mongoTicketStore({ db, clock, random: systemRandom, log: silentLog }),
      outbox: mongoOutboxStore({ db, clock, random: systemRandom }),
      sessionEnds: mongoSessionEndStore({ db, clock, random: systemRandom }),
    }))
    const [one, two] = stores
    const metrics = new Metrics()
    const logout = startSingleLogout({
      ...one!,
      outbound: applications,
      catalog: { current: snapshot([everyHost]) },
      isLoaded: () => true,
      random: systemRandom,
      log: silentLog,
      messages: metrics.counter('messages', 'Test.'),
      pending: metrics.gauge('pending', 'Test.'),
    })
    let refused = 0
    for (let round = 0; round < rounds; round++) {
      const { key, granted } = await sessionWithTickets(one!.tickets, one!.clock.now())
      const [, accepted] = await Promise.all([
        logout.end(key, 'logout'),
        validated(granted, () => ({ tickets: two!.tickets, now: two!.clock.now() })),
      ])
      refused += granted.length - accepted.length
      await until('all are told', async () => untold(accepted, applications).length === 0, {
        withinMs: 5_000,
      })
    }
    await logout.stop()
    expect(refused).toBeGreaterThan(0)
  },
  minuteMs,
)

it(
  `no message is lost when the server is killed right after its answer to /logout, ${kills} times`,
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'caspool-logout-'))
    const [port = 0] = await freePorts(1)
    const tickets: string[] = []
    for (let n = 0; n < kills; n++) {
      tickets.push(await signInLogOutAndKill(directory, `http://127.0.0.1:${port}/session-${n}`))
    }
    const application = await startApplication(port)
    const outbound = guardedClient({ allow: [parseOutboundAllowEntry('127.0.0.0/8')], trustedCAs: [] })
    const survivor = await startMongoPool({ uri, database }, { servers: 1, outbound })
    const told = async (): Promise<boolean> =>
      tickets.every((ticket) => application.tickets().includes(ticket))
    await until('every session is told', told, { withinMs: 7 * minuteMs }).finally(async () => {
      await survivor.stop()
      await application.stop()
      await rm(directory, { recursive: true })
    })
  },
  (8 + kills / 6) * minuteMs,
)

/** A session at a server process of its own, whose application cannot be reached. Returns the validated ticket. */
async function signInLogOutAndKill(directory: string, service: string): Promise<string> {
  const [http = 0, management = 0] = await freePorts(2)
  const environment = await serverEnvironment(directory, { http, management })
  const server = spawn(process.execPath, [join(import.meta.dirname, '../main.ts')], {
    env: environment,
    stdio: 'ignore',
  })
  const gone = once(server, 'exit')
  try {
    await until('the server is ready', async () => {
      const answer = await fetch(`http://127.0.0.1:${management}/readyz`).catch(() => undefined)
      return answer?.status === 200
    })
    const browser = new Browser(`http://127.0.0.1:${http}/cas`)
    const ticket = ticketIn(await browser.signIn({ username: 'casuser', password: 'Mellon' }, { service }))
    const validation = await browser.get('/serviceValidate', { service, ticket })
    expect(validation.body).toContain('authenticationSuccess')
    expect((await browser.get('/logout')).status).toBe(200)
    return ticket
  } finally {
    server.kill('SIGKILL')
    await gone
  }
}

async function serverEnvironment(
  directory: string,
  ports: { readonly http: number; readonly management: number },
): Promise<Record<string, string>> {
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text)
    return join(directory, name)
  }
  const password = await hashPassword('Mellon', systemRandom, { memory: 8, passes: 1, parallelism: 1 })
  return {
    [serverEnv.serverUrl]: `http://127.0.0.1:${ports.http}/cas`,
    [serverEnv.mongodbUriFile]: await file('uri', uri),
    [serverEnv.mongodbDatabase]: database,
    [serverEnv.poolKeyFile]: await file('pool.key', Buffer.alloc(32, 1).toString('base64')),
    [serverEnv.usersFile]: await file('users.yaml', `casuser:\n  password: ${password}\n`),
    [serverEnv.memberName]: 'victim',
    [serverEnv.listenHost]: '127.0.0.1',
    [serverEnv.port]: String(ports.http),
    [serverEnv.managementPort]: String(ports.management),
    [serverEnv.outboundAllow]: '127.0.0.0/8',
  }
}
