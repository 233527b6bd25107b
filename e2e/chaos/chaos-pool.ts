// A pool for scenarios that break it: a real API server, real mongods, and operator and servers as processes. Nobody
// runs pods here: the servers are started by the test, and their pods are objects that say they are ready.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { collections } from '../../common/contract.ts'
import { contentHash, registryDigest } from '../../common/documents/content-hash.ts'
import type { HeadDocument, MemberDocument } from '../../common/documents/pool.ts'
import type { CasCluster } from '../../operator/api/cas-cluster.ts'
import type { CasService, CasServiceSpec } from '../../operator/api/cas-service.ts'
import { kstatusOf, type ReadableStatus } from '../../operator/api/conditions.ts'
import { apiVersion } from '../../operator/api/meta.ts'
import { inParallel } from '../../operator/controller/parallel.ts'
import { labels } from '../../operator/desired/labels.ts'
import type { KubeClient } from '../../operator/kube/client.ts'
import { definitionOf } from '../../operator/registry/definition.ts'
import { startTcpProxy, type TcpProxy } from '../../operator/test/tcp-proxy.ts'
import { startTestCluster, type TestCluster } from '../../operator/test/test-cluster.ts'
import { until } from '../../tools/system/ports.ts'
import { type ReplicaSet, startReplicaSet } from '../../tools/testing/replica-set.ts'
import { type CommittedHeads, recordHeads } from './committed-heads.ts'
import { generationHost, type Observer, observe, watched } from './observer.ts'
import { type Process, type ServerProcess, startOperatorProcess, startServerProcess } from './processes.ts'

export interface ChaosPoolOptions {
  /** Members of the replica set. Default 1. */
  readonly members?: number
  /** More arguments for mongod. */
  readonly mongodArgs?: readonly string[]
  /** How wrong the wall clocks of the operators are, one process each; the first leads. Default: one that is right. */
  readonly operatorClocksMs?: readonly number[]
  /** The same for the servers. Default: three that are right. */
  readonly serverClocksMs?: readonly number[]
  /** Servers reach the only member through a proxy each, which the test can break. */
  readonly proxied?: boolean
}

export const namespace = 'default'
const cluster = 'c'
const database = 'cas'
const minuteMs = 60_000

/** Starts everything (about 15 s), with the services that the observer watches served by every server. */
export async function startChaosPool(options: ChaosPoolOptions = {}): Promise<ChaosPool> {
  const pool = new ChaosPool()
  try {
    await pool.start(options)
    return pool
  } catch (fault) {
    await pool.stop()
    throw fault
  }
}

export class ChaosPool {
  readonly servers: ServerProcess[] = []
  readonly operators: Process[] = []
  /** By server, if they are reached through any. */
  readonly proxies: TcpProxy[] = []
  set!: ReplicaSet
  client!: KubeClient
  mongo!: MongoClient
  heads!: CommittedHeads
  observer!: Observer
  #isExchanged = false
  readonly #stops: (() => Promise<unknown>)[] = []

