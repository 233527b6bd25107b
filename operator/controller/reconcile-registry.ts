/**
 * One pass over the registry of a CasCluster: everything that its CasServices and its spec.config say goes to the
 * database, and what came of it to the statuses. Also for a CasCluster that does not exist, whose services have to
 * learn so.
 */
import type { Clock } from '../../common/clock.ts'
import { reasonOf, StoreFault } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import type { Gauge } from '../../common/metrics.ts'
import type { CasCluster } from '../api/cas-cluster.ts'
import type { CasService } from '../api/cas-service.ts'
import { reasons } from '../api/conditions.ts'
import { problemText } from '../api/problem.ts'
import { clusterProblems, revisionProblems } from '../api/validate-cas-cluster.ts'
import { admissionProblems } from '../api/validate-cas-service.ts'
import type { StatusWriter } from '../apply/status.ts'
import { confirmDeletes, registrySummary, unhealthySummary } from '../decide/registry-summary.ts'
import { type ServiceStanding, serviceStatus } from '../decide/service-status.ts'
import { poolNames } from '../desired/names.ts'
import { workloadOf } from '../observe/pods.ts'
import type { PoolKey, World } from '../observe/world.ts'
import type { PoolMembers } from '../registry/served.ts'
import { FencedFault } from '../registry/store.ts'
import { type SyncReport, serviceKey } from '../registry/sync.ts'
import { inParallel } from './parallel.ts'
import type { WorkResult } from './queue.ts'
import type { RegistryLink } from './registry-link.ts'
import type { PoolRuntimes } from './runtimes.ts'
import type { WitnessedDeletes } from './witnessed-deletes.ts'

export interface RegistryDeps {
  readonly world: World
  readonly status: StatusWriter
  readonly runtimes: PoolRuntimes
  readonly witnessed: WitnessedDeletes
  readonly isInScope: (namespace: string) => boolean
  readonly clock: Clock
  readonly log: Log
  /** By pool: 1 while properties of its spec.config are refused. */
  readonly configRefused?: Gauge
  /** Has the CasCluster looked at: what its status shows of the registry has changed. */
  readonly wakeCluster: (key: PoolKey) => void
  /** A registry was taken over with this epoch, which is greater than ours. */
  readonly onFenced: (epoch: number) => void
}

type StandingOf = (service: CasService) => ServiceStanding

const done: WorkResult = { kind: 'done' }
/** So often it is looked whether those who change definitions have ceased to. */
const contestedMs = 60_000
/** Status writes under way at the same time. */
const parallelWrites = 16

export async function reconcileRegistry(deps: RegistryDeps, key: PoolKey): Promise<WorkResult> {
  const cluster = deps.world.cluster(key)
  const services = deps.world.servicesOf(key)
  if (cluster === undefined) {
    deps.configRefused?.set(0, { pool: key })
    await writeStatuses(deps, services, () => ({ kind: 'clusterNotFound', cluster: key }))
    return done
  }
  if (cluster.metadata.deletionTimestamp !== undefined || cluster.spec.paused) return done
  if (clusterProblems(cluster).length > 0) {
    await writeStatuses(deps, services, () => ({ kind: 'clusterInvalid', cluster: key }))
    return done
  }
  const link = deps.runtimes.registry(key)
  if (link === undefined) {
    const message = `the database of CasCluster ${key} is not up yet`
    await writeStatuses(deps, services, () => ({ kind: 'waiting', message }))
    return done
  }
  return syncWith(deps, link, { key, cluster, services })
}

interface Registry {
  readonly key: PoolKey
  readonly cluster: CasCluster
  readonly services: readonly CasService[]
}

