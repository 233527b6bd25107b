/** One look at a pool's objects: out of the caches, without asking anybody. */
import type { KubeObject } from '../api/meta.ts'
import { annotations, labelNames, managedBy } from '../desired/labels.ts'
import { dataVolume, poolNames } from '../desired/names.ts'
import type { Pool } from '../desired/pool.ts'
import { generatedSecrets, type SecretPurpose } from '../desired/secrets.ts'
import type { LiveObjects, ObjectFacts, SecretValues } from './facts.ts'
import { workloadOf } from './pods.ts'

/** `objects`: what carries the pool's labels. */
export function gatherObjects(pool: Pool, objects: readonly KubeObject[]): ObjectFacts {
  const names = poolNames(pool.name)
  const live = liveObjects(objects)
  const claims = objects
    .filter(({ kind, metadata }) => kind === 'PersistentVolumeClaim' && isData(metadata.name, names.mongodb))
    .map(({ metadata }) => metadata.name)
    .toSorted()
  const keyfile = live.find('Secret', names.keyfileSecret)
  return {
    live,
    mongod: workloadOf(objects, names.mongodb),
    servers: workloadOf(objects, names.server),
    claims,
    secrets: secretValues(pool, live),
    replicaSetRecord: keyfile?.metadata.annotations?.[annotations.replicaSetInitiated],
  }
}

/** The decoded `data` of a Secret. */
export function decodedSecret(secret: KubeObject): Readonly<Record<string, string>> {
  const data = (secret['data'] ?? {}) as Readonly<Record<string, string>>
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  )
}

const isData = (claim: string, statefulSet: string): boolean =>
  claim.startsWith(`${dataVolume}-${statefulSet}-`)

function liveObjects(objects: readonly KubeObject[]): LiveObjects {
  const ours = objects.filter(({ metadata }) => metadata.labels?.[labelNames.managedBy] === managedBy)
  const byName = new Map(ours.map((object) => [`${object.kind} ${object.metadata.name}`, object]))
  return { all: ours, find: (kind, name) => byName.get(`${kind} ${name}`) }
}

function secretValues(pool: Pool, live: LiveObjects): SecretValues {
  const values = new Map<SecretPurpose, Readonly<Record<string, string>>>()
  for (const [purpose, name] of generatedSecrets(pool)) {
    const secret = live.find('Secret', name)
    if (secret !== undefined) values.set(purpose, decodedSecret(secret))
  }
  return values
}
