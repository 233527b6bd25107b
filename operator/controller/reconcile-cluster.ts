/**
 * One pass over a CasCluster: gather -> decide -> desired -> apply -> status. Level-driven: it knows nothing of what
 * happened, only what is; nothing in it waits for the world to change.
 */
import { reasonOf } from '../../common/fault.ts'
import type { CasCluster, CasClusterStatus } from '../api/cas-cluster.ts'
import { problemText } from '../api/problem.ts'
import { prune, unwanted } from '../apply/prune.ts'
import { clusterStatus, firstClusterStatus, pausedStatus } from '../decide/cluster-status.ts'
import { type Finding, stuck, unknown } from '../decide/findings.ts'
import { desiredManifests } from '../desired/index.ts'
import type { Pool } from '../desired/pool.ts'
import { KubeFault } from '../kube/client.ts'
import type { ObjectFacts } from '../observe/facts.ts'
import { gatherObjects } from '../observe/gather.ts'
import type { PoolKey } from '../observe/world.ts'
import type { ClusterDeps } from './cluster-deps.ts'
import { findingsOf, numbersOf, type PassResult } from './cluster-findings.ts'
import { currentPool } from './current-pool.ts'
import { settleKeys } from './keys-pass.ts'
import { poolFacts } from './pool-facts.ts'
import type { WorkResult } from './queue.ts'
import { openRegistry } from './registry-access.ts'
import { replaceStuckServers } from './server-roll-pass.ts'

const done: WorkResult = { kind: 'done' }
/** What somebody has to bring back may come without our label, so that no watch tells of it. */
const whileMissingMs = 10_000

export async function reconcileCluster(deps: ClusterDeps, key: PoolKey): Promise<WorkResult> {
  const current = currentPool(deps, key)
  if (current.kind === 'gone') {
    await deps.runtimes.close(key)
    return done
  }
  const cluster = await seen(deps, deps.status.newest(current.cluster))
  const now = deps.clock.now()
  if (current.kind === 'invalid') {
    const finding = stuck('Invalid', problemText(current.problems))
    await deps.status.write(cluster, refusedStatus(cluster, finding, now))
    return done
  }
  if (current.kind === 'paused') {
    await deps.status.write(cluster, pausedStatus(cluster, now))
    return done
  }
  const { pool } = current
  const result = await passOver(deps, { key, pool, cluster })
  const findings = findingsOf(cluster, pool, result)
  await deps.status.write(cluster, clusterStatus(cluster, findings, { now, numbers: numbersOf(result) }))
  deps.log.debug({ pool: key }, 'pool was passed over')
  if (result.againInMs === undefined) return done
  return { kind: 'again', inMs: result.againInMs, why: 'a pod may be stuck, or a key missing' }
}

interface Subject {
  readonly key: PoolKey
  readonly pool: Pool
  readonly cluster: CasCluster
}

/** Everything between the spec and the status. What the API refuses for good is a finding, not a failure. */
async function passOver(deps: ClusterDeps, subject: Subject): Promise<PassResult> {
  const { key, pool, cluster } = subject
  const objects = lookAtObjects(deps, subject)
  const recorded = objects.replicaSetRecord ?? cluster.status?.mongodb?.replicaSet
  const nothing = { objects, set: undefined, registry: deps.runtimes.summary(key), obstacles: [] }
  const keys = await settleKeys(deps, pool, {
    objects,
    replicaSet: recorded,
    registryRev: cluster.status?.registry?.rev,
  })
  if (keys.kind === 'stalled') return { ...nothing, overall: keys.finding, againInMs: whileMissingMs }
  const set = deps.runtimes.progress(key)
  const facts = poolFacts(deps, { pool, objects, secrets: keys.values, recorded, observed: set?.observed })
  const manifests = desiredManifests(pool, facts)
  const refusal = await applyAll(deps, subject, { manifests, objects })
  const now = lookAtObjects(deps, subject)
  const againInMs = await replaceStuckServers(deps, now.servers)
  const access = await openRegistry(deps, { ...subject, secrets: keys.values, set })
  return {
    ...nothing,
    objects: now,
    set,
    ...refusal,
    ...(access === undefined ? {} : { access, againInMs: whileMissingMs }),
    ...(againInMs === undefined ? {} : { againInMs }),
    ...(refusal.obstacles.length === 0 ? {} : { againInMs: whileMissingMs }),
  }
}

/** The pool's objects, with what was written to them since the caches heard of them. */
function lookAtObjects({ world, applier }: ClusterDeps, { key, pool }: Subject): ObjectFacts {
  return gatherObjects(
    pool,
    world.objectsOf(key).map((object) => applier.newest(object)),
  )
}

async function applyAll(
  deps: ClusterDeps,
  { pool }: Subject,
  { manifests, objects }: { manifests: ReturnType<typeof desiredManifests>; objects: ObjectFacts },
): Promise<Pick<PassResult, 'obstacles' | 'overall'>> {
  try {
    const { obstacles } = await deps.applier.applyAll(manifests, objects.live.find)
    await prune(deps.kube, unwanted(objects.live.all, manifests, pool.uid))
    return { obstacles }
  } catch (fault) {
    const isFinal = fault instanceof KubeFault && ['invalid', 'forbidden'].includes(fault.kind)
    if (!isFinal) throw fault
    deps.log.warn({ pool: `${pool.namespace}/${pool.name}`, err: fault }, 'the API refused a manifest')
    return { obstacles: [], overall: stuck('ApplyRefused', reasonOf(fault)) }
  }
}

/** At first sight the object says so, before any work: nobody may take it for ready. */
async function seen(deps: ClusterDeps, cluster: CasCluster): Promise<CasCluster> {
  if ((cluster.status?.conditions ?? []).length > 0) return cluster
  const status = firstClusterStatus(cluster, deps.clock.now())
  await deps.status.write(cluster, status)
  return { ...cluster, status }
}

function refusedStatus(cluster: CasCluster, finding: Finding, now: number): CasClusterStatus {
  const part = unknown(finding.reason, 'not looked at')
  return clusterStatus(cluster, { overall: finding, mongo: part, servers: part, config: part }, { now })
}
