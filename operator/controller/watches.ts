/** The reflectors that feed the world: our own kinds whole, everything else by our label. */
import type { Clock, Random } from '../../common/clock.ts'
import type { Log } from '../../common/log.ts'
import { managedSelector } from '../desired/labels.ts'
import type { ApiClient } from '../kube/api-client.ts'
import type { Kind } from '../kube/kinds.ts'
import type { Change } from '../kube/object-cache.ts'
import { type Reflector, startReflector } from '../kube/reflector.ts'
import type { WatchMetrics } from '../kube/watch-metrics.ts'

export interface WatchesOptions {
  readonly client: ApiClient
  /** Empty: all. */
  readonly namespaces: readonly string[]
  readonly onChange: (change: Change) => void
  readonly metrics: WatchMetrics
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface Watches {
  /** Resolves when everything was listed once. */
  readonly synced: Promise<void>
  hasSynced(): boolean
  stop(): Promise<void>
}

const ownKinds: readonly Kind[] = ['CasCluster', 'CasService']

/** Kinds of the objects that a pool consists of. */
const childKinds: readonly Kind[] = [
  'Secret',
  'ServiceAccount',
  'Service',
  'StatefulSet',
  'Pod',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
  'NetworkPolicy',
  'Ingress',
]

export function startWatches(options: WatchesOptions): Watches {
  const scopes =
    options.namespaces.length === 0 ? [{}] : options.namespaces.map((namespace) => ({ namespace }))
  const reflectors = scopes.flatMap((scope): Reflector[] => [
    ...ownKinds.map((kind) => reflect(options, kind, scope)),
    ...childKinds.map((kind) => reflect(options, kind, { ...scope, labelSelector: managedSelector })),
  ])
  return {
    synced: Promise.all(reflectors.map(({ synced }) => synced)).then(() => undefined),
    hasSynced: () => reflectors.every((reflector) => reflector.hasSynced()),
    stop: async () => {
      await Promise.all(reflectors.map((reflector) => reflector.stop()))
    },
  }
}

function reflect(
  { client, onChange, metrics, clock, random, log }: WatchesOptions,
  kind: Kind,
  scope: { readonly namespace?: string; readonly labelSelector?: string },
): Reflector {
  const source = client.listWatch(kind, scope)
  return startReflector({ source, onChange, metrics, clock, random, log })
}
