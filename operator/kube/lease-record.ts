/** What stands in a Lease, as text that the API server takes, and the decision whether it may be claimed. Pure. */
import type { Instant } from '../../common/clock.ts'
import type { KubeObject } from '../api/meta.ts'
import { apiVersionOf } from './kinds.ts'

export interface LeaseRecord {
  /** Identity of the leader; empty when it was given back. */
  readonly holder: string
  readonly durationSeconds: number
  readonly transitions: number
  readonly acquiredAt: Instant
  readonly renewedAt: Instant
}

/** A state of a Lease and when it was first seen, on the observer's monotonic clock. */
export interface Observation {
  readonly resourceVersion: string | undefined
  readonly seenAt: Instant
}

export type Claim =
  | { readonly kind: 'wait'; readonly observed: Observation }
  /** The Lease may be claimed, with this transition count. */
  | { readonly kind: 'claim'; readonly observed: Observation; readonly transitions: number }

export interface Contender {
  readonly identity: string
  /** Monotonic. */
  readonly now: Instant
  /** Milliseconds since the epoch. */
  readonly wallNow: Instant
}

/**
 * Whether a contender may claim a Lease that it has just read. A leader's Lease is free when this contender has seen
 * it unchanged for the Lease's whole duration; the times written in it are not looked at.
 */
export function decideClaim(
  lease: KubeObject | undefined,
  before: Observation | undefined,
  contender: Contender,
): Claim {
  const resourceVersion = lease?.metadata.resourceVersion
  const isUnchanged = before !== undefined && before.resourceVersion === resourceVersion
  const observed = isUnchanged ? before : { resourceVersion, seenAt: contender.now }
  if (lease === undefined)
    return { kind: 'claim', observed, transitions: firstTransitions(contender.wallNow) }
  const { holder, durationSeconds, transitions } = readLease(lease)
  // Our own name: an earlier life of this pod, which is over.
  const isOpen = holder === '' || holder === contender.identity
  const hasRunOut = contender.now - observed.seenAt > durationSeconds * 1000
  return isOpen || hasRunOut
    ? { kind: 'claim', observed, transitions: transitions + 1 }
    : { kind: 'wait', observed }
}

/**
 * The count of a Lease that did not exist: seconds since the beginning of 2026 (the field has 31 bits). Epochs must
 * grow even when somebody deletes the Lease, and leaders change less often than once a second.
 */
const firstTransitions = (wallNow: Instant): number =>
  Math.max(1, Math.floor((wallNow - Date.UTC(2026, 0, 1)) / 1000))

/** The manifest of a Lease. With `current`, a replacement of exactly that version. */
export function leaseManifest(
  ref: { readonly namespace: string; readonly name: string },
  record: LeaseRecord,
  current?: KubeObject,
): KubeObject {
  const { namespace, name } = ref
  const resourceVersion = current?.metadata.resourceVersion
  return {
    apiVersion: apiVersionOf('Lease'),
    kind: 'Lease',
    metadata: { ...current?.metadata, namespace, name, ...(resourceVersion ? { resourceVersion } : {}) },
    spec: {
      holderIdentity: record.holder,
      leaseDurationSeconds: record.durationSeconds,
      leaseTransitions: record.transitions,
      acquireTime: microTime(record.acquiredAt),
      renewTime: microTime(record.renewedAt),
    },
  }
}

/** Reads a Lease; what is missing counts as empty, so that a Lease made by hand can be claimed. */
export function readLease(lease: KubeObject): LeaseRecord {
  const spec = (lease['spec'] ?? {}) as {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly leaseTransitions?: number
    readonly acquireTime?: string
    readonly renewTime?: string
  }
  return {
    holder: spec.holderIdentity ?? '',
    durationSeconds: spec.leaseDurationSeconds ?? 0,
    transitions: spec.leaseTransitions ?? 0,
    acquiredAt: Date.parse(spec.acquireTime ?? '') || 0,
    renewedAt: Date.parse(spec.renewTime ?? '') || 0,
  }
}

/** metav1.MicroTime: the API server refuses anything but six decimals. */
export const microTime = (at: Instant): string => new Date(at).toISOString().replace(/Z$/, '000Z')
