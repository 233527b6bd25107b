/** Makes generated Secrets, each once: one that is there already wins, whoever made it. */
import type { Random } from '../../common/clock.ts'
import type { KubeObject } from '../api/meta.ts'
import type { Pool } from '../desired/pool.ts'
import { freshSecret, generatedSecrets, type SecretPurpose } from '../desired/secrets.ts'
import type { KubeClient } from '../kube/client.ts'

/**
 * The Secrets for these purposes as they stand now: read first, since the caches hold labelled objects only, and
 * made where there is none.
 */
export async function ensureSecrets(
  kube: KubeClient,
  pool: Pool,
  wanted: { readonly purposes: readonly SecretPurpose[]; readonly random: Random },
): Promise<ReadonlyMap<SecretPurpose, KubeObject>> {
  const found = new Map<SecretPurpose, KubeObject>()
  for (const purpose of wanted.purposes) {
    const created = await kube.create(freshSecret(pool, purpose, wanted.random))
    const secret = created ?? (await readSecret(kube, pool, purpose))
    if (secret !== undefined) found.set(purpose, secret)
  }
  return found
}

/** The Secret for a purpose, straight from the API. */
export function readSecret(
  kube: KubeClient,
  pool: Pool,
  purpose: SecretPurpose,
): Promise<KubeObject | undefined> {
  const name = generatedSecrets(pool).get(purpose)
  if (name === undefined) throw new TypeError(`this pool has no Secret for ${purpose}`)
  return kube.get({ kind: 'Secret', namespace: pool.namespace, name })
}
