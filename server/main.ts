/** Process entry of the CAS server: environment -> settings -> parts -> a running server, until SIGTERM. */
import { hostname } from 'node:os'
import { delay, monotonicClock, systemClock, systemRandom } from '../common/clock.ts'
import { reasonOf, SettingsFault } from '../common/fault.ts'
import { Lifecycle } from '../common/lifecycle.ts'
import { createLog, type Log } from '../common/log.ts'
import { Metrics } from '../common/metrics.ts'
import { logUnknownVariables, unknownVariables } from '../common/settings.ts'
import { version } from '../common/version.ts'
import { finishRequestsMs, startServer } from './app.ts'
import { noUsers } from './authn/authenticator.ts'
import { followStaticUsers } from './authn/static-users.ts'
import { definitionSource } from './definition-source.ts'
import { ListenFault } from './http/listener.ts'
import { guardedClient } from './outbound/guarded-client.ts'
import type { RegistrySource } from './services/registry-source.ts'
import { readSettings, type ServerSettings, serverSettings } from './settings.ts'
import { connectMongo, type MongoConnection } from './stores/mongo/connect.ts'
import { ensureIndexes } from './stores/mongo/indexes.ts'
import { mongoMemberReporter } from './stores/mongo/member-reporter.ts'
import { mongoOutboxStore } from './stores/mongo/outbox-store.ts'
import { mongoRegistrySource } from './stores/mongo/registry-source.ts'
import { mongoSessionEndStore } from './stores/mongo/session-end-store.ts'
import { mongoTicketStore } from './stores/mongo/ticket-store.ts'

const random = systemRandom

async function main(): Promise<void> {
  const settings = readSettings(process.env)
  const log = createLog('caspool-server', settings.logLevel)
  logUnknownVariables(log, unknownVariables(serverSettings, process.env))
  const lifecycle = new Lifecycle(log)
  const drainDelayMs = settings.drainDelaySeconds * 1000
  lifecycle.exitOnSignals(drainDelayMs + finishRequestsMs + 5_000, (code) => process.exit(code))

  const mongo = connectMongo({
    uri: settings.mongodbUri,
    database: settings.mongodbDatabase,
    log,
    appName: `caspool-server ${settings.memberName}`,
  })
  lifecycle.add('mongodb', () => mongo.close())
  const prepare = databasePreparation(mongo, log, lifecycle)
  prepare()
  const reporter = reporterOf(settings, mongo, log)
  lifecycle.add('member report', () => reporter.stop())
  const authenticator = authenticatorOf(settings, log, lifecycle)
  const metrics = new Metrics()
  const inMongo = registryOf(mongo, { metrics, log, onRestored: prepare })
  const source = await definitionSource(settings, { mongo, registry: inMongo, log, metrics, random })
  lifecycle.add('definitions', () => source.stop())
  const server = await startServer({
    publicUrl: settings.serverUrl,
    poolKey: settings.poolKey,
    tickets: mongoTicketStore({ db: mongo.db, clock: mongo.clock, random, log, metrics }),
    outbox: mongoOutboxStore({ db: mongo.db, clock: mongo.clock, random }),
    sessionEnds: mongoSessionEndStore({ db: mongo.db, clock: mongo.clock, random }),
    registry: source.registry,
    ...(source.definitions !== undefined && { definitions: source.definitions }),
    authenticator,
    outbound: guardedClient({ allow: settings.outboundAllow, trustedCAs: settings.trustedCAs }),
    report: (report) => reporter.report(report),
    clock: mongo.clock,
    random,
    log,
    metrics,
    address: { host: settings.listenHost, port: settings.port, managementPort: settings.managementPort },
    drainDelayMs,
  })
  lifecycle.add('server', () => server.stop())
}

function registryOf(
  mongo: MongoConnection,
  {
    metrics,
    log,
    onRestored,
  }: { readonly metrics: Metrics; readonly log: Log; readonly onRestored: () => void },
): RegistrySource {
  const lag = metrics.histogram(
    'caspool_registry_lag_seconds',
    'Time from the commit of a change of the registry to its use by this server.',
  )
  return mongoRegistrySource({
    db: mongo.db,
    log,
    // Of durations only, which must not follow a clock that is set.
    clock: monotonicClock,
    onRestored,
    lag: { clock: mongo.clock, observe: (seconds) => lag.observe(seconds) },
  })
}

/**
 * Makes the indexes as soon as MongoDB answers; nothing waits for them. What is returned does so again: who drops a
 * database drops its indexes, too.
 */
function databasePreparation(mongo: MongoConnection, log: Log, lifecycle: Lifecycle): () => void {
  const stopping = new AbortController()
  let isRunning = false
  const prepare = async (): Promise<void> => {
    let told = ''
    for (let waitMs = 500; !stopping.signal.aborted; waitMs = Math.min(waitMs * 2, 15_000)) {
      try {
        return await ensureIndexes(mongo.db)
      } catch (error) {
        const reason = reasonOf(error)
        log[reason === told ? 'debug' : 'warn'](
          { reason, retryInMs: waitMs },
          'indexes could not be made yet',
        )
        told = reason
        await delay(waitMs, stopping.signal).catch(() => undefined)
      }
    }
  }
  lifecycle.add('indexes', async () => stopping.abort())
  return () => {
    if (isRunning) return
    isRunning = true
    void prepare().finally(() => {
      isRunning = false
    })
  }
}

function reporterOf(
  settings: ServerSettings,
  mongo: MongoConnection,
  log: Log,
): ReturnType<typeof mongoMemberReporter> {
  const member = {
    name: settings.memberName,
    address: settings.memberAddress || `${hostname()}:${settings.port}`,
    version,
    bootId: random.uuid(),
  }
  return mongoMemberReporter({ db: mongo.db, member, log, clock: systemClock })
}

function authenticatorOf(
  settings: ServerSettings,
  log: Log,
  lifecycle: Lifecycle,
): ReturnType<typeof followStaticUsers> | typeof noUsers {
  if (settings.usersFile === undefined) return noUsers
  const users = followStaticUsers({ path: settings.usersFile, random, log })
  lifecycle.add('users', () => users.stop())
  return users
}

main().catch((error) => {
  // What whoever starts it can mend needs no stack.
  const isTheirs = error instanceof SettingsFault || error instanceof ListenFault
  process.stderr.write(`${Error.isError(error) && !isTheirs ? error.stack : reasonOf(error)}\n`)
  process.exit(1)
})
