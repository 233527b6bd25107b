/** Registries for tests of what is planned: one that holds nothing, and what is wanted of one. */
import type { DesiredRegistry, RegistryState } from '../registry.ts'

export const emptyState: RegistryState = {
  rev: 0,
  headDigest: undefined,
  services: new Map(),
  owners: new Map(),
  properties: new Map(),
  propertyOwners: new Map(),
}

/** Of the pool demo/main: neither services nor properties, but for what is given. */
export function desiredRegistry(change: Partial<DesiredRegistry> = {}): DesiredRegistry {
  return {
    pool: 'demo/main',
    services: [],
    keep: new Set(),
    properties: {},
    witnessedDeletes: new Set(),
    contested: new Set(),
    contestedProperties: new Set(),
    areDeletesConfirmed: false,
    isInScope: () => true,
    isElsewhere: () => false,
    ...change,
  }
}
