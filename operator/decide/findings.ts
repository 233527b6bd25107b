/** What a part of a pool looks like, before it becomes a condition. */
import type { CasCluster } from '../api/cas-cluster.ts'
import type { ConditionStatus } from '../api/conditions.ts'

/** Names one spec of one object: what was found out for another says nothing about it. */
export function specRevision({ metadata }: CasCluster): string {
  return `${metadata.uid}/${metadata.generation}`
}

export interface Finding {
  readonly status: ConditionStatus
  /** CamelCase, API. */
  readonly reason: string
  /** Says what is waited for or what to change. */
  readonly message: string
  /** Nothing goes on here until somebody changes something. */
  readonly stalled?: true
}

export const well = (reason: string, message: string): Finding => ({ status: 'True', reason, message })
export const waiting = (reason: string, message: string): Finding => ({ status: 'False', reason, message })
export const unknown = (reason: string, message: string): Finding => ({ status: 'Unknown', reason, message })
export const stuck = (reason: string, message: string): Finding => ({
  status: 'False',
  reason,
  message,
  stalled: true,
})
