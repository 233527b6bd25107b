/** What reconciling a CasCluster needs from outside, named once. */
import type { Clock, Random } from '../../common/clock.ts'
import type { Log } from '../../common/log.ts'
import type { DefaultImages } from '../api/defaults.ts'
import type { ObjectApplier } from '../apply/objects.ts'
import type { StatusWriter } from '../apply/status.ts'
import type { KubeClient } from '../kube/client.ts'
import type { PoolKey, World } from '../observe/world.ts'
import type { PoolRuntimes } from './runtimes.ts'

export interface ClusterDeps {
  readonly kube: KubeClient
  readonly world: World
  readonly applier: ObjectApplier
  readonly status: StatusWriter
  readonly runtimes: PoolRuntimes
  readonly images: DefaultImages
  /** Namespace of the operator's own pod, which may reach mongod. */
  readonly operatorNamespace: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Has the registry of a pool looked at. */
  readonly wakeRegistry: (key: PoolKey) => void
}
