/** Ids of definitions: derived from namespace and name, so that a service keeps its id whoever writes it. */
import { createHash } from 'node:crypto'

/** Largest 64-bit signed number, which MongoDB and Java can hold. */
const positiveMask = (1n << 63n) - 1n

/** A positive 63-bit id: the first eight bytes of SHA-256 over `namespace/name` without the sign bit. */
export function definitionId(service: { readonly namespace: string; readonly name: string }): bigint {
  const hash = createHash('sha256').update(`${service.namespace}/${service.name}`).digest()
  // 0 and -1 mean "unset" in Apereo's registries.
  return hash.readBigUInt64BE(0) & positiveMask || 1n
}
