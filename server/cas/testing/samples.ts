/** Sample values for tests of the protocol. */
import { defaultConfig, type LiveConfig } from '../../../common/documents/properties.ts'
import type { AccessStrategy, ServiceDefinition } from '../../../common/documents/service-definition.ts'
import type { RegistrySnapshot } from '../../registry/catalog.ts'
import type { FoundService } from '../../services/match.ts'
import type { SsoSession } from '../../tickets/ticket.ts'

/** A definition for everything below https://app.example.org, open to every user. */
export function definition(access: Partial<AccessStrategy> = {}): ServiceDefinition {
  return {
    id: 1n,
    name: 'App',
    serviceId: '^https://app\\.example\\.org(/.*)?$',
    evaluationOrder: 0,
    access: {
      enabled: true,
      ssoEnabled: true,
      requireAllAttributes: true,
      caseInsensitive: false,
      requiredAttributes: {},
      rejectedAttributes: {},
      ...access,
    },
    release: { kind: 'all' },
    username: { kind: 'default' },
    proxy: { kind: 'refuse' },
    logout: { type: 'backChannel' },
    contacts: [],
  }
}

/** A session that began at the start of 2026 and is live. */
export function session(change: Partial<SsoSession> = {}): SsoSession {
  const begin = Date.UTC(2026, 0, 1)
  return {
    key: 'key',
    principal: { user: 'casuser', attributes: {} },
    authenticatedAt: begin,
    lastUsedAt: begin,
    lifetime: { maxSeconds: 28_800, idleSeconds: 7_200 },
    rememberMe: false,
    warn: false,
    state: { kind: 'live' },
    ...change,
  }
}

/** A registry snapshot in which the first definition with a matching pattern wins. */
export function snapshot(
  definitions: readonly ServiceDefinition[],
  config: Partial<LiveConfig> = {},
): RegistrySnapshot {
  const find = (text: string): FoundService => {
    const found = definitions.find(({ serviceId }) => new RegExp(serviceId, 'i').test(text))
    return found ? { kind: 'service', definition: found } : { kind: 'unregistered' }
  }
  return {
    rev: 1,
    digest: 'digest',
    findService: find,
    findTarget: find,
    definitionById: (id) => definitions.find((d) => String(d.id) === id),
    size: definitions.length,
    config: { ...defaultConfig, ...config },
    refusedServices: [],
    refusals: [],
    servicesBehind: () => 0,
    refusedProperties: [],
  }
}
