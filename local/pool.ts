/**
 * A whole pool on one machine: mongods, servers and one address, from the same manifests and by the same registry
 * and replica set code as in a cluster. Starts in order, follows edits of the manifests, stops in reverse order.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Random } from '../common/clock.ts'
import { Fault } from '../common/fault.ts'
import { Lifecycle } from '../common/lifecycle.ts'
import type { Log } from '../common/log.ts'
import { replicaSetAdmin } from '../operator/mongo/replica-set.ts'
import { freePorts } from '../tools/system/ports.ts'
import { type Address, addressOf, type TlsFiles } from './address.ts'
import { type Backend, type Balancer, startBalancer } from './balancer.ts'
import { Follower } from './follower.ts'
import { heldFiles, keepHeldFiles } from './held-files.ts'
import { type Home, type HomeState, prepareHome, saveState, writeAtomically } from './home.ts'
import { lockHome } from './lock.ts'
import { loadManifests, type PoolManifests } from './manifests.ts'
import {
  mongodbUri,
  mongodHosts,
  mongodPlans,
  operatorUser,
  type ServerMember,
  serverPlan,
  serverUser,
  setName,
  trustedCAsDirectory,
  usersFile,
} from './members.ts'
import { openState } from './open-home.ts'
import { untilReady } from './readiness.ts'
import { openRegistry, type Registry } from './registry.ts'
import { settleReplicaSet } from './replica-set.ts'
import { type Supervised, supervise } from './supervise.ts'
import { type Rested, readAtRest, watchDirectory } from './watch.ts'

export interface PoolOptions {
  readonly home: Home
  readonly manifests: string
  /** Where the pool listens; default: the port of the CasCluster's serverUrl. */
  readonly port: number | undefined
  /** With it the pool speaks https. */
  readonly tls?: TlsFiles | undefined
  readonly mongod: string
  /** PEM certificates of authorities that servers trust besides those of the manifests. */
  readonly trustedCAs?: readonly string[]
  /** PATH of the processes. */
  readonly path: string | undefined
  /** Receives what a person in front of the terminal wants to know, a sentence each. */
  readonly progress: (sentence: string) => void
  readonly log: Log
  readonly clock: Clock
  readonly random: Random
}

export interface LocalPool {
  /** Resolves with the pool's address when a person can sign in. Rejects with Fault when the pool cannot start. */
  readonly ready: Promise<Address>
  /** Stops whatever was started so far; also while the pool starts. */
  stop(): Promise<void>
}

const settleWithinMs = 60_000
const serversWithinMs = 60_000
const stopWithinMs = 20_000

/** Starts everything. What was started is stopped again when the rest cannot be. */
export function startPool(options: PoolOptions): LocalPool {
  const lifecycle = new Lifecycle(options.log)
  const ready = start(options, lifecycle).catch(async (error) => {
    await lifecycle.stop()
    throw error
  })
  return { ready, stop: () => lifecycle.stop() }
}

