/**
 * The configuration in force. A revision is valid as a whole: when one known property is refused, all of the last
 * good revision stays, and the refusal is reported until it is mended. The operator writes no such revision; others
 * may. A server that has seen no good one yet runs with what is good of it.
 */
import type { RefusedProperty } from '../../common/documents/pool.ts'
import { defaultConfig, type LiveConfig, parseProperties } from '../../common/documents/properties.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'

export interface ConfigState {
  readonly inForce: LiveConfig
  /** Whether it is a revision that was good as a whole. */
  readonly isWhole: boolean
  /** Refused values, then secrets, then names that are not known. */
  readonly refused: readonly RefusedProperty[]
}

/** Defaults, before anything was read. */
export const initialConfig: ConfigState = Object.freeze({
  inForce: defaultConfig,
  isWhole: false,
  refused: [],
})

/** The state after a revision: property documents (`{name, value}`) by name. */
export function nextConfig(last: ConfigState, properties: ReadonlyMap<string, StoredDocument>): ConfigState {
  const values = new Map<string, unknown>()
  for (const [name, document] of properties) values.set(name, document['value'])
  const parsed = parseProperties(values)
  const refused = [...parsed.refused, ...parsed.secrets, ...parsed.unknown]
  if (parsed.config !== undefined) return { inForce: parsed.config, isWhole: true, refused }
  return { inForce: last.isWhole ? last.inForce : parsed.acceptable, isWhole: last.isWhole, refused }
}
