import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { encodeDefinition } from '../../common/documents/definition-codec.ts'
import { defaultAccess } from '../../common/documents/definition-policies.ts'
import { patternProblem } from '../../common/documents/java-pattern.ts'
import type {
  ReleasePolicy,
  ServiceDefinition,
  SingleRelease,
} from '../../common/documents/service-definition.ts'
import { serviceMatch } from '../../common/documents/service-match.ts'
import { servicePattern } from '../../common/documents/service-pattern.ts'
import { definitions } from '../../common/documents/testing/definitions.ts'
import type { Schema } from '../api/schema.ts'
import { validationCases } from '../api/validation-cases.ts'
import { definitionOf } from './definition.ts'
import { definitionId } from './definition-id.ts'
import { manifestOf } from './manifest.ts'

const crd = load(readFileSync(join(import.meta.dirname, '../../crds/casservices.yaml'), 'utf8')) as {
  readonly spec: { readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: Schema } }] }
}
const { properties, ...rest } = crd.spec.versions[0].schema.openAPIV3Schema
const metadata: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const schema: Schema = { ...rest, properties: { ...properties, metadata } }

const target = { name: 'app', namespace: 'demo', clusterRef: { name: 'main' } }
const id = definitionId(target)
const plain: ServiceDefinition = {
  id,
  name: 'app',
  serviceId: '^https://app\\.example\\.org([/?#].*)?$',
  evaluationOrder: 0,
  access: defaultAccess,
  release: { kind: 'allowed', names: [] },
  username: { kind: 'default' },
  proxy: { kind: 'refuse' },
  logout: { type: 'backChannel' },
  contacts: [],
}

/** Two ways to say one thing come back as one of them. */
function canonical(definition: ServiceDefinition): ServiceDefinition {
  const { access, serviceId, logout } = definition
  const match = serviceMatch(serviceId)
  return {
    ...definition,
    id,
    serviceId: match === undefined ? serviceId : servicePattern(match),
    access: {
      ...access,
      requiredAttributes: grantingLists(access.requiredAttributes),
      rejectedAttributes: rejectingLists(access.rejectedAttributes),
    },
    release: canonicalRelease(definition.release),
    logout: logout.type === 'none' ? { type: 'none' } : logout,
  }
}

type Lists = Readonly<Record<string, readonly string[]>>

/** A blank pattern that grants access takes no value, */
const grantingLists = (attributes: Lists) =>
  mapLists(attributes, (list) => list.filter((text) => text.trim() !== ''))

/** and one that keeps users out takes any, as does a list of nothing. */
const rejectingLists = (attributes: Lists) =>
  mapLists(attributes, (list) =>
    (list.length === 0 ? [''] : list).map((text) => (text.trim() === '' ? '.*' : text)),
  )

function mapLists(attributes: Lists, change: (list: readonly string[]) => readonly string[]): Lists {
  return Object.fromEntries(Object.entries(attributes).map(([name, list]) => [name, change(list)]))
}

function canonicalRelease(release: ReleasePolicy): ReleasePolicy {
  if (release.kind !== 'chain') return canonicalSingle(release)
  if (release.policies.length === 0) return { kind: 'allowed', names: [], excludesDefaults: true }
  return { ...release, policies: release.policies.map(canonicalSingle) }
}

function canonicalSingle(release: SingleRelease): SingleRelease {
  const nothing = { kind: 'allowed', names: [] } as const
  const { valuePattern, excludesDefaults, withholdsProtocolAttributes } = release
  const limits = JSON.parse(JSON.stringify({ valuePattern, excludesDefaults, withholdsProtocolAttributes }))
  if (release.kind === 'mapped') {
    const lists = Object.entries(release.names).map(([from, to]) => [from, [to].flat()] as const)
    if (lists.length === 0) return { ...nothing, ...limits }
    const isSingle = lists.every(([, to]) => to.length === 1)
    const names = lists.map(([from, to]) => [from, isSingle ? to[0] : to])
    return { ...release, names: Object.fromEntries(names) }
  }
  const isEmpty =
    (release.kind === 'pattern' && Object.keys(release.rules).length === 0) ||
    (release.kind === 'static' && Object.keys(release.attributes).length === 0)
  return isEmpty ? { ...nothing, ...limits } : release
}

/** What people see and nothing else depends on need not be something that a CasService takes. */
function showable(definition: ServiceDefinition): ServiceDefinition {
  const { theme: _theme, access, ...rest } = definition
  const { unauthorizedRedirectUrl: _url, ...restOfAccess } = access
  const contacts = rest.contacts.map(({ name }) => ({ name, email: 'help@example.org' }))
  const logout = { ...rest.logout, ...(rest.logout.url && { url: 'https://app.example.org/out' }) }
  return { ...rest, access: restOfAccess, contacts, logout }
}

