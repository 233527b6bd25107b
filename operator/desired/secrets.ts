/**
 * The Secrets of a pool, in two halves. Values are generated once and created, never applied, so that nothing can
 * overwrite a key that data depends on. Labels, ownership and what derives from other facts are applied like
 * everything else. Under Retain no Secret is owned by the CasCluster: it lives as long as the volumes.
 */

import type { Random } from '../../common/clock.ts'
import { secretKeys } from '../../common/contract.ts'
import { annotations, labels } from './labels.ts'
import { mongodbHost, poolNames } from './names.ts'
import { type Manifest, optional, ownedBy, type Pool, type PoolFacts } from './pool.ts'

/** Names of the database users that the operator makes. */
const databaseUsers = { operator: 'caspool-operator', server: 'caspool-server' } as const

/** 567 bytes are 756 characters of base64; mongod takes 6 to 1024. */
const keyfileBytes = 567
const poolKeyBytes = 32
const passwordBytes = 24

/** Which generated Secrets a pool has, by purpose. A set run by somebody else needs the pool key only. */
export type SecretPurpose = 'poolKey' | 'keyfile' | 'operatorUser' | 'serverUser'

/** Name of the Secret for each purpose that this pool has. */
export function generatedSecrets(pool: Pool): ReadonlyMap<SecretPurpose, string> {
  const names = poolNames(pool.name)
  const key: [SecretPurpose, string] = ['poolKey', names.poolKeySecret]
  if (pool.spec.mongodb.kind === 'external') return new Map([key])
  return new Map<SecretPurpose, string>([
    key,
    ['keyfile', names.keyfileSecret],
    ['operatorUser', names.operatorSecret],
    ['serverUser', names.serverSecret],
  ])
}

/** A new Secret for `purpose` with fresh values. */
export function freshSecret(pool: Pool, purpose: SecretPurpose, random: Random): Manifest {
  const name = generatedSecrets(pool).get(purpose)
  if (name === undefined) throw new TypeError(`this pool has no Secret for ${purpose}`)
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: pool.namespace, labels: labels(pool.name, componentOf(purpose)) },
    type: 'Opaque',
    data: encoded(freshValues(purpose, random)),
  }
}

/** What is applied on the Secrets that exist: everything but the generated values. */
export function secretManifests(pool: Pool, facts: PoolFacts): Manifest[] {
  return [...generatedSecrets(pool)].map(([purpose, name]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: pool.namespace,
      labels: labels(pool.name, componentOf(purpose)),
      ...optional('ownerReferences', pool.spec.deletionPolicy === 'Delete' ? ownedBy(pool) : undefined),
      ...optional('annotations', purpose === 'keyfile' ? initiatedRecord(facts) : undefined),
    },
    ...optional('data', purpose === 'serverUser' ? connectionString(pool, facts) : undefined),
  }))
}

function freshValues(purpose: SecretPurpose, random: Random): Record<string, string> {
  const password = (): string => random.bytes(passwordBytes).toString('hex')
  switch (purpose) {
    case 'poolKey':
      return { [secretKeys.poolKey]: random.bytes(poolKeyBytes).toString('base64') }
    case 'keyfile':
      return { [secretKeys.mongodbKeyfile]: random.bytes(keyfileBytes).toString('base64') }
    case 'operatorUser':
      return { [secretKeys.username]: databaseUsers.operator, [secretKeys.password]: password() }
    case 'serverUser':
      return { [secretKeys.username]: databaseUsers.server, [secretKeys.password]: password() }
  }
}

function initiatedRecord(facts: PoolFacts): Record<string, string> | undefined {
  if (facts.replicaSetInitiated === undefined) return undefined
  return { [annotations.replicaSetInitiated]: facts.replicaSetInitiated }
}

function connectionString(pool: Pool, facts: PoolFacts): Record<string, string> | undefined {
  if (facts.serverPassword === undefined || pool.spec.mongodb.kind !== 'managed') return undefined
  const hosts = Array.from({ length: pool.spec.mongodb.members }, (_, i) => mongodbHost(pool, i)).join(',')
  const user = `${databaseUsers.server}:${encodeURIComponent(facts.serverPassword)}`
  const set = poolNames(pool.name).replicaSet
  return encoded({
    [secretKeys.mongodbUri]: `mongodb://${user}@${hosts}/?replicaSet=${set}&authSource=admin`,
  })
}

function encoded(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  )
}

function componentOf(purpose: SecretPurpose): 'server' | 'mongodb' {
  return purpose === 'poolKey' ? 'server' : 'mongodb'
}
