/**
 * The operator's controllers: watches fill the world and wake queues, queues run passes. A standby watches too, so
 * that it knows everything when its turn comes; it begins to work only by `lead`.
 */
import { type Clock, monotonicClock, type Random } from '../../common/clock.ts'
import type { Log } from '../../common/log.ts'
import type { DefaultImages } from '../api/defaults.ts'
import type { Condition } from '../api/meta.ts'
import { ObjectApplier } from '../apply/objects.ts'
import { StatusWriter, type WithStatus } from '../apply/status.ts'
import { newsOf } from '../decide/news.ts'
import type { ApiClient } from '../kube/api-client.ts'
import { type EventRecorder, eventRecorder } from '../kube/events.ts'
import type { Change } from '../kube/object-cache.ts'
import type { WatchMetrics } from '../kube/watch-metrics.ts'
import { type PoolKey, World } from '../observe/world.ts'
import { connectRegistry } from '../registry/store-connection.ts'
import type { ClusterDeps } from './cluster-deps.ts'
import { workQueue } from './queue.ts'
import { reconcileCluster } from './reconcile-cluster.ts'
import { type RegistryDeps, reconcileRegistry } from './reconcile-registry.ts'
import { PoolRuntimes } from './runtimes.ts'
import { wakesOf } from './wakes.ts'
import { startWatches } from './watches.ts'
import { WitnessedDeletes } from './witnessed-deletes.ts'

export interface ControllersOptions {
  readonly client: ApiClient
  /** Empty: all. */
  readonly namespaces: readonly string[]
  readonly operatorNamespace: string
  readonly images: DefaultImages
  /** Who reports events: the pod's name. */
  readonly instance: string
  /** Transition count of the Lease that this process holds. */
  readonly epoch: () => number
  readonly watchMetrics: WatchMetrics
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface Controllers {
  hasSynced(): boolean
  /** Begins to work once everything was listed. */
  lead(): void
  /** Ends the passes under way, then the watches and all connections. */
  stop(): Promise<void>
}

const clusterWorkers = 8
const registryWorkers = 4
/** Changes of services that come together are written together. */
const batchMs = 100
/** Objects of one pool change in flocks. */
const flockMs = 20

export function startControllers(options: ControllersOptions): Controllers {
  const { client, clock, random, log, namespaces } = options
  const world = new World()
  const witnessed = new WitnessedDeletes(client)
  const events = eventRecorder({ client, instance: options.instance, clock, random, log })
  const status = new StatusWriter(client, (object, next) => tell(events, object, next))
  const wakeCluster = (key: PoolKey): void => clusters.addAfter(key, flockMs)
  const wakeRegistry = (key: PoolKey): void => registries.addAfter(key, batchMs)
  const runtimes = new PoolRuntimes({ log, openRegistry: registryOpener(options, wakeRegistry) })
  const clusterDeps: ClusterDeps = {
    kube: client,
    world,
    applier: new ObjectApplier({ kube: client, clock, log }),
    status,
    runtimes,
    images: options.images,
    operatorNamespace: options.operatorNamespace,
    clock,
    random,
    log,
    wakeRegistry,
  }
  const isInScope = (namespace: string): boolean => namespaces.length === 0 || namespaces.includes(namespace)
  const registryDeps: RegistryDeps = {
    world,
    status,
    runtimes,
    witnessed,
    isInScope,
    clock,
    log,
    wakeCluster,
  }
  const shared = { clock: monotonicClock, log }
  const clusters = workQueue({
    ...shared,
    workers: clusterWorkers,
    work: (key) => reconcileCluster(clusterDeps, key),
  })
  const registries = workQueue({
    ...shared,
    workers: registryWorkers,
    work: (key) => reconcileRegistry(registryDeps, key),
  })
  const onChange = (change: Change): void => {
    const kind = change.kind === 'applied' ? 'put' : 'removed'
    const wakes = wakesOf(change, world.take({ kind, object: change.object }))
    if (wakes.witnessed !== undefined) witnessed.note(wakes.witnessed.pool, wakes.witnessed.service)
    wakes.clusters.forEach(wakeCluster)
    wakes.registries.forEach(wakeRegistry)
  }
  const watches = startWatches({ ...options, onChange, metrics: options.watchMetrics })
  return {
    hasSynced: () => watches.hasSynced(),
    lead: () => {
      void watches.synced.then(() => {
        clusters.start()
        registries.start()
      })
    },
    stop: async () => {
      await Promise.all([clusters.stop(), registries.stop()])
      await events.drain()
      await Promise.all([watches.stop(), runtimes.closeAll()])
    },
  }
}

/** Tells what a status change is worth telling. */
function tell(events: EventRecorder, object: WithStatus, next: object): void {
  const { apiVersion, kind, metadata } = object
  const conditions = (status: unknown) =>
    (status as { readonly conditions?: readonly Condition[] } | undefined)?.conditions
  for (const news of newsOf(kind, conditions(object.status), conditions(next))) {
    events.record({ about: { apiVersion, kind, metadata }, action: 'Reconcile', ...news })
  }
}

function registryOpener(options: ControllersOptions, wake: (key: PoolKey) => void) {
  const { epoch, clock, log } = options
  return (key: PoolKey, access: { readonly uri: string; readonly database: string }) =>
    connectRegistry({
      ...access,
      pool: key,
      epoch,
      clock,
      log: log.child({ pool: key }),
      onReports: () => wake(key),
    })
}
