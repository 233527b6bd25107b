/** Whoever a definition admits or keeps out, the CasService of its import does, too: asked of the servers' own code. */
import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { defaultAccess } from '../../common/documents/definition-policies.ts'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import { casServiceSchema } from '../../operator/api/crd-schemas.ts'
import { definitionOf } from '../../operator/registry/definition.ts'
import { manifestOf } from '../../operator/registry/manifest.ts'
import { principalAccess } from '../../server/services/access.ts'

const target = { name: 'app', namespace: 'demo', clusterRef: { name: 'sso' } }
const names = ['memberOf', 'mail'] as const
const patterns = fc.array(
  fc.constantFrom('', ' ', 'admin', '^admin$', '^(?:admin|staff)$', 'st.*', '.*', '('),
)
const lists = fc.dictionary(fc.constantFrom(...names), patterns)
const accesses = fc
  .record({
    requiredAttributes: lists,
    rejectedAttributes: lists,
    requireAllAttributes: fc.boolean(),
    caseInsensitive: fc.boolean(),
  })
  .map((access) => ({ ...defaultAccess, ...access }))
const users = fc.dictionary(
  fc.constantFrom(...names),
  fc.array(fc.constantFrom('', 'admin', 'Admin', 'notadmin', 'student')),
)

const withAccess = (access: ServiceDefinition['access']): ServiceDefinition => ({
  id: 1n,
  name: 'App',
  serviceId: '^https://app\\.example\\.org/.*',
  evaluationOrder: 0,
  access,
  release: { kind: 'allowed', names: [] },
  username: { kind: 'default' },
  proxy: { kind: 'refuse' },
  logout: { type: 'backChannel' },
  contacts: [],
})

it('admits the same users after an import, or refuses it, whatever attributes are required and rejected', () => {
  let imported = 0
  fc.assert(
    fc.property(accesses, users, (access, attributes) => {
      const definition = withAccess(access)
      const made = manifestOf(definition, target, casServiceSchema())
      if (made.kind === 'refused') return
      imported += 1
      const served = definitionOf(made.service)
      if (served.kind === 'refused') throw new Error(JSON.stringify(served.problems))
      const principal = { user: 'u', attributes }
      expect(principalAccess(served.definition, principal)).toEqual(principalAccess(definition, principal))
    }),
    { numRuns: 500 },
  )
  expect(imported).toBeGreaterThan(50)
})
