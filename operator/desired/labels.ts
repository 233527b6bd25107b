/** Labels and annotations of everything that the operator makes, once. */

export const managedBy = 'caspool-operator'

export type Component = 'server' | 'mongodb'

export const labelNames = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  component: 'app.kubernetes.io/component',
  managedBy: 'app.kubernetes.io/managed-by',
} as const

/** What the pods of the operator itself carry: the chart `cas-operator` sets it. */
export const operatorLabels = { [labelNames.name]: 'cas-operator' } as const

/** Annotations that belong to us. */
export const annotations = {
  /** On the key file Secret, which outlives the CasCluster: name of the replica set that was initiated. */
  replicaSetInitiated: 'caspool.io/replica-set-initiated',
  /** On every applied object: hash of the manifest, so that a field that we no longer want is seen. */
  applied: 'caspool.io/applied',
} as const

/** Readiness gate of mongod pods: PRIMARY, or SECONDARY that is not far behind. */
export const memberGate = 'caspool.io/member'

/** Selects everything that any pool's operator made. */
export const managedSelector = `${labelNames.managedBy}=${managedBy}`

export function labels(pool: string, component: Component): Record<string, string> {
  return { ...selectorLabels(pool, component), [labelNames.managedBy]: managedBy }
}

/** The labels that select the pods of one component; never changed, since selectors cannot change. */
export function selectorLabels(pool: string, component: Component): Record<string, string> {
  return {
    [labelNames.name]: 'caspool',
    [labelNames.instance]: pool,
    [labelNames.component]: component,
  }
}

/** `selectorLabels` as the text of a label selector (scale subresource). */
export function selectorText(pool: string, component: Component): string {
  return Object.entries(selectorLabels(pool, component))
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}
