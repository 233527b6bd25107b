import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { load } from 'js-yaml'
import { decodeDefinition } from '../../common/documents/definition-codec.ts'
import type { ProxyPolicy } from '../../common/documents/service-definition.ts'
import type { CasService } from '../api/cas-service.ts'
import { validationCases } from '../api/validation-cases.ts'
import { casService, invalidService } from './contract/services.ts'
import { definitionOf } from './definition.ts'
import { definitionId } from './definition-id.ts'

const samples = join(import.meta.dirname, '../../crds/samples/services')
const valid: [string, CasService][] = [
  ...readdirSync(samples).map((file): [string, CasService] => [
    file,
    load(readFileSync(join(samples, file), 'utf8')) as CasService,
  ]),
  ...validationCases
    .filter(({ object, path }) => object.kind === 'CasService' && path === undefined)
    .map(({ title, object }): [string, CasService] => [title, object as unknown as CasService]),
]

it.each(valid)('makes a document that servers read back as the same definition: %s', (_title, service) => {
  const result = definitionOf(service)
  if (result.kind !== 'definition') throw new Error(JSON.stringify(result.problems))
  const { proxy } = result.definition
  expect(decodeDefinition(result.document)).toEqual({
    kind: 'definition',
    definition: { ...result.definition, proxy: storedProxy(proxy) },
    ignored: [],
  })
})

/** Apereo looks for a proxy pattern anywhere in a URL: what shall match as a whole stands between anchors. */
function storedProxy(proxy: ProxyPolicy) {
  if (proxy.kind === 'refuse') return proxy
  const escaped = proxy.pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return { ...proxy, pattern: expect.stringMatching(new RegExp(`^\\^.*${escaped}.*\\$$`)) }
}

it('fills in what Apereo CAS has as default, and releases nothing that is not named', () => {
  expect(definitionOf(casService('app'))).toMatchObject({
    definition: {
      id: definitionId({ namespace: 'demo', name: 'app' }),
      name: 'app',
      evaluationOrder: 0,
      access: { enabled: true, ssoEnabled: true, requireAllAttributes: true, caseInsensitive: false },
      release: { kind: 'allowed', names: [] },
      username: { kind: 'default' },
      proxy: { kind: 'refuse' },
      logout: { type: 'backChannel' },
    },
  })
})

it('carries everything that restricts access, and asks for whole values where it grants', () => {
  const access = {
    enabled: false,
    ssoEnabled: false,
    requireAllAttributes: false,
    caseInsensitive: true,
    requiredAttributes: { memberOf: ['staff'] },
    rejectedAttributes: { status: ['locked'] },
    unauthorizedRedirectUrl: 'https://no.example.org',
  }
  const written = { ...access, requiredAttributes: { memberOf: ['^staff$'] } }
  expect(definitionOf(casService('app', { access }))).toMatchObject({ definition: { access: written } })
})

it('makes the same document whatever the order of fields, so that a rewritten manifest changes nothing', () => {
  const spec = { displayName: 'App', evaluationOrder: 3, description: 'x' }
  const reversed = Object.fromEntries(Object.entries(spec).toReversed())
  const [one, other] = [definitionOf(casService('app', spec)), definitionOf(casService('app', reversed))]
  expect(one.kind === 'definition' && one.hash).toBe(other.kind === 'definition' && other.hash)
})

it('refuses a service that is not valid, with its id and the field', () => {
  expect(definitionOf(invalidService('app'))).toEqual({
    kind: 'refused',
    id: definitionId({ namespace: 'demo', name: 'app' }),
    problems: [{ path: 'spec.access.unauthorizedRedirectUrl', message: expect.stringContaining('https://') }],
  })
})
