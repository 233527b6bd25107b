/**
 * One pass over the registry of a CasCluster: everything that its CasServices and its spec.config say goes to the
 * database. What came of it is told by `reconcile-statuses.ts`, which nothing here waits for: writing statuses takes
 * longer than anything else, and the next edit is to be served meanwhile.
 */
import { reasonOf, StoreFault } from '../../common/fault.ts'
import type { CasCluster } from '../api/cas-cluster.ts'
import type { CasService, CasServiceSpec } from '../api/cas-service.ts'
import { problemText } from '../api/problem.ts'
import { clusterProblems, revisionProblems } from '../api/validate-cas-cluster.ts'
import { admissionProblems } from '../api/validate-cas-service.ts'
import type { StatusWriter } from '../apply/status.ts'
import { specRevision } from '../decide/findings.ts'
import { confirmDeletes, unhealthySummary } from '../decide/registry-summary.ts'
import type { PoolKey, World } from '../observe/world.ts'
import { serviceKey } from '../registry/prepared.ts'
import type { ServiceKey } from '../registry/registry.ts'
import { FencedFault } from '../registry/store.ts'
import type { SyncReport } from '../registry/sync.ts'
import type { WorkResult } from './queue.ts'
import type { RegistryLink } from './registry-link.ts'
import type { PoolRuntimes } from './runtimes.ts'
import type { NoteSummary } from './summary-notes.ts'
import type { WitnessedDeletes } from './witnessed-deletes.ts'

export interface RegistryDeps {
  readonly world: World
  readonly status: StatusWriter
  readonly runtimes: PoolRuntimes
  readonly witnessed: WitnessedDeletes
  readonly isInScope: (namespace: string) => boolean
  /** Has the CasCluster looked at: what its status shows of the registry has changed. */
  readonly noteSummary: NoteSummary
  /** Has the statuses of the services looked at. */
  readonly wakeStatuses: (key: PoolKey) => void
  /** A registry was taken over with this epoch, which is greater than ours. */
  readonly onFenced: (epoch: number) => void
}

const done: WorkResult = { kind: 'done' }
/** So often it is looked whether those who change definitions or properties have ceased to. */
const contestedMs = 60_000
/** So long after an edit the database is compared, where that was due: edits seldom come alone. */
const compareMs = 10_000

export async function reconcileRegistry(deps: RegistryDeps, key: PoolKey): Promise<WorkResult> {
  const noted = await deps.witnessed.of(key)
  // The world is read only now: a service that is deleted while the API is asked would still be here, and its delete settled.
  const cluster = deps.world.cluster(key)
  const link = deps.runtimes.registry(key)
  const isAtRest = cluster?.metadata.deletionTimestamp !== undefined || cluster?.spec.paused === true
  if (isAtRest) return done
  try {
    if (cluster !== undefined && link !== undefined && clusterProblems(cluster).length === 0) {
      return await syncWith(deps, link, { key, cluster, noted, services: deps.world.servicesOf(key) })
    }
    return done
  } finally {
    deps.wakeStatuses(key)
  }
}

interface Registry {
  readonly key: PoolKey
  readonly cluster: CasCluster
  /** Services whose delete was seen. */
  readonly noted: ReadonlySet<ServiceKey>
  readonly services: readonly CasService[]
}

async function syncWith(deps: RegistryDeps, link: RegistryLink, registry: Registry): Promise<WorkResult> {
  const { key, cluster, services } = registry
  const refusals = new Map<CasServiceSpec, string>()
  const withdrawn: string[] = []
  for (const service of services) {
    const problems = admissionProblems(service, cluster.spec.services)
    if (problems.length === 0) continue
    refusals.set(service.spec, problemText(problems))
    withdrawn.push(serviceKey(service))
  }
  const admitted = refusals.size === 0 ? services : services.filter(({ spec }) => !refusals.has(spec))
  try {
    const report = await syncOnce(deps, link, { ...registry, services: admitted, withdrawn })
    deps.runtimes.setLook(key, {
      kind: 'synced',
      report,
      revision: specRevision(cluster),
      refusals,
    })
    if (report.isCompareDue) return { kind: 'again', inMs: compareMs, why: 'everything is to be compared' }
    if (!report.isContested) return done
    return { kind: 'again', inMs: contestedMs, why: 'what others change is left alone for a while' }
  } catch (fault) {
    if (!(fault instanceof StoreFault || fault instanceof FencedFault)) throw fault
    if (fault instanceof FencedFault && fault.headEpoch !== undefined) deps.onFenced(fault.headEpoch)
    const message = `the registry cannot be written: ${reasonOf(fault)}`
    deps.runtimes.setLook(key, { kind: 'failed', message })
    const summary = unhealthySummary(deps.status.newest(cluster), deps.runtimes.summary(key), message)
    deps.noteSummary(key, summary)
    throw fault
  }
}

/** Deletes that were witnessed are settled only after they were written. */
async function syncOnce(
  deps: RegistryDeps,
  link: RegistryLink,
  registry: Registry & { readonly withdrawn: readonly string[] },
): Promise<SyncReport> {
  const { key, cluster, services, noted, withdrawn } = registry
  const leaving = [...noted, ...withdrawn]
  const here = new Set(leaving.length === 0 ? [] : services.map(serviceKey))
  const confirmed = cluster.metadata.annotations?.[confirmDeletes]
  const report = await link.sync({
    services,
    // Servers never see a revision that they would refuse: one that starts meanwhile runs with the last good one.
    properties: revisionProblems(cluster).length > 0 ? undefined : (cluster.spec.config ?? {}),
    // What is not admitted any more must not stay served because many of its kind left at once: fail closed.
    witnessedDeletes: new Set(leaving.filter((service) => !here.has(service))),
    areDeletesConfirmed: confirmed !== undefined && confirmed === String(deps.runtimes.summary(key)?.rev),
    isInScope: deps.isInScope,
    isElsewhere: (namespace, name) => deps.world.hasService(namespace, name),
  })
  deps.witnessed.settle(key, noted)
  return report
}
