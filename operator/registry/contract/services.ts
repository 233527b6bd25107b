/** CasServices for tests. */
import type { CasService, CasServiceSpec } from '../../api/cas-service.ts'
import { apiVersion } from '../../api/meta.ts'

/** A valid CasService `demo/<name>` on its own host. */
export function casService(name: string, spec: Partial<CasServiceSpec> = {}): CasService {
  return {
    apiVersion,
    kind: 'CasService',
    metadata: { name, namespace: 'demo', uid: `uid-${name}`, generation: 1 },
    spec: { clusterRef: { name: 'main' }, match: { hosts: [`${name}.example.org`] }, ...spec },
  }
}

/** One that validation refuses. */
export function invalidService(name: string): CasService {
  return casService(name, { access: { unauthorizedRedirectUrl: 'nowhere' } })
}
