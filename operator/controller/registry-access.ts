/** How the operator reaches a pool's registry, and when there is one to reach. */
import { secretKeys } from '../../common/contract.ts'
import { type Finding, waiting } from '../decide/findings.ts'
import type { SetProgress } from '../decide/mongo-ready.ts'
import { poolNames } from '../desired/names.ts'
import type { Pool } from '../desired/pool.ts'
import type { SecretValues } from '../observe/facts.ts'
import { decodedSecret } from '../observe/gather.ts'
import type { PoolKey } from '../observe/world.ts'
import type { ClusterDeps } from './cluster-deps.ts'
import { wantedMembers } from './reconcile-replica-set.ts'

interface AccessSubject {
  readonly key: PoolKey
  readonly pool: Pool
  readonly secrets: SecretValues
  readonly set: SetProgress | undefined
}

/**
 * Opens the registry once its database can be used; it stays open through outages. Answers why the database of
 * somebody else cannot be reached.
 */
export async function openRegistry(deps: ClusterDeps, subject: AccessSubject): Promise<Finding | undefined> {
  const { key, pool } = subject
  const { database } = pool.spec.mongodb
  const uri = pool.spec.mongodb.kind === 'external' ? await externalUri(deps, pool) : managedUri(subject)
  if (uri === undefined) {
    return waiting('SecretMissing', 'the Secret of mongodb.external.uriSecretRef, or its key, is not there')
  }
  if (uri === 'later') return undefined
  if (await deps.runtimes.openRegistry(key, { uri, database })) deps.wakeRegistry(key)
  return undefined
}

function managedUri({ pool, secrets, set }: AccessSubject): string {
  const user = secrets.get('operatorUser')
  if (user === undefined || set?.observed.users.operator !== 'works') return 'later'
  const hosts = wantedMembers(pool).map(({ host }) => host)
  const name = encodeURIComponent(user[secretKeys.username] ?? '')
  const password = encodeURIComponent(user[secretKeys.password] ?? '')
  const options = `replicaSet=${poolNames(pool.name).replicaSet}&authSource=admin`
  return `mongodb://${name}:${password}@${hosts.join(',')}/?${options}`
}

async function externalUri({ kube }: ClusterDeps, pool: Pool): Promise<string | undefined> {
  if (pool.spec.mongodb.kind !== 'external') return undefined
  const { name, key } = pool.spec.mongodb.uriSecret
  const secret = await kube.get({ kind: 'Secret', namespace: pool.namespace, name })
  return secret === undefined ? undefined : decodedSecret(secret)[key]
}
