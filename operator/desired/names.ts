/** Every name that the operator gives to an object of a pool, once. `pool` is the name of the CasCluster. */
import { ports } from '../../common/contract.ts'

/** Names of the objects of the pool `pool`. */
export interface PoolNames {
  readonly server: string
  readonly serverMembers: string
  readonly mongodb: string
  readonly ingress: string
  readonly poolKeySecret: string
  readonly keyfileSecret: string
  readonly operatorSecret: string
  readonly serverSecret: string
  /** Replica set name, also the proof that a volume belongs to this pool. */
  readonly replicaSet: string
}

export function poolNames(pool: string): PoolNames {
  return {
    server: `${pool}-server`,
    serverMembers: `${pool}-server-members`,
    mongodb: `${pool}-mongodb`,
    ingress: `${pool}-server`,
    poolKeySecret: `${pool}-pool-key`,
    keyfileSecret: `${pool}-mongodb-keyfile`,
    operatorSecret: `${pool}-mongodb-operator`,
    serverSecret: `${pool}-mongodb-server`,
    replicaSet: pool,
  }
}

/** Name of the volume of every mongod pod; claims are called `<volume>-<pod>`. */
export const dataVolume = 'data'

/** `host:port` of the mongod pod with this ordinal, as members are named in the set's configuration. */
export function mongodbHost(pool: { name: string; namespace: string }, ordinal: number): string {
  const set = poolNames(pool.name).mongodb
  return `${set}-${ordinal}.${set}.${pool.namespace}.svc:${ports.mongodb}`
}

/** The ordinal in a pod name of a StatefulSet, or undefined for any other name. */
export function ordinalOf(podName: string, setName: string): number | undefined {
  const rest = podName.startsWith(`${setName}-`) ? podName.slice(setName.length + 1) : ''
  return /^\d{1,9}$/.test(rest) ? Number(rest) : undefined
}
