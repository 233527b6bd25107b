/**
 * Which generated Secrets to make. A key on which stored data depends is never made anew: sessions could not be
 * read and members could not talk to each other any more, and the old key might still exist somewhere.
 */
import type { SecretPurpose } from '../desired/secrets.ts'

export type KeyDecision =
  | { readonly kind: 'make'; readonly purposes: readonly SecretPurpose[] }
  /** `names`: Secrets that somebody has to restore. */
  | { readonly kind: 'stalled'; readonly names: readonly string[]; readonly message: string }

export interface KeyFacts {
  /** Secrets that the pool has, by purpose. */
  readonly wanted: ReadonlyMap<SecretPurpose, string>
  readonly present: ReadonlySet<SecretPurpose>
  /** What shows that data was stored under these keys; undefined: nothing does. */
  readonly dataEvidence: string | undefined
}

/** Passwords are not among them: they can be set anew through `__system`. */
const boundToData: readonly SecretPurpose[] = ['poolKey', 'keyfile']

export function decideKeys({ wanted, present, dataEvidence }: KeyFacts): KeyDecision {
  const missing = [...wanted.keys()].filter((purpose) => !present.has(purpose))
  const lost = missing.filter((purpose) => boundToData.includes(purpose))
  if (lost.length === 0 || dataEvidence === undefined) return { kind: 'make', purposes: missing }
  const names = lost.map((purpose) => wanted.get(purpose) ?? purpose)
  const message = `Secret ${names.join(' and ')} is missing, and data depends on it (${dataEvidence}): restore it from a backup`
  return { kind: 'stalled', names, message }
}

/** What shows that this pool has stored data; undefined: nothing. */
export function dataEvidence(facts: {
  readonly claims: readonly string[]
  readonly replicaSetRecord: string | undefined
  readonly registryRev: number | undefined
}): string | undefined {
  if (facts.claims.length > 0) return `volume claim ${facts.claims[0]} exists`
  if (facts.replicaSetRecord !== undefined) return `replica set ${facts.replicaSetRecord} was initiated`
  if ((facts.registryRev ?? 0) > 0) return `the registry was written, rev ${facts.registryRev}`
  return undefined
}
