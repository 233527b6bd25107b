/** What an edit of the manifests means for a pool that runs: what is live at once, and what waits for the next start. */
import { isDeepStrictEqual } from 'node:util'
import type { ResolvedClusterSpec } from '../operator/api/defaults.ts'
import type { PoolManifests } from './manifests.ts'
import { anotherHome } from './open-home.ts'

/** Fields of a CasCluster that the registry carries to running servers; all others are read at their start. */
const liveFields: readonly (keyof ResolvedClusterSpec)[] = ['config', 'servicesFrom']

/** Sentences about everything but services and properties, of which the registry tells itself. `running`: as started. */
export function editSentences(running: PoolManifests, before: PoolManifests, now: PoolManifests): string[] {
  const fields = Object.keys({ ...running.cluster, ...now.cluster }) as (keyof ResolvedClusterSpec)[]
  const waiting = fields
    .filter((field) => !liveFields.includes(field))
    .filter((field) => !isDeepStrictEqual(running.cluster[field], now.cluster[field]))
  return [
    ...(before.usersFile === now.usersFile ? [] : ['users were read again']),
    ...(waiting.length === 0 ? [] : [`at the next start only: ${waiting.join(', ')}`]),
  ]
}

/** The data of a home belong to one CasCluster: what is called otherwise is another pool. */
export function renameProblems(running: string, now: string): string[] {
  if (running === now) return []
  return [
    `the CasCluster ${running} is now called ${now}, which is another pool: stop this one and ${anotherHome}, or start over with --reset`,
  ]
}
