/** What runs in a local pool and how: command lines and environments of the mongods and the servers. */
import { extname, join } from 'node:path'
import { mongodSlowMs, mongodTransactionSeconds, serverEnv } from '../common/contract.ts'
import type { Home, HomeState } from './home.ts'
import type { ProcessPlan } from './supervise.ts'

export const setName = 'caspool'
export const operatorUser = 'caspool-operator'
export const serverUser = 'caspool-server'

/** Applications in development run beside the pool: their callbacks and logout URLs may be called. */
const ownMachine = ['localhost', '127.0.0.0/8', '::1']

/** A mongod that is told to end waits so long for its clients; all of them end together here. */
const quiesceMs = 200

export interface ServerMember {
  readonly name: string
  readonly port: number
  readonly managementPort: number
}

/** The mongod processes, one per port of the state. Their data and log lie below the home. */
export function mongodPlans(home: Home, state: HomeState, mongod: string): readonly ProcessPlan[] {
  return state.mongodbPorts.map((port, member) => ({
    name: `mongodb-${member}`,
    file: mongod,
    args: [
      ...['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', home.data(member)],
      ...['--replSet', setName, '--keyFile', join(home.secrets, 'keyfile')],
      ...[
        '--wiredTigerCacheSizeGB',
        '0.25',
        '--oplogSize',
        '128',
        '--slowms',
        String(mongodSlowMs),
        '--setParameter',
        `transactionLifetimeLimitSeconds=${mongodTransactionSeconds}`,
        '--setParameter',
        'diagnosticDataCollectionEnabled=false',
        '--setParameter',
        `shutdownTimeoutMillisForSignaledShutdown=${quiesceMs}`,
      ],
    ],
    env: {},
    logFile: join(home.logs, `mongodb-${member}.log`),
    pidFile: home.pid(`mongodb-${member}`),
    mark: home.data(member),
  }))
}

export const mongodHosts = (state: HomeState): readonly string[] =>
  state.mongodbPorts.map((port) => `127.0.0.1:${port}`)

/** Connection string of the servers' user. */
export function mongodbUri(state: HomeState): string {
  const credentials = `${serverUser}:${encodeURIComponent(state.serverPassword)}`
  return `mongodb://${credentials}@${mongodHosts(state).join(',')}/?replicaSet=${setName}&authSource=admin`
}

/** One server process: the same entry and the same environment that a pod has. */
export function serverPlan(
  home: Home,
  member: ServerMember,
  pool: {
    serverUrl: string
    database: string
    hasUsers: boolean
    outboundAllow: readonly string[]
    path: string | undefined
  },
): ProcessPlan {
  const entry = join(import.meta.dirname, '..', 'server', `main${extname(import.meta.filename)}`)
  return {
    name: member.name,
    file: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', entry],
    env: {
      PATH: pool.path,
      NODE_ENV: 'production',
      [serverEnv.serverUrl]: pool.serverUrl,
      [serverEnv.mongodbUriFile]: join(home.secrets, 'uri'),
      [serverEnv.mongodbDatabase]: pool.database,
      [serverEnv.poolKeyFile]: join(home.secrets, 'pool.key'),
      ...(pool.hasUsers ? { [serverEnv.usersFile]: usersFile(home) } : {}),
      [serverEnv.trustedCAsDirectory]: trustedCAsDirectory(home),
      [serverEnv.outboundAllow]: [...ownMachine, ...pool.outboundAllow].join(','),
      [serverEnv.memberName]: member.name,
      [serverEnv.memberAddress]: `127.0.0.1:${member.port}`,
      [serverEnv.listenHost]: '127.0.0.1',
      [serverEnv.port]: String(member.port),
      [serverEnv.managementPort]: String(member.managementPort),
      [serverEnv.drainDelaySeconds]: '1',
      [serverEnv.logLevel]: 'info',
    },
    logFile: join(home.logs, `${member.name}.log`),
    pidFile: home.pid(member.name),
    mark: entry,
  }
}

export const trustedCAsDirectory = (home: Home): string => join(home.secrets, 'trusted-cas')

export const usersFile = (home: Home): string => join(home.secrets, 'users.yaml')