async function start(options: PoolOptions, lifecycle: Lifecycle): Promise<Address> {
  const { home, progress } = options
  const { look, found: manifests } = await loadFirst(home, options.manifests)
  const address = addressOf({ ...options, tls: options.tls, serverUrl: manifests.cluster.serverUrl })
  const { url } = address
  const members = manifests.cluster.mongodb.kind === 'managed' ? manifests.cluster.mongodb.members : 1
  await prepareHome(home, members)
  lifecycle.add('lock', await lockHome(home))
  const servers = await serverMembers(manifests.cluster.replicas)
  const backends = servers.map(backendOf)
  const balancer = await openAddress(address, backends)
  lifecycle.add('balancer', () => balancer.stop())

  const state = await openState({ home, members, pool: manifests.pool, random: options.random })
  await writeSecrets(home, state, manifests)
  await writeTrustedCAs(home, [...manifests.trustedCAs, ...(options.trustedCAs ?? [])])
  await startMongods({ options, state }, lifecycle)
  // A resumed pool has its users and its registry: its servers come up beside the replica set.
  const isResumed = state.replicaSet !== undefined
  const toStart = { options, manifests, servers, url }
  const resumed = isResumed ? await startServers(toStart, lifecycle) : undefined
  await settle({ options, state, database: manifests.cluster.mongodb.database })
  progress(`MongoDB replica set of ${members} is up`)

  const registry = openRegistry({
    uri: adminUri(state),
    database: manifests.cluster.mongodb.database,
    pool: manifests.pool,
    log: options.log,
    clock: options.clock,
  })
  lifecycle.add('registry', () => registry.close())
  progress((await registry.sync(manifests, [])).sentence)
  await keepHeldFiles(home, options.manifests, manifests.files)

  const processes = resumed ?? (await startServers(toStart, lifecycle))
  await untilReady({ balancer, backends, processes }, serversWithinMs)
  await writeAtomically(home.pool, `${JSON.stringify(poolFile({ url, servers, state, options }), null, 2)}\n`)
  lifecycle.add('pool.json', () => rm(home.pool, { force: true }))
  follow({ options, registry, servers, manifests, seen: look }, lifecycle)
  return address
}

interface Following {
  readonly options: PoolOptions
  readonly registry: Registry
  readonly servers: readonly ServerMember[]
  /** What the pool was started with, and how the directory looked then: what was edited since is an edit. */
  readonly manifests: PoolManifests
  readonly seen: string
}

/** From now on edits of the manifests and what others write into the registry have their effect. */
function follow({ options, registry, servers, manifests, seen }: Following, lifecycle: Lifecycle): void {
  const follower = new Follower({
    registry,
    servers: servers.map(({ name }) => name),
    running: manifests,
    keep: async (edited) => {
      await writeUsers(options.home, edited)
      await keepHeldFiles(options.home, options.manifests, edited.files)
    },
    progress: options.progress,
    log: options.log,
  })
  lifecycle.add('follower', async () => follower.stop())
  registry.onForeignWrites(() => follower.written())
  const watch = watchDirectory({
    directory: options.manifests,
    seen,
    read: () => loadManifests(options.manifests, follower.held),
    changed: (loaded) => follower.edited(loaded),
  })
  lifecycle.add('watch', async () => watch.stop())
}

async function loadFirst(home: Home, directory: string): Promise<Rested<PoolManifests>> {
  const held = await heldFiles(home, directory)
  const { look, found } = await readAtRest(directory, () => loadManifests(directory, held))
  if (found.kind === 'pool') return { look, found: found.pool }
  throw new Fault(`manifests refused:\n${found.problems.map((p) => `  ${p}`).join('\n')}`, {
    code: 'MANIFESTS_REFUSED',
    retryable: false,
  })
}

async function openAddress({ port, tls }: Address, backends: readonly Backend[]): Promise<Balancer> {
  try {
    return await startBalancer(port, backends, tls)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new Fault(
      `port ${port} is taken by another process; choose another one (PORT=8081 make demo, or --port 8081)`,
      {
        code: 'PORT_TAKEN',
        retryable: false,
      },
    )
  }
}

function backendOf(member: ServerMember): Backend {
  return {
    name: member.name,
    origin: `http://127.0.0.1:${member.port}`,
    readyUrl: `http://127.0.0.1:${member.managementPort}/readyz`,
  }
}

async function writeSecrets(home: Home, state: HomeState, manifests: PoolManifests): Promise<void> {
  await writeAtomically(join(home.secrets, 'keyfile'), `${state.keyfile}\n`)
  await writeAtomically(join(home.secrets, 'pool.key'), `${state.poolKey}\n`)
  await writeAtomically(join(home.secrets, 'uri'), mongodbUri(state))
  await writeUsers(home, manifests)
}

