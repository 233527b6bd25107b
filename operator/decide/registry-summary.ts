/** The condition ConfigSynced, and the health of the registry's database, after a pass over the registry. */

import { derivedByShard, type Shard } from '../../common/sharded-map.ts'
import type { CasCluster } from '../api/cas-cluster.ts'
import { conditionOf, reasons } from '../api/conditions.ts'
import { problemText } from '../api/problem.ts'
import { configProblems, revisionProblems } from '../api/validate-cas-cluster.ts'
import { configVerdict, type PoolMembers } from '../registry/served.ts'
import type { ServiceOutcome, SyncReport } from '../registry/sync.ts'
import { type Finding, specRevision, stuck, waiting, well } from './findings.ts'

/** What the last pass over the registry found. */
export interface RegistrySummary {
  /** `specRevision` that the pass looked at. */
  readonly revision: string
  readonly rev: number
  /** Services that stand in the database. */
  readonly services: number
  /** Definitions in the database that no pool owns. */
  readonly foreign: number
  readonly config: Finding
  /** Whether the database answered. */
  readonly health: Finding
}

/** Annotation on the CasCluster that confirms deletes that are held; its value is the rev that the condition names. */
export const confirmDeletes = 'caspool.io/confirm-deletes'

export function registrySummary(
  cluster: CasCluster,
  report: SyncReport,
  members: PoolMembers,
): RegistrySummary {
  const services = report.services.shards.reduce((sum, shard) => sum + syncedIn(shard), 0)
  const health = well('Connected', 'the database answers')
  return {
    revision: specRevision(cluster),
    rev: report.rev,
    services,
    foreign: report.foreign.length,
    health,
    config: configFinding(cluster, report, members),
  }
}

const syncedIn = derivedByShard(
  (shard: Shard<ServiceOutcome>) => [...shard.values()].filter(({ kind }) => kind === 'synced').length,
)

/** Nobody could be asked: what was known stays, its health does not. */
export function unhealthySummary(
  cluster: CasCluster,
  before: RegistrySummary | undefined,
  message: string,
): RegistrySummary {
  const health = waiting('StoreUnavailable', message)
  if (before !== undefined) return { ...before, health }
  const config = keptFinding(cluster, 'ConfigSynced') ?? health
  return { revision: specRevision(cluster), rev: 0, services: 0, foreign: 0, config, health }
}

/** What the status says about this very generation: a process that has just started knows no better. */
export function keptFinding(cluster: CasCluster, type: 'ConfigSynced' | 'MongoReady'): Finding | undefined {
  const condition = conditionOf(cluster.status?.conditions, type)
  if (condition === undefined || condition.observedGeneration !== cluster.metadata.generation)
    return undefined
  const { status, reason, message } = condition
  const stalled = conditionOf(cluster.status?.conditions, 'Stalled')
  const isWhatStalls = stalled?.status === 'True' && stalled.reason === reason
  return { status, reason, message, ...(isWhatStalls ? { stalled: true } : {}) }
}

function configFinding(cluster: CasCluster, report: SyncReport, members: PoolMembers): Finding {
  const { heldDeletes, config } = report
  if (heldDeletes !== undefined) {
    const count = `${heldDeletes.services.length} of ${heldDeletes.of} services`
    const confirm = `kubectl annotate cascluster ${cluster.metadata.name} ${confirmDeletes}=${report.rev} --overwrite`
    return stuck('DeletesHeld', `${count} have disappeared and are still served; to delete them: ${confirm}`)
  }
  if (config.conflicts.length > 0) {
    return stuck('Conflict', `somebody else has set ${config.conflicts.join(', ')} in the database`)
  }
  if (revisionProblems(cluster).length > 0) {
    return stuck(
      reasons.refused,
      `${problemText(configProblems(cluster))}\nnothing of this revision is written: the last good one stays in force`,
    )
  }
  const names = Object.keys(cluster.spec.config ?? {})
  const generation = cluster.metadata.generation ?? 0
  const previous = conditionOf(cluster.status?.conditions, 'ConfigSynced')
  const written = { rev: config.rev, digest: report.digest, generation, previous }
  const { status, reason, message } = configVerdict(names, written, members)
  if (reason === reasons.refused) return stuck(reason, message)
  const isUnheard = reason === reasons.noReadyServer || reason === reasons.notReported
  const problems = isUnheard ? configProblems(cluster) : []
  return problems.length > 0 ? stuck(reasons.refused, problemText(problems)) : { status, reason, message }
}