  async start(options: ChaosPoolOptions): Promise<void> {
    const { members = 1, mongodArgs = [], operatorClocksMs = [0], serverClocksMs = [0, 0, 0] } = options
    const directory = await mkdtemp(join(tmpdir(), 'caspool-chaos-'))
    this.#stops.push(() => rm(directory, { recursive: true, force: true }))
    const [kube] = await Promise.all([this.#startKube(), this.#startMongo(members, mongodArgs)])
    await this.#declare(serverClocksMs.length)
    for (const [i, clockShiftMs] of operatorClocksMs.entries()) {
      const process = { name: `operator-${i}`, directory, clockShiftMs }
      const operator = await startOperatorProcess(process, { kubeconfig: kube.kubeconfig, namespace })
      this.#stops.push(() => operator.stop())
      this.operators.push(operator)
      // The first one leads before the next one contends.
      if (i === 0) await this.untilSame()
    }
    for (const [i, clockShiftMs] of serverClocksMs.entries()) {
      const process = { name: `${cluster}-server-${i}`, directory, clockShiftMs }
      const server = await startServerProcess(process, { uri: await this.#uriFor(options), name: database })
      this.#stops.push(() => server.stop())
      this.servers.push(server)
    }
    await this.untilSame()
    await this.untilServed()
    this.observer = observe(this.servers)
    this.#stops.push(() => this.observer.stop())
  }

  /** Ends everything, last things first, whatever fails on the way. */
  async stop(): Promise<void> {
    const faults: unknown[] = []
    for (const stop of this.#stops.toReversed()) await stop().catch((fault) => faults.push(fault))
    if (faults.length > 0) throw faults[0]
  }

  get db() {
    return this.mongo.db(database)
  }

  /** Creates or changes a CasService; by default it has the host of its name. */
  apply(name: string, spec: Partial<CasServiceSpec> = {}): Promise<unknown> {
    return this.client.apply({
      apiVersion,
      kind: 'CasService',
      metadata: { name, namespace },
      spec: { clusterRef: { name: cluster }, match: { hosts: [`${name}.example.org`] }, ...spec },
    })
  }

  /** Many of them, sixteen at a time. */
  applyAll(names: readonly string[], spec: Partial<CasServiceSpec> = {}): Promise<void> {
    return inParallel(names, 16, async (name) => void (await this.apply(name, spec)))
  }

  /** The two services exchange their hosts: one change for whoever reads both. */
  async exchange(): Promise<void> {
    this.#isExchanged = !this.#isExchanged
    await this.#together(() => this.#applyExchanged())
  }

  /** The renamed service gets its next name: one deleted, another created, and one change. */
  async rename(): Promise<void> {
    const generation = this.observer.generation
    this.observer.generation = generation + 1
    await this.#together(() => [
      this.client.delete({ kind: 'CasService', namespace, name: generationHost(generation) }),
      this.#applyRenamed(generation + 1),
    ])
  }

  /**
   * Resolves when every server that runs and the head hold exactly what the CasServices and spec.config say, by
   * digest of what each holds in memory.
   */
  async untilSame(): Promise<void> {
    await until(
      'all hold what the CasServices say',
      async () => {
        const expected = await this.expectedDigest()
        const digests = [await this.#headDigest(), ...(await this.reportedDigests())]
        return digests.every((digest) => digest === expected)
      },
      { withinMs: 2 * minuteMs, everyMs: 200 },
    )
  }

  /** Resolves when every CasService says that all servers have loaded its newest generation. */
  async untilServed(): Promise<void> {
    await until(
      'all are served',
      async () => {
        const { items } = await this.client.list('CasService', { namespace })
        return items.every((item) => kstatusOf(item as unknown as ReadableStatus) === 'Current')
      },
      { withinMs: 2 * minuteMs, everyMs: 500 },
    )
  }

  /** Digest of what the CasServices and spec.config say, and of what others have put beside it. */
  async expectedDigest(): Promise<string> {
    const { items } = await this.client.list('CasService', { namespace })
    const definitions = items.map((item) => definitionOf(item as unknown as CasService))
    const services = definitions.map((outcome): [string, string] => {
      if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.problems))
      return [outcome.definition.id.toString(), outcome.hash]
    })
    const found = await this.client.get({ kind: 'CasCluster', namespace, name: cluster })
    const config = (found as unknown as CasCluster).spec.config ?? {}
    const properties = Object.entries(config).map(([name, value]): [string, string] => [
      name,
      contentHash({ _id: name, name, value }),
    ])
    return registryDigest({ services: new Map(services), properties: new Map(properties) })
  }

  /** Resolves when the database holds what the CasServices say, whatever the servers hold. */
  async untilWritten(): Promise<void> {
    await until('the database holds what the CasServices say', async () => {
      return (await this.#headDigest()) === (await this.expectedDigest())
    })
  }

  async head(): Promise<HeadDocument> {
    const head = await this.db.collection<HeadDocument>(collections.poolState).findOne({ _id: 'head' })
    if (head === null) throw new Error('there is no head')
    return head
  }

  /** Everything that any server ever held which no transaction had committed; empty when all is well. */
  async uncommittedStates(): Promise<string[]> {
    const states = await Promise.all(
      this.servers.map(async (server) =>
        (await server.log())
          .filter(({ msg, digest }) => msg === 'registry applied' && !this.heads.isCommitted(digest))
          .map(({ rev, services }) => `${server.name} held ${services} services at rev ${rev}`),
      ),
    )
    return states.flat()
  }

  /**
   * The operators sleep while `requests` are under way, so that they see all of them at once: what a person writes
   * together is one batch then, however slow this machine is.
   */
  async #together(requests: () => readonly Promise<unknown>[]): Promise<void> {
    const awake = this.operators.filter(({ isFrozen }) => !isFrozen)
    for (const operator of awake) operator.freeze()
    try {
      await Promise.all(requests())
    } finally {
      for (const operator of awake) operator.thaw()
    }
  }

  #applyExchanged(): Promise<unknown>[] {
    const { exchanged, exchangedHosts } = watched
    const hosts = this.#isExchanged ? exchangedHosts.toReversed() : exchangedHosts
    return exchanged.map((name, i) => this.apply(name, { match: { hosts: [`${hosts[i]}.example.org`] } }))
  }

  #applyRenamed(generation: number): Promise<unknown> {
    const hosts = [watched.renamed, generationHost(generation)].map((host) => `${host}.example.org`)
    return this.apply(generationHost(generation), { match: { hosts } })
  }

