/**
 * One pass over a CasCluster: gather -> decide -> desired -> apply -> status. Level-driven: it knows nothing of what
 * happened, only what is; nothing in it waits for the world to change.
 */
import { reasonOf } from '../../common/fault.ts'
import type { CasCluster, CasClusterStatus } from '../api/cas-cluster.ts'
import { resolveClusterSpec } from '../api/defaults.ts'
import { problemText } from '../api/problem.ts'
import { validateCasCluster } from '../api/validate-cas-cluster.ts'
import { prune, unwanted } from '../apply/prune.ts'
import { clusterStatus, firstClusterStatus, pausedStatus } from '../decide/cluster-status.ts'
import { type Finding, stuck, unknown } from '../decide/findings.ts'
import { desiredManifests } from '../desired/index.ts'
import { type Pool, poolOf } from '../desired/pool.ts'
import { KubeFault } from '../kube/client.ts'
import type { ObjectFacts } from '../observe/facts.ts'
import { gatherObjects } from '../observe/gather.ts'
import type { PoolKey } from '../observe/world.ts'
import type { ClusterDeps } from './cluster-deps.ts'
import { findingsOf, numbersOf, type PassResult } from './cluster-findings.ts'
import { settleKeys } from './keys-pass.ts'
import { poolFacts } from './pool-facts.ts'
import type { WorkResult } from './queue.ts'
import { openRegistry } from './registry-access.ts'
import { actOnSet, lookAtSet } from './replica-set-pass.ts'
import { replaceStuckServers } from './server-roll-pass.ts'

const done: WorkResult = { kind: 'done' }

export async function reconcileCluster(deps: ClusterDeps, key: PoolKey): Promise<WorkResult> {
  const cached = deps.world.cluster(key)
  if (cached === undefined || cached.metadata.deletionTimestamp !== undefined) {
    await deps.runtimes.close(key)
    return done
  }
  const cluster = await seen(deps, deps.status.newest(cached))
  const now = deps.clock.now()
  const problems = validateCasCluster(cached)
  if (problems.length > 0) {
    await writeStatus(deps, cluster, refusedStatus(cluster, stuck('Invalid', problemText(problems)), now))
    return done
  }
  const pool = poolOf(cached, resolveClusterSpec(cached.spec, deps.images))
  if (pool.spec.paused) {
    await writeStatus(deps, cluster, pausedStatus(cluster, now))
    return done
  }
  const result = await passOver(deps, { key, pool, cluster })
  const status = clusterStatus(cluster, findingsOf(cluster, pool, result), {
    now,
    numbers: numbersOf(result),
  })
  await writeStatus(deps, cluster, status)
  return { kind: 'again', inMs: result.againInMs, why: 'members report nothing by themselves' }
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
  if (keys.kind === 'stalled') return { ...nothing, overall: keys.finding, againInMs: 30_000 }
  const look = await lookAtSet(deps, subject, { objects, secrets: keys.values })
  const facts = poolFacts(deps, { pool, objects, secrets: keys.values, recorded, observed: look?.observed })
  const manifests = desiredManifests(pool, facts)
  const refusal = await applyAll(deps, subject, { manifests, objects })
  const now = lookAtObjects(deps, subject)
  const set =
    look &&
    (await actOnSet(look, {
      ...deps,
      pool,
      mongod: now.mongod,
      recorded: facts.replicaSetInitiated !== undefined,
    }))
  const stuckInMs = await replaceStuckServers(deps, now.servers)
  const access = await openRegistry(deps, { ...subject, secrets: keys.values, set: set?.progress })
  return {
    ...nothing,
    objects: now,
    set: set?.progress,
    ...refusal,
    ...(access === undefined ? {} : { access }),
    againInMs: Math.min(set?.againInMs ?? 10_000, stuckInMs ?? 10_000),
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
  await writeStatus(deps, cluster, status)
  return { ...cluster, status }
}

function refusedStatus(cluster: CasCluster, finding: Finding, now: number): CasClusterStatus {
  const part = unknown(finding.reason, 'not looked at')
  return clusterStatus(cluster, { overall: finding, mongo: part, servers: part, config: part }, { now })
}

async function writeStatus(deps: ClusterDeps, cluster: CasCluster, status: CasClusterStatus): Promise<void> {
  if (await deps.status.write(cluster, status)) {
    deps.log.debug({ cluster: cluster.metadata.name }, 'status written')
  }
}
