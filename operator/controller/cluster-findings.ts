/** What a pass over a CasCluster brought to light, as the findings behind its conditions. */

import type { CasCluster } from '../api/cas-cluster.ts'
import type { Obstacle } from '../apply/objects.ts'
import type { ClusterFindings, ClusterNumbers } from '../decide/cluster-status.ts'
import { type Finding, specRevision, stuck, unknown, waiting } from '../decide/findings.ts'
import { mongoPending, mongoReady, type SetProgress } from '../decide/mongo-ready.ts'
import { keptFinding, type RegistrySummary } from '../decide/registry-summary.ts'
import { serversReady } from '../decide/servers-ready.ts'
import { volumesFinding } from '../decide/volumes.ts'
import { optional, type Pool } from '../desired/pool.ts'
import type { ObjectFacts } from '../observe/facts.ts'
import { storageOf } from '../observe/storage.ts'
import { isAboutAccess } from './registry-access.ts'

export interface PassResult {
  readonly objects: ObjectFacts
  /** Undefined: not looked at, or run by somebody else. */
  readonly set: SetProgress | undefined
  readonly registry: RegistrySummary | undefined
  readonly obstacles: readonly Obstacle[]
  /** Trouble that is no part's own. */
  readonly overall?: Finding
  /** Why the database of somebody else cannot be reached. */
  readonly access?: Finding
  /** When to look again, if nothing happens before. */
  readonly againInMs?: number
}

export function findingsOf(cluster: CasCluster, pool: Pool, result: PassResult): ClusterFindings {
  const { objects, registry } = result
  const overall = result.overall ?? obstacleFinding(result.obstacles)
  const isCurrent = registry?.revision === specRevision(cluster)
  const config = isCurrent ? registry?.config : keptFinding(cluster, 'ConfigSynced')
  const isManaged = pool.spec.mongodb.kind === 'managed'
  return {
    mongo: isManaged ? managedFinding(cluster, result) : externalFinding(cluster, result),
    servers: serversReady(objects.servers, pool.spec.replicas),
    config: config ?? unknown('Pending', 'nothing was written to the database yet'),
    ...optional('overall', overall),
    ...optional('volumes', volumesOf(pool, objects)),
  }
}

function volumesOf({ spec: { mongodb } }: Pool, { mongod }: ObjectFacts): Finding | undefined {
  const made = storageOf(mongod.statefulSet?.object)
  return mongodb.kind === 'managed' && made !== undefined ? volumesFinding(mongodb.storage, made) : undefined
}

/** A look that was made for an earlier spec says nothing about this one. */
function managedFinding(cluster: CasCluster, { objects, set }: PassResult): Finding {
  if (set?.revision === specRevision(cluster)) return mongoReady(objects.mongod, set)
  const recorded = objects.replicaSetRecord ?? cluster.status?.mongodb?.replicaSet
  return keptFinding(cluster, 'MongoReady') ?? mongoPending(recorded !== undefined)
}

function externalFinding(cluster: CasCluster, { access, registry }: PassResult): Finding {
  const connecting = waiting('Progressing', 'connecting to the database')
  const kept = keptFinding(cluster, 'MongoReady')
  return access ?? registry?.health ?? (kept === undefined || isAboutAccess(kept) ? connecting : kept)
}

/** What the status shows beside its conditions. */
export function numbersOf(result: PassResult): ClusterNumbers {
  const { objects, set, registry } = result
  return {
    objects,
    primary: set?.observed.primary?.split('.')[0],
    mongodMembers: set?.observed.view?.config.members.length,
    registry: registry && registry.rev > 0 ? numbersOfRegistry(registry) : undefined,
  }
}

function numbersOfRegistry({ rev, services, foreign }: RegistrySummary): ClusterNumbers['registry'] {
  return { rev, services, ...(foreign > 0 ? { foreign } : {}) }
}

function obstacleFinding(obstacles: readonly Obstacle[]): Finding | undefined {
  if (obstacles.length === 0) return undefined
  const foreign = obstacles.some(({ kind }) => kind === 'foreign')
  return stuck(foreign ? 'NameTaken' : 'Contested', obstacles.map(({ message }) => message).join('; '))
}
