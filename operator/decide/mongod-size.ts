/**
 * How many mongod pods there have to be: the pod comes before its member, and goes only after the configuration
 * without it is committed.
 */
import type { PrimaryView } from '../mongo/facts.ts'

export interface MongodSizeFacts {
  readonly wanted: number
  /** Replicas of the living StatefulSet; undefined: none yet. */
  readonly live: number | undefined
  /** The set as its primary sees it; undefined: nobody could say. */
  readonly view: PrimaryView | undefined
  /** The ordinal of a configured host, undefined for a host that is no pod of this pool. */
  readonly ordinalOf: (host: string) => number | undefined
}

export function mongodReplicas({ wanted, live, view, ordinalOf }: MongodSizeFacts): number {
  if (live === undefined || live <= wanted) return wanted
  if (view === undefined || !view.configCommitted) return live
  const needed = view.config.members.map(({ host }) => (ordinalOf(host) ?? -1) + 1)
  return Math.max(wanted, Math.min(live, Math.max(0, ...needed)))
}