/** Generated texts are no patterns most of the time: those are taken for what they say. */
function runnable(text: string): string {
  return patternProblem(text) === undefined ? text : text.replace(/[^A-Za-z0-9]/gu, 'x')
}

function withRunnablePatterns(definition: ServiceDefinition): ServiceDefinition {
  const { access, release } = definition
  const lists = (attributes: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(Object.entries(attributes).map(([name, list]) => [name, list.map(runnable)]))
  return {
    ...definition,
    serviceId: runnable(definition.serviceId),
    access: {
      ...access,
      requiredAttributes: lists(access.requiredAttributes),
      rejectedAttributes: lists(access.rejectedAttributes),
    },
    release:
      release.kind === 'chain'
        ? { ...release, policies: release.policies.map(runnableRelease) }
        : runnableRelease(release),
  }
}

function runnableRelease(release: SingleRelease): SingleRelease {
  const limited =
    release.valuePattern === undefined
      ? release
      : { ...release, valuePattern: runnable(release.valuePattern) }
  if (limited.kind !== 'pattern') return limited
  const rules = Object.entries(limited.rules).map(([name, rule]) => {
    return [name, { ...rule, pattern: runnable(rule.pattern) }] as const
  })
  return { ...limited, rules: Object.fromEntries(rules) }
}

const usable = definitions.map(showable).map(withRunnablePatterns)

describe('the manifest of a definition', () => {
  it('becomes the same document again, for any definition', () => {
    let mapped = 0
    fc.assert(
      fc.property(usable, (definition) => {
        const manifest = manifestOf(definition, target, schema)
        // Too long, or text that Kubernetes does not take.
        if (manifest.kind === 'refused') return
        mapped += 1
        const made = definitionOf(manifest.service)
        if (made.kind === 'refused') throw new Error(JSON.stringify(made.problems))
        expect(made.document).toEqual(encodeDefinition(canonical(definition)))
      }),
      { numRuns: 100 },
    )
    expect(mapped).toBeGreaterThan(60)
  })

  const valid = validationCases.filter(
    ({ object, path }) => object.kind === 'CasService' && path === undefined,
  )

  it.each(valid.map(({ title, object }) => [title, object] as const))(
    'says what the manifest said that the definition is from: %s',
    (_title, object) => {
      const service = { ...object, metadata: target } as unknown as Parameters<typeof definitionOf>[0]
      const made = definitionOf(service)
      if (made.kind === 'refused') throw new Error(JSON.stringify(made.problems))
      const manifest = manifestOf(made.definition, target, schema)
      if (manifest.kind === 'refused') throw new Error(JSON.stringify(manifest.problems))
      const again = definitionOf(manifest.service)
      expect(again.kind === 'definition' && again.document).toEqual(made.document)
    },
  )

  it('says nothing that is a default anyway', () => {
    expect(manifestOf(plain, target, schema)).toEqual({
      kind: 'manifest',
      service: {
        apiVersion: 'caspool.io/v1alpha1',
        kind: 'CasService',
        metadata: { name: 'app', namespace: 'demo' },
        spec: { clusterRef: { name: 'main' }, match: { hosts: ['app.example.org'] } },
      },
      notes: [],
    })
  })

  it('keeps patterns that are searched for as they are, and says so', () => {
    const access = { ...defaultAccess, requiredAttributes: { memberOf: ['admin', '^staff$'] } }
    expect(manifestOf({ ...plain, access }, target, schema)).toMatchObject({
      service: {
        spec: { access: { requiredAttributes: access.requiredAttributes, requiredAttributeMatch: 'Part' } },
      },
    })
  })

  it('leaves out a blank among required values, which admits nobody, and says so', () => {
    const access = { ...defaultAccess, requiredAttributes: { memberOf: ['^admin$', '', ' '] } }
    expect(manifestOf({ ...plain, access }, target, schema)).toMatchObject({
      service: { spec: { access: { requiredAttributes: { memberOf: ['admin'] } } } },
      notes: [{ path: 'accessStrategy.requiredAttributes.memberOf', message: expect.any(String) }],
    })
  })

  it('rejects everybody with the attribute for a blank among rejected values, as servers do', () => {
    const access = { ...defaultAccess, rejectedAttributes: { status: ['locked', ' '], mail: [] } }
    expect(manifestOf({ ...plain, access }, target, schema)).toMatchObject({
      service: { spec: { access: { rejectedAttributes: { status: ['locked', '.*'], mail: ['.*'] } } } },
    })
  })

  it('writes patterns for whole values without their anchors', () => {
    const access = { ...defaultAccess, requiredAttributes: { memberOf: ['^staff$', '^(?:a|b)$'] } }
    expect(manifestOf({ ...plain, access }, target, schema)).toMatchObject({
      service: { spec: { access: { requiredAttributes: { memberOf: ['staff', 'a|b'] } } } },
    })
  })

  it.each([
    ['logo', { logo: 'images/app.png' }],
    ['theme', { theme: 'file:/etc/cas/theme.groovy' }],
    ['description', { description: 'x'.repeat(5000) }],
    ['contacts.0.email', { contacts: [{ name: 'Help', email: 'none' }] }],
    [
      'accessStrategy.unauthorizedRedirectUrl',
      { access: { ...defaultAccess, enabled: false, unauthorizedRedirectUrl: '/sorry' } },
    ],
  ])('leaves out a %s that Kubernetes does not take, with a note', (path, change) => {
    const manifest = manifestOf({ ...plain, ...change }, target, schema)
    expect(manifest).toMatchObject({
      kind: 'manifest',
      notes: [{ path, message: expect.stringMatching(/^is left out: /) }],
    })
  })

  it.each([
    ['https://app/callback', [expect.objectContaining({ path: 'proxyPolicy.pattern' })]],
    ['^https://app/.*', []],
  ])('notes of the callback pattern %s whether it takes less than at an Apereo CAS', (pattern, notes) => {
    const manifest = manifestOf({ ...plain, proxy: { kind: 'matching', pattern } }, target, schema)
    expect(manifest).toMatchObject({ service: { spec: { proxy: { callbackPattern: pattern } } }, notes })
  })

  it.each([
    ['serviceId', { serviceId: `^https://${'a'.repeat(4100)}(b|c)+$` }],
    ['serviceId', { serviceId: '^https://(?<=x)' }],
    ['logoutUrl', { logout: { type: 'backChannel', url: 'somewhere' } }],
    ['logoutUrl', { logout: { type: 'backChannel', url: 'https://a/logout,https://b/logout' } }],
    ['logoutUrl', { logout: { type: 'frontChannel', url: 'https://a/logout,b,http://b/logout' } }],
    ['proxyPolicy.pattern', { proxy: { kind: 'matching', pattern: '(' } }],
    [
      'accessStrategy.requiredAttributes.a.b.0',
      { access: { ...defaultAccess, requiredAttributes: { 'a.b': ['('] } } },
    ],
    [
      'accessStrategy.requiredAttributes.a.b',
      { access: { ...defaultAccess, requiredAttributes: { 'a.b': [''] } } },
    ],
    [
      'accessStrategy.requiredAttributes.mail',
      { access: { ...defaultAccess, requiredAttributes: { cn: ['a'], mail: [] } } },
    ],
    ['attributeReleasePolicy.attributeFilter.pattern', { release: { kind: 'all', valuePattern: '(' } }],
    [
      'attributeReleasePolicy.allowedAttributes.cn.pattern',
      { release: { kind: 'pattern', rules: { cn: { pattern: '(', transform: 'x' } } } },
    ],
    [
      'attributeReleasePolicy.policies.0.allowedAttributes.0',
      { release: { kind: 'chain', merging: 'add', policies: [{ kind: 'allowed', names: [''] }] } },
    ],
    ['name', { name: 'x'.repeat(256) }],
  ] as readonly (readonly [string, Partial<ServiceDefinition>])[])(
    'is refused with %s, as the document calls it',
    (path, change) => {
      expect(manifestOf({ ...plain, ...change }, target, schema)).toMatchObject({
        kind: 'refused',
        problems: [{ path }],
      })
    },
  )

  it('notes of a comma in the one logout URL that an Apereo CAS ends it there', () => {
    const logout = { type: 'backChannel', url: 'https://a/logout?of=1,2' } as const
    expect(manifestOf({ ...plain, logout }, target, schema)).toMatchObject({
      service: { spec: { logout: { url: logout.url } } },
      notes: [{ path: 'logoutUrl' }],
    })
  })

  it('is not refused for several logout URLs that nobody calls', () => {
    const logout = { type: 'none', url: 'https://a/logout,https://b/logout' } as const
    expect(manifestOf({ ...plain, logout }, target, schema)).toMatchObject({
      service: { spec: { logout: { type: 'None' } } },
    })
  })

  it('keeps moments exactly', () => {
    const access = { ...defaultAccess, notBefore: 1_700_000_000_001, notAfter: 1_800_000_000_000 }
    const manifest = manifestOf({ ...plain, access, expiresAt: 1_900_000_000_000 }, target, schema)
    expect(manifest).toMatchObject({
      service: {
        spec: { expiresAt: '2030-03-17T17:46:40.000Z', access: { notBefore: '2023-11-14T22:13:20.001Z' } },
      },
    })
    const again = manifest.kind === 'manifest' && definitionOf(manifest.service)
    expect(again).toMatchObject({ definition: { access, expiresAt: 1_900_000_000_000 } })
  })

  it('gives a contact without a name the next best', () => {
    const manifest = manifestOf({ ...plain, contacts: [{ name: '', email: 'a@b' }] }, target, schema)
    expect(manifest).toMatchObject({
      service: { spec: { contacts: [{ name: 'a@b', email: 'a@b' }] } },
      notes: [{ path: 'contacts.0.name' }],
    })
  })
})
