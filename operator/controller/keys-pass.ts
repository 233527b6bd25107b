/** The Secrets' part of a pass: makes what is missing and may be made, and knows all values afterwards. */

import type { KubeObject } from '../api/meta.ts'
import { ensureSecrets, readSecret } from '../apply/secrets.ts'
import { type Finding, stuck } from '../decide/findings.ts'
import { dataEvidence, decideKeys } from '../decide/keys.ts'
import type { Pool } from '../desired/pool.ts'
import { generatedSecrets, type SecretPurpose } from '../desired/secrets.ts'
import type { ObjectFacts, SecretValues } from '../observe/facts.ts'
import { decodedSecret } from '../observe/gather.ts'
import type { ClusterDeps } from './cluster-deps.ts'

export type KeysPass =
  | { readonly kind: 'ready'; readonly values: SecretValues }
  | { readonly kind: 'stalled'; readonly finding: Finding }

export async function settleKeys(
  { kube, random, log }: Pick<ClusterDeps, 'kube' | 'random' | 'log'>,
  pool: Pool,
  facts: {
    readonly objects: ObjectFacts
    readonly replicaSet: string | undefined
    readonly registryRev: number | undefined
  },
): Promise<KeysPass> {
  const { objects } = facts
  const wanted = generatedSecrets(pool)
  const values = new Map(objects.secrets)
  // The caches hold labelled Secrets only, and may be behind: absence counts when the API itself says so.
  for (const purpose of wanted.keys()) {
    if (!values.has(purpose)) keep(values, purpose, await readSecret(kube, pool, purpose))
  }
  const decision = decideKeys({
    wanted,
    present: new Set(values.keys()),
    dataEvidence: dataEvidence({
      claims: objects.claims,
      replicaSetRecord: objects.replicaSetRecord ?? facts.replicaSet,
      registryRev: facts.registryRev,
    }),
  })
  if (decision.kind === 'stalled') return { kind: 'stalled', finding: stuck('KeyMissing', decision.message) }
  if (decision.purposes.length > 0) {
    log.info({ secrets: decision.purposes.map((purpose) => wanted.get(purpose)) }, 'making Secrets')
  }
  const made = await ensureSecrets(kube, pool, { purposes: decision.purposes, random })
  for (const [purpose, secret] of made) keep(values, purpose, secret)
  return { kind: 'ready', values }
}

function keep(
  values: Map<SecretPurpose, Readonly<Record<string, string>>>,
  purpose: SecretPurpose,
  secret: KubeObject | undefined,
): void {
  if (secret !== undefined) values.set(purpose, decodedSecret(secret))
}
