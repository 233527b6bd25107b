/** The facts that manifests depend on, out of one look at the world. */
import { secretKeys } from '../../common/contract.ts'
import { mongodReplicas } from '../decide/mongod-size.ts'
import { mongodbHost, poolNames } from '../desired/names.ts'
import { optional, type Pool, type PoolFacts } from '../desired/pool.ts'
import { type ObservedSet, setWasSeen } from '../mongo/facts.ts'
import type { ObjectFacts, SecretValues } from '../observe/facts.ts'
import { storageOf } from '../observe/storage.ts'

export interface PoolLook {
  readonly pool: Pool
  readonly objects: ObjectFacts
  readonly secrets: SecretValues
  /** Replica set that is on record. */
  readonly recorded: string | undefined
  readonly observed: ObservedSet | undefined
}

export function poolFacts(operator: { readonly operatorNamespace: string }, look: PoolLook): PoolFacts {
  const { pool, objects, secrets, observed } = look
  const wanted = pool.spec.mongodb.kind === 'managed' ? pool.spec.mongodb.members : 0
  const live = objects.mongod.statefulSet
  const seen = observed !== undefined && setWasSeen(observed) ? poolNames(pool.name).replicaSet : undefined
  return {
    mongodReplicas: mongodReplicas({
      wanted,
      live: live?.replicas,
      view: observed?.view,
      ordinalOf: (host) => ordinalAt(pool, host),
    }),
    operatorNamespace: operator.operatorNamespace,
    ...optional('storage', storageOf(live?.object)),
    ...optional('replicaSetInitiated', look.recorded ?? seen),
    ...optional('serverPassword', secrets.get('serverUser')?.[secretKeys.password]),
  }
}

/** The ordinal whose host this is. */
function ordinalAt(pool: Pool, host: string): number | undefined {
  const ordinal = Number(/-(\d+)\./.exec(host)?.[1] ?? Number.NaN)
  return mongodbHost(pool, ordinal) === host ? ordinal : undefined
}
