/** Ids of definitions: derived from namespace and name, so that a service keeps its id whoever writes it. */
import { createHash } from 'node:crypto'

/** Larger whole numbers are rounded by those who read JSON's numbers as doubles, Apereo CAS 6.6 among them. */
const exactMask = (1n << 53n) - 1n

/** A positive id of 53 bits at most: the last ones of the first eight bytes of SHA-256 over `namespace/name`. */
export function definitionId(service: { readonly namespace: string; readonly name: string }): bigint {
  const hash = createHash('sha256').update(`${service.namespace}/${service.name}`).digest()
  // 0 and -1 mean "unset" in Apereo's registries.
  return hash.readBigUInt64BE(0) & exactMask || 1n
}
