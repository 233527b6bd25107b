/** How the operator reaches a pool's registry, and when there is one to reach. */
import { secretKeys } from '../../common/contract.ts'
import { SettingsFault } from '../../common/fault.ts'
import type { ExternalMongodb } from '../api/defaults.ts'
import { type Finding, stuck, waiting } from '../decide/findings.ts'
import type { SetProgress } from '../decide/mongo-ready.ts'
import { poolNames } from '../desired/names.ts'
import type { Pool } from '../desired/pool.ts'
import type { SecretValues } from '../observe/facts.ts'
import { decodedSecret } from '../observe/gather.ts'
import type { PoolKey } from '../observe/world.ts'
import type { ClusterDeps } from './cluster-deps.ts'
import { wantedMembers } from './reconcile-replica-set.ts'
import type { RegistryAccess } from './registry-link.ts'

type AccessDeps = Pick<ClusterDeps, 'kube' | 'runtimes' | 'wakeRegistry'>

export interface AccessSubject {
  readonly key: PoolKey
  readonly pool: Pool
  readonly secrets: SecretValues
  readonly set: SetProgress | undefined
}

const secretMissing = 'SecretMissing'
const secretInvalid = 'SecretInvalid'

/** Whether a finding is one of `openRegistry`: it holds no longer than the Secret is as it is. */
export const isAboutAccess = ({ reason }: Finding): boolean => [secretMissing, secretInvalid].includes(reason)

/**
 * Opens the registry once its database can be used; it stays open through outages. Answers why the database of
 * somebody else cannot be reached; nothing is written then, also not where an earlier Secret has led to.
 */
export async function openRegistry(deps: AccessDeps, subject: AccessSubject): Promise<Finding | undefined> {
  const { key, pool } = subject
  const { mongodb } = pool.spec
  if (mongodb.kind === 'managed') {
    const uri = managedUri(subject)
    if (uri !== undefined) await open(deps, key, { uri, database: mongodb.database })
    return undefined
  }
  const trouble = await openExternal(deps, subject, mongodb)
  if (trouble !== undefined) await deps.runtimes.closeRegistry(key)
  return trouble
}

async function open(
  { runtimes, wakeRegistry }: AccessDeps,
  key: PoolKey,
  access: RegistryAccess,
): Promise<void> {
  if (await runtimes.openRegistry(key, access)) wakeRegistry(key)
}

/** Undefined: the operator's user does not work yet. */
function managedUri({ pool, secrets, set }: AccessSubject): string | undefined {
  const user = secrets.get('operatorUser')
  if (user === undefined || set?.observed.users.operator !== 'works') return undefined
  const hosts = wantedMembers(pool).map(({ host }) => host)
  const name = encodeURIComponent(user[secretKeys.username] ?? '')
  const password = encodeURIComponent(user[secretKeys.password] ?? '')
  const options = `replicaSet=${poolNames(pool.name).replicaSet}&authSource=admin`
  return `mongodb://${name}:${password}@${hosts.join(',')}/?${options}`
}

async function openExternal(
  deps: AccessDeps,
  { key, pool: { namespace } }: AccessSubject,
  { uriSecret, database }: ExternalMongodb,
): Promise<Finding | undefined> {
  const secret = await deps.kube.get({ kind: 'Secret', namespace, name: uriSecret.name })
  const uri = secret && decodedSecret(secret)[uriSecret.key]
  if (uri === undefined) {
    return waiting(secretMissing, 'the Secret of mongodb.external.uriSecretRef, or its key, is not there')
  }
  try {
    await open(deps, key, { uri, database })
    return undefined
  } catch (fault) {
    if (!(fault instanceof SettingsFault)) throw fault
    const problem = fault.problems.join('; ')
    return stuck(secretInvalid, `key ${uriSecret.key} of Secret ${uriSecret.name}: ${problem}`)
  }
}
