/**
 * The operator's controllers: watches fill the world and wake queues, queues run passes. A standby watches too, so
 * that it knows everything when its turn comes; it begins to work only by `lead`.
 */
import { type Clock, monotonicClock, type Random } from '../../common/clock.ts'
import type { Log } from '../../common/log.ts'
import type { Gauge } from '../../common/metrics.ts'
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
import { BatchWindows } from './batch-window.ts'
import type { ClusterDeps } from './cluster-deps.ts'
import { EditsFirst } from './edits-first.ts'
import type { PassMetrics, Work } from './pass-metrics.ts'
import { type WorkQueue, workQueue } from './queue.ts'
import { reconcileCluster } from './reconcile-cluster.ts'
import { type RegistryDeps, reconcileRegistry } from './reconcile-registry.ts'
import { type ReplicaSetDeps, reconcileReplicaSet } from './reconcile-replica-set.ts'
import { reconcileStatuses, type StatusDeps } from './reconcile-statuses.ts'
import { PoolRuntimes } from './runtimes.ts'
import { SettledServices } from './settled-services.ts'
import { summaryNotes } from './summary-notes.ts'
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
  /** A registry has seen a greater epoch. */
  readonly onFenced?: (epoch: number) => void
  readonly watchMetrics: WatchMetrics
  /** By pool: 1 while properties of its spec.config are refused. */
  readonly configRefused?: Gauge
  readonly passes: PassMetrics
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
const replicaSetWorkers = 16
const registryWorkers = 4
const statusWorkers = 4
/** Objects of one pool change in flocks. */
const flockMs = 20
/** What somebody edits in a CasCluster is served first, and carried out in its objects then; in a rush, every so often. */
const afterRegistryMs = 100
const inRushMs = 2_000
/** Servers have loaded a change by then and said so, as a rule: one write of a status tells all. */
const reportMs = 60
/** Revision and number of services in a CasCluster's status: nobody waits for them. */
const numbersMs = 300
const numbersInRushMs = 5_000

export function startControllers(options: ControllersOptions): Controllers {
  const world = new World()
  const wake: Wake = {
    cluster: (key, inMs = flockMs) => clusters.addAfter(key, inMs),
    replicaSet: (key, inMs = flockMs) => replicaSets.addAfter(key, inMs),
    registry: (key) => registries.add(key),
    statuses: (key) => statuses.addAfter(key, reportMs),
    findings: (key) => clusters.addAfter(key, batches.isRush(key) ? inRushMs : flockMs),
    numbers: (key) => clusters.addAfter(key, batches.isRush(key) ? numbersInRushMs : numbersMs),
  }
  const batches = new BatchWindows(monotonicClock, wake.registry)
  const editsFirst = new EditsFirst(monotonicClock, (key) => batches.isRush(key))
  const deps = dependencies(options, { world, wake, editsFirst })
  const queue = (name: string, workers: number, work: Work): WorkQueue =>
    workQueue({ clock: monotonicClock, log: options.log, workers, work: options.passes.measured(name, work) })
  const clusters = queue('cluster', clusterWorkers, (key) => reconcileCluster(deps.cluster, key))
  const replicaSets = queue('replica-set', replicaSetWorkers, (key) =>
    reconcileReplicaSet(deps.replicaSet, key),
  )
  const registries = queue('registry', registryWorkers, (key) => reconcileRegistry(deps.registry, key))
  const statuses = queue('status', statusWorkers, (key) => reconcileStatuses(deps.statuses, key))
  const queues = [clusters, replicaSets, registries, statuses]
  const onChange = (change: Change): void => {
    const kind = change.kind === 'applied' ? 'put' : 'removed'
    const wakes = wakesOf(change, world.take({ kind, object: change.object }))
    if (wakes.witnessed !== undefined) {
      deps.registry.witnessed.note(wakes.witnessed.pool, wakes.witnessed.service)
    }
    for (const key of wakes.registries) batches.note(key, wakes.change)
    for (const key of wakes.clusters) {
      const editMs = batches.isRush(key) ? inRushMs : afterRegistryMs
      const inMs = change.object.kind === 'CasCluster' ? editMs : flockMs
      wake.cluster(key, inMs)
      wake.replicaSet(key, inMs)
    }
    for (const key of wakes.statuses) wake.statuses(key)
  }
  const watches = startWatches({ ...options, onChange, metrics: options.watchMetrics })
  return {
    hasSynced: () => watches.hasSynced(),
    lead: () => {
      void watches.synced.then(() => {
        for (const each of queues) each.start()
      })
    },
    stop: async () => {
      batches.stop()
      await Promise.all(queues.map((each) => each.stop()))
      await deps.events.drain()
      await Promise.all([watches.stop(), deps.cluster.runtimes.closeAll()])
    },
  }
}

type Wake = Readonly<
  Record<'cluster' | 'replicaSet', (key: PoolKey, inMs?: number) => void> &
    Record<'registry' | 'statuses' | 'findings' | 'numbers', (key: PoolKey) => void>
>

/** What the controllers share, and what each has of its own. */
function dependencies(
  options: ControllersOptions,
  { world, wake, editsFirst }: { world: World; wake: Wake; editsFirst: EditsFirst },
) {
  const { client, clock, random, log, images, namespaces, instance, operatorNamespace } = options
  const events = eventRecorder({ client, instance, clock, random, log })
  const status = new StatusWriter(client, (object, next) => tell(events, object, next))
  const runtimes = new PoolRuntimes({ log, openRegistry: registryOpener(options, wake) })
  const applier = new ObjectApplier({ kube: client, clock, log })
  const shared = { kube: client, world, status, runtimes, images, clock, random, log }
  const cluster: ClusterDeps = { ...shared, applier, operatorNamespace, wakeRegistry: wake.registry }
  const replicaSet: ReplicaSetDeps = { ...shared, wakeCluster: wake.cluster }
  const { configRefused } = options
  const noteSummary = summaryNotes({
    ...{ runtimes, log, configRefused },
    onFindings: wake.findings,
    onNumbers: wake.numbers,
  })
  const registry: RegistryDeps = {
    ...shared,
    witnessed: new WitnessedDeletes(client),
    isInScope: (namespace) => namespaces.length === 0 || namespaces.includes(namespace),
    noteSummary,
    wakeStatuses: wake.statuses,
    onFenced: options.onFenced ?? (() => undefined),
  }
  const statuses: StatusDeps = {
    ...shared,
    settled: new SettledServices(),
    places: new Map(),
    editsFirst,
    noteSummary,
  }
  return { cluster, replicaSet, registry, statuses, events }
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

function registryOpener(options: ControllersOptions, wake: Wake) {
  const { epoch, clock, log } = options
  return (key: PoolKey, access: { readonly uri: string; readonly database: string }) =>
    connectRegistry({
      ...access,
      pool: key,
      epoch,
      clock,
      log,
      onReports: () => wake.statuses(key),
      onForeignWrites: () => wake.registry(key),
    })
}