async function syncWith(deps: RegistryDeps, link: RegistryLink, registry: Registry): Promise<WorkResult> {
  const { key, cluster, services } = registry
  const refusals = new Map<CasService, string>()
  for (const service of services) {
    const problems = admissionProblems(service, cluster)
    if (problems.length > 0) refusals.set(service, problemText(problems))
  }
  try {
    const report = await syncOnce(deps, link, {
      ...registry,
      services: services.filter((s) => !refusals.has(s)),
      withdrawn: [...refusals.keys()].map(serviceKey),
    })
    const reports = link.members()
    if (reports === undefined)
      return { kind: 'again', inMs: 200, why: 'reports of the servers are being read' }
    const members = { ready: readyServers(deps.world, key, cluster), reports }
    await writeStatuses(deps, services, standings(report, members, refusals))
    noteSummary(deps, key, registrySummary(deps.status.newest(cluster), report, members))
    if (report.isContested)
      return { kind: 'again', inMs: contestedMs, why: 'definitions are left alone for a while' }
    return done
  } catch (fault) {
    if (!(fault instanceof StoreFault || fault instanceof FencedFault)) throw fault
    if (fault instanceof FencedFault && fault.headEpoch !== undefined) deps.onFenced(fault.headEpoch)
    const message = `the registry cannot be written: ${reasonOf(fault)}`
    noteSummary(deps, key, unhealthySummary(deps.status.newest(cluster), deps.runtimes.summary(key), message))
    await writeStatuses(deps, services, () => ({ kind: 'waiting', message }))
    throw fault
  }
}

/** Deletes that were witnessed are settled only after they were written. */
async function syncOnce(
  deps: RegistryDeps,
  link: RegistryLink,
  registry: Registry & { readonly withdrawn: readonly string[] },
): Promise<SyncReport> {
  const { key, cluster, services, withdrawn } = registry
  const noted = await deps.witnessed.of(key)
  const here = new Set(services.map(serviceKey))
  const confirmed = cluster.metadata.annotations?.[confirmDeletes]
  const report = await link.sync({
    services,
    // Servers never see a revision that they would refuse: one that starts meanwhile runs with the last good one.
    properties: revisionProblems(cluster).length > 0 ? undefined : (cluster.spec.config ?? {}),
    // What is not admitted any more must not stay served because many of its kind left at once: fail closed.
    witnessedDeletes: new Set([...noted, ...withdrawn].filter((service) => !here.has(service))),
    areDeletesConfirmed: confirmed !== undefined && confirmed === String(deps.runtimes.summary(key)?.rev),
    isInScope: deps.isInScope,
  })
  deps.witnessed.settle(key, noted)
  return report
}

function noteSummary(
  deps: RegistryDeps,
  key: PoolKey,
  summary: Parameters<PoolRuntimes['setSummary']>[1],
): void {
  const { reason, message } = summary.config
  const isRefused = reason === reasons.refused
  deps.configRefused?.set(isRefused ? 1 : 0, { pool: key })
  if (!deps.runtimes.setSummary(key, summary)) return
  if (isRefused) deps.log.warn({ pool: key, reason: message }, 'properties refused')
  deps.wakeCluster(key)
}

function standings(
  report: SyncReport,
  members: PoolMembers,
  refusals: ReadonlyMap<CasService, string>,
): StandingOf {
  return (service) => {
    const refusal = refusals.get(service)
    if (refusal !== undefined) return { kind: 'notAdmitted', message: refusal }
    const outcome = report.services.get(serviceKey(service))
    if (outcome === undefined) return { kind: 'waiting', message: 'not written yet' }
    return { kind: 'looked', outcome, digest: report.digest, members }
  }
}

function readyServers(world: World, key: PoolKey, cluster: CasCluster): string[] {
  const { pods } = workloadOf(world.objectsOf(key), poolNames(cluster.metadata.name).server)
  return pods.filter(({ ready, terminating }) => ready && !terminating).map(({ name }) => name)
}

async function writeStatuses(
  deps: RegistryDeps,
  services: readonly CasService[],
  standingOf: StandingOf,
): Promise<void> {
  const now = deps.clock.now()
  await inParallel(services, parallelWrites, async (cached) => {
    if (cached.metadata.deletionTimestamp !== undefined) return
    const service = deps.status.newest(cached)
    const status = serviceStatus(service, standingOf(cached), now)
    if (status !== undefined) await deps.status.write(service, status)
  })
}