/** Anew at each start: an authority that was taken away is trusted no more. */
async function writeTrustedCAs(home: Home, certificates: readonly string[]): Promise<void> {
  const directory = trustedCAsDirectory(home)
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true, mode: 0o700 })
  for (const [i, pem] of certificates.entries()) await writeAtomically(join(directory, `${i}.pem`), pem)
}

async function writeUsers(home: Home, manifests: PoolManifests): Promise<void> {
  if (manifests.usersFile !== undefined) await writeAtomically(usersFile(home), manifests.usersFile)
}

interface MongodsToStart {
  readonly options: PoolOptions
  readonly state: HomeState
}

async function startMongods({ options, state }: MongodsToStart, lifecycle: Lifecycle): Promise<void> {
  const running = await Promise.all(
    mongodPlans(options.home, state, options.mongod).map((plan) => supervise(plan, options)),
  )
  lifecycle.add('mongodb', async () => {
    await Promise.all(running.map((mongod) => mongod.stop(stopWithinMs)))
  })
}

async function settle({
  options,
  state,
  database,
}: MongodsToStart & { readonly database: string }): Promise<void> {
  const { home, log } = options
  const members = mongodHosts(state).map((host, i) => ({ name: `mongodb-${i}`, host }))
  const admin = replicaSetAdmin({
    members,
    setName,
    keyfile: state.keyfile,
    operatorUser: { username: operatorUser, password: state.operatorPassword },
    serverUser: { username: serverUser, password: state.serverPassword },
    database,
    log,
  })
  try {
    await settleReplicaSet({
      admin,
      wanted: { setName, members, recorded: state.replicaSet !== undefined },
      recordSet: () => saveState(home, { ...state, replicaSet: setName }),
      progress: options.progress,
      withinMs: settleWithinMs,
    })
  } finally {
    await admin.close()
  }
}

interface ServersToStart {
  readonly options: PoolOptions
  readonly manifests: PoolManifests
  readonly servers: readonly ServerMember[]
  readonly url: string
}

async function startServers(
  { options, manifests, servers, url }: ServersToStart,
  lifecycle: Lifecycle,
): Promise<readonly Supervised[]> {
  const pool = {
    serverUrl: url,
    database: manifests.cluster.mongodb.database,
    hasUsers: manifests.usersFile !== undefined,
    outboundAllow: manifests.cluster.outboundAllow,
    path: options.path,
  }
  const running = await Promise.all(
    servers.map((member) => supervise(serverPlan(options.home, member, pool), options)),
  )
  lifecycle.add('servers', async () => {
    await Promise.all(running.map((server) => server.stop(stopWithinMs)))
  })
  return running
}

async function serverMembers(count: number): Promise<readonly ServerMember[]> {
  const ports = await freePorts(count * 2)
  return Array.from({ length: count }, (_, i) => ({
    name: `server-${i}`,
    port: ports[2 * i] ?? 0,
    managementPort: ports[2 * i + 1] ?? 0,
  }))
}

function adminUri(state: HomeState): string {
  const credentials = `${operatorUser}:${encodeURIComponent(state.operatorPassword)}`
  return `mongodb://${credentials}@${mongodHosts(state).join(',')}/?replicaSet=${setName}&authSource=admin`
}

interface PoolFileInput {
  readonly url: string
  readonly servers: readonly ServerMember[]
  readonly state: HomeState
  readonly options: PoolOptions
}

/** What scripts read: addresses of the balancer, the servers and MongoDB. */
function poolFile({ url, servers, state, options }: PoolFileInput): unknown {
  const path = new URL(url).pathname
  return {
    url,
    pid: process.pid,
    servers: servers.map((s) => ({
      name: s.name,
      url: `http://127.0.0.1:${s.port}${path === '/' ? '' : path}`,
      management: `http://127.0.0.1:${s.managementPort}`,
    })),
    mongodb: { uri: mongodbUri(state), members: mongodHosts(state) },
    manifests: options.manifests,
    logs: options.home.logs,
  }
}
