/**
 * The configuration in force. A revision is valid as a whole: when one known property is refused, all of the last
 * good revision stays, and the refusal is reported until it is mended.
 */
import type { RefusedProperty } from '../../common/documents/pool.ts'
import { defaultConfig, type LiveConfig, parseProperties } from '../../common/documents/properties.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'

export interface ConfigState {
  readonly inForce: LiveConfig
  /** Refused values, then names that are not known. */
  readonly refused: readonly RefusedProperty[]
}

/** Defaults, before anything was read. */
export const initialConfig: ConfigState = Object.freeze({ inForce: defaultConfig, refused: [] })

/** The state after a revision: property documents (`{name, value}`) by name. */
export function nextConfig(last: ConfigState, properties: ReadonlyMap<string, StoredDocument>): ConfigState {
  const values = new Map<string, unknown>()
  for (const [name, document] of properties) values.set(name, document['value'])
  const { config, refused, unknown } = parseProperties(values)
  return { inForce: config ?? last.inForce, refused: [...refused, ...unknown] }
}