  async #startKube(): Promise<TestCluster> {
    const kube = await startTestCluster()
    this.#stops.push(() => kube.stop())
    await kube.installKinds()
    this.client = kube.client
    return kube
  }

  async #startMongo(members: number, args: readonly string[]): Promise<void> {
    this.set = await startReplicaSet({ members, args })
    this.#stops.push(() => this.set.stop())
    this.mongo = new MongoClient(this.set.uri, { useBigInt64: true, writeConcern: { w: 'majority' } })
    this.#stops.push(() => this.mongo.close())
    this.heads = await recordHeads(this.mongo, database)
    this.#stops.push(() => this.heads.stop())
  }

  async #uriFor({ proxied = false }: ChaosPoolOptions): Promise<string> {
    if (!proxied) return this.set.uri
    const proxy = await startTcpProxy(this.set.members[0]?.port ?? 0)
    this.#stops.push(() => proxy.stop())
    this.proxies.push(proxy)
    // Without discovery, which would lead past the proxy.
    return `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`
  }

  /** The CasCluster, the Secret that leads to its database, the servers' pods, and the services that are watched. */
  async #declare(servers: number): Promise<void> {
    const stringData = { uri: this.set.uri }
    await this.client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace },
      stringData,
    })
    const mongodb = { database, external: { uriSecretRef: { name: 'db', key: 'uri' } } }
    await this.client.apply({
      apiVersion,
      kind: 'CasCluster',
      metadata: { name: cluster, namespace },
      spec: { serverUrl: 'https://sso.example.org/cas', replicas: servers, mongodb },
    })
    for (let i = 0; i < servers; i++) await this.#declarePod(`${cluster}-server-${i}`)
    await Promise.all([this.apply(watched.untouched), ...this.#applyExchanged(), this.#applyRenamed(0)])
  }

  async #declarePod(name: string): Promise<void> {
    const metadata = { name, namespace, labels: labels(cluster, 'server') }
    const containers = [{ name: 'server', image: 'example.org/server:1' }]
    await this.client.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } })
    const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }
    const status = { conditions: [ready] }
    await this.client.applyStatus({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, status })
  }

  async #headDigest(): Promise<string | undefined> {
    const head = await this.db.collection<HeadDocument>(collections.poolState).findOne({ _id: 'head' })
    return head?.digest
  }

  /** What the servers of this pool hold in memory, as each of them says. */
  async reportedDigests(): Promise<(string | undefined)[]> {
    const members = this.db.collection<MemberDocument>(collections.poolMembers)
    const reports = await members.find().toArray()
    return this.servers.map(({ name }) => reports.find(({ _id }) => _id === name)?.digest)
  }
}
