/** What the cache says about a pool: nothing, something that cannot be run, or a pool. */
import type { CasCluster } from '../api/cas-cluster.ts'
import { type DefaultImages, resolveClusterSpec } from '../api/defaults.ts'
import type { Problem } from '../api/problem.ts'
import { clusterProblems } from '../api/validate-cas-cluster.ts'
import { type Pool, poolOf } from '../desired/pool.ts'
import type { PoolKey, World } from '../observe/world.ts'

export type CurrentPool =
  /** Not there, or being deleted. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'invalid'; readonly cluster: CasCluster; readonly problems: readonly Problem[] }
  | { readonly kind: 'paused'; readonly cluster: CasCluster }
  | { readonly kind: 'pool'; readonly cluster: CasCluster; readonly pool: Pool }

export function currentPool(
  from: { readonly world: World; readonly images: DefaultImages },
  key: PoolKey,
): CurrentPool {
  const cluster = from.world.cluster(key)
  if (cluster === undefined || cluster.metadata.deletionTimestamp !== undefined) return { kind: 'gone' }
  const problems = clusterProblems(cluster)
  if (problems.length > 0) return { kind: 'invalid', cluster, problems }
  const pool = poolOf(cluster, resolveClusterSpec(cluster.spec, from.images))
  return pool.spec.paused ? { kind: 'paused', cluster } : { kind: 'pool', cluster, pool }
}
