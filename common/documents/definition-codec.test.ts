import { readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { contentHash } from './content-hash.ts'
import { decodeDefinition, encodeDefinition } from './definition-codec.ts'
import { anchored } from './definition-encoding.ts'
import type { DecodedDefinition, ServiceDefinition, StoredDocument } from './service-definition.ts'

const services = 'org.apereo.cas.services'

const minimal: StoredDocument = {
  _id: 1001n,
  _class: `${services}.CasRegisteredService`,
  name: 'Minimal',
  serviceId: '^https://minimal\\.example\\.org(/.*)?$',
}

/** The collection that a real Apereo CAS 6.6.12 wrote, as the driver would return it. */
const apereo = new Map(
  (
    JSON.parse(
      readFileSync(`${import.meta.dirname}/apereo-6.6.12.golden.json`, 'utf8'),
      revive,
    ) as StoredDocument[]
  ).map((document) => [String(document['name']), document]),
)

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('$numberLong' in value) return BigInt(String(value.$numberLong))
  return '$numberInt' in value ? Number(value.$numberInt) : value
}

function stored(name: string): StoredDocument {
  const document = apereo.get(name)
  if (document === undefined) throw new TypeError(`no document ${name}`)
  return document
}

function definitionIn(document: StoredDocument): ServiceDefinition {
  const decoded = decodeDefinition(document)
  if (decoded.kind === 'refused') throw new Error(JSON.stringify(decoded.problems))
  return decoded.definition
}

function refusedPaths(decoded: DecodedDefinition): readonly string[] {
  return decoded.kind === 'refused' ? decoded.problems.map((problem) => problem.path) : []
}

function ignoredPaths(decoded: DecodedDefinition): readonly string[] {
  return decoded.kind === 'definition' ? decoded.ignored.map((problem) => problem.path) : []
}

it('reads a minimal definition with the defaults of Apereo: nothing released, no proxying, back-channel logout', () => {
  const expected: ServiceDefinition = {
    id: 1001n,
    name: 'Minimal',
    serviceId: '^https://minimal\\.example\\.org(/.*)?$',
    evaluationOrder: 0,
    access: {
      enabled: true,
      ssoEnabled: true,
      requireAllAttributes: true,
      caseInsensitive: false,
      requiredAttributes: {},
      rejectedAttributes: {},
    },
    release: { kind: 'allowed', names: [] },
    username: { kind: 'default' },
    proxy: { kind: 'refuse' },
    logout: { type: 'backChannel' },
    contacts: [],
  }
  expect(definitionIn(minimal)).toEqual(expected)
  expect(definitionIn(stored('Minimal'))).toEqual(expected)
})

it.each([
  ['OldRegex', { release: { kind: 'all' } }],
  ['Mapped', { release: { kind: 'mapped', names: { cn: ['name', 'displayName'], mail: 'email' } } }],
  ['Deny', { release: { kind: 'denied' }, access: { enabled: false } }],
  ['RefuseProxy', { proxy: { kind: 'refuse' }, logout: { type: 'none' } }],
  ['Header', { evaluationOrder: -3 }],
])('reads %s as a real Apereo CAS stored it', (name, expected) => {
  expect(definitionIn(stored(name))).toMatchObject(expected)
})

it.each([
  ['Static', ['attributeReleasePolicy._class', 'usernameAttributeProvider._class']],
  ['Chain', ['attributeReleasePolicy._class']],
  ['TimeBased', ['accessStrategy._class']],
  ['Remote', ['accessStrategy._class']],
  ['Groovy', ['accessStrategy._class']],
  ['Literal', ['matchingStrategy._class']],
  ['Delegated', ['accessStrategy.delegatedAuthenticationPolicy.allowedProviders']],
  ['AuthnPolicy', ['authenticationPolicy.requiredAuthenticationHandlers', 'authenticationPolicy.criteria']],
  [
    'Full',
    ['multifactorAuthenticationPolicy.multifactorAuthenticationProviders', 'expirationPolicy.expirationDate'],
  ],
])('refuses %s, stored by a real Apereo CAS, and names the fields', (name, paths) => {
  const decoded = decodeDefinition(stored(name))
  expect(decoded).toMatchObject({ kind: 'refused', name })
  expect(refusedPaths(decoded)).toEqual(expect.arrayContaining(paths))
})

it('takes the classes and the package of older versions', () => {
  const document = {
    ...minimal,
    _id: 7,
    _class: 'org.jasig.cas.services.RegexRegisteredService',
    attributeReleasePolicy: { _class: 'org.jasig.cas.services.ReturnAllAttributeReleasePolicy' },
    multifactorPolicy: {
      _class: `${services}.DefaultRegisteredServiceMultifactorPolicy`,
      failureMode: 'NOT_SET',
    },
  }
  expect(definitionIn(document)).toMatchObject({ id: 7n, release: { kind: 'all' } })
})

it.each([
  ['no class', { _class: undefined }, '_class'],
  ['a SAML service', { _class: 'org.apereo.cas.support.saml.services.SamlRegisteredService' }, '_class'],
  ['a class of another package', { _class: 'evil.CasRegisteredService' }, '_class'],
  ['an id in text', { _id: '1001' }, '_id'],
  ['an id that is not whole', { _id: 1.5 }, '_id'],
  ['no name', { name: undefined }, 'name'],
  ['a blank serviceId', { serviceId: ' ' }, 'serviceId'],
  ['a serviceId in a list', { serviceId: ['.*'] }, 'serviceId'],
  ['an order of 64 bits', { evaluationOrder: 2n ** 40n }, 'evaluationOrder'],
  ['an unknown logoutType', { logoutType: 'SIDE_CHANNEL' }, 'logoutType'],
  ['environments', { environments: ['prod'] }, 'environments'],
  ['a narrowed protocol', { supportedProtocols: ['CAS30'] }, 'supportedProtocols'],
  ['a policy nobody knows', { riskPolicy: { _class: 'x.RiskPolicy' } }, 'riskPolicy'],
  ['a policy in place of which stands text', { accessStrategy: 'open' }, 'accessStrategy'],
  ['a policy without class', { accessStrategy: { enabled: true } }, 'accessStrategy._class'],
  [
    'a class named as a member of every object',
    { accessStrategy: { _class: 'constructor' } },
    'accessStrategy._class',
  ],
])('refuses %s', (_title, change, path) => {
  expect(refusedPaths(decodeDefinition({ ...minimal, ...change }))).toEqual([path])
})

const accessClass = `${services}.DefaultRegisteredServiceAccessStrategy`

it.each([
  ['enabled in text', { enabled: 'false' }, 'enabled'],
  ['a field that may restrict access', { activationCriteria: { groovyScript: 'x' } }, 'activationCriteria'],
  ['a field nobody knows', { allowedNetworks: ['10.0.0.0/8'] }, 'allowedNetworks'],
  ['required attributes in a list', { requiredAttributes: ['memberOf'] }, 'requiredAttributes'],
  [
    'required values that are no list',
    { requiredAttributes: { memberOf: 'staff' } },
    'requiredAttributes.memberOf',
  ],
  [
    'required values that are null',
    { requiredAttributes: { memberOf: null } },
    'requiredAttributes.memberOf',
  ],
  [
    'an attribute that would become a prototype',
    JSON.parse('{ "requiredAttributes": { "__proto__": ["x"] } }') as StoredDocument,
    'requiredAttributes.__proto__',
  ],
])('refuses an access strategy with %s', (_title, fields, path) => {
  const decoded = decodeDefinition({ ...minimal, accessStrategy: { _class: accessClass, ...fields } })
  expect(refusedPaths(decoded)).toEqual([`accessStrategy.${path}`])
})

it('is not polluted by a document that carries __proto__', () => {
  const document = JSON.parse(
    `{ "__proto__": { "enabled": true }, "_class": "${services}.CasRegisteredService", "name": "n", "serviceId": "s" }`,
  ) as StoredDocument
  expect(ignoredPaths(decodeDefinition({ ...document, _id: 1n }))).toEqual(['__proto__'])
  expect('enabled' in {}).toBe(false)
})

it('reports every problem of a document together', () => {
  const decoded = decodeDefinition({ ...minimal, name: 7, environments: ['a'], logoutType: 1 })
  expect(refusedPaths(decoded)).toEqual(['name', 'environments', 'logoutType'])
})

it('notes what is not honoured and restricts nothing', () => {
  const decoded = decodeDefinition({
    ...minimal,
    locale: 'de',
    responseType: 'POST',
    friendlyColour: 'blue',
    properties: { tier: { _class: `${services}.DefaultRegisteredServiceProperty`, values: ['gold'] } },
  })
  expect(ignoredPaths(decoded)).toEqual(['locale', 'responseType', 'friendlyColour', 'properties'])
})

it('never throws, whatever a document holds', () => {
  const fields = fc.constantFrom(
    ...Object.keys(stored('Full')),
    'multifactorPolicy',
    'unheardOf',
    '__proto__',
  )
  const value = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true })
  fc.assert(
    fc.property(fc.dictionary(fields, value), (changes) => {
      expect(['definition', 'refused']).toContain(decodeDefinition({ ...stored('Full'), ...changes }).kind)
    }),
  )
})

const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9:._-]{0,20}$/)
const words = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '')
const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(
    value.map((v) => ({ [key]: v })),
    { nil: {} },
  )

const definitions: fc.Arbitrary<ServiceDefinition> = fc
  .tuple(
    fc.record({
      id: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      name: words,
      serviceId: words,
      evaluationOrder: fc.integer(),
      access: fc
        .tuple(
          fc.record({
            enabled: fc.boolean(),
            ssoEnabled: fc.boolean(),
            requireAllAttributes: fc.boolean(),
            caseInsensitive: fc.boolean(),
            requiredAttributes: fc.dictionary(name, fc.array(fc.string())),
            rejectedAttributes: fc.dictionary(name, fc.array(fc.string())),
          }),
          optional('unauthorizedRedirectUrl', words),
        )
        .map(([access, url]) => ({ ...access, ...url })),
      release: fc.oneof(
        fc.constant({ kind: 'all' as const }),
        fc.constant({ kind: 'denied' as const }),
        fc.record({ kind: fc.constant('allowed' as const), names: fc.array(name) }),
        fc.record({ kind: fc.constant('mapped' as const), names: fc.dictionary(name, name) }),
      ),
      username: fc.oneof(
        fc.constant({ kind: 'default' as const }),
        fc.record({ kind: fc.constant('attribute' as const), attribute: name }),
        fc.constant({ kind: 'attribute' as const, attribute: 'uid', canonicalization: 'lower' as const }),
      ),
      proxy: fc.constantFrom(
        { kind: 'refuse' as const },
        { kind: 'matching' as const, pattern: '^https://a/.*$' },
      ),
      logout: fc
        .tuple(
          fc.record({
            type: fc.constantFrom('none' as const, 'backChannel' as const, 'frontChannel' as const),
          }),
          optional('url', words),
        )
        .map(([type, url]) => ({ ...type, ...url })),
      contacts: fc.array(
        fc.tuple(fc.record({ name: words }), optional('email', words)).map(([a, b]) => ({ ...a, ...b })),
      ),
    }),
    optional('description', words),
    optional('theme', words),
  )
  .map(([base, description, theme]) => ({ ...base, ...description, ...theme }))

it('reads back exactly what it wrote, for any definition', () => {
  fc.assert(
    fc.property(definitions, (definition) => {
      const decoded = decodeDefinition(encodeDefinition(definition))
      expect(decoded).toEqual({ kind: 'definition', definition, ignored: [] })
    }),
  )
})

it('writes dots of attribute names as Apereo does', () => {
  const definition = {
    ...definitionIn(minimal),
    release: { kind: 'mapped' as const, names: { 'org.unit': 'ou' } },
  }
  expect(encodeDefinition(definition)['attributeReleasePolicy']).toMatchObject({
    allowedAttributes: { 'org_#_unit': 'ou' },
  })
})

it('writes the id as 64 bits and the order as 32, so that hashes before and after storing are equal', () => {
  const document = encodeDefinition(definitionIn(minimal))
  expect(document).toMatchObject({ _id: 1001n, evaluationOrder: 0 })
  expect(contentHash(document)).toBe(contentHash(encodeDefinition(definitionIn(document))))
})

it.each([
  ['an id beyond 64 bits', { id: 2n ** 63n }],
  ['an order that is not whole', { evaluationOrder: 0.5 }],
  ['an attribute name that starts with $', { release: { kind: 'mapped' as const, names: { $a: 'b' } } }],
])('does not write %s', (_title, change) => {
  expect(() => encodeDefinition({ ...definitionIn(minimal), ...change })).toThrow(TypeError)
})

it.each([
  ['^https://app/.*$', '^https://app/.*$'],
  ['https://app/.*', '^https://app/.*$'],
  ['^(?!https://a\\.|https://b\\.).*', '^(?!https://a\\.|https://b\\.).*$'],
  ['^a|b$', '^(?:^a|b$)$'],
  ['^costs\\$', '^costs\\$$'],
  ['^ends\\\\$', '^ends\\\\$'],
  ['^\\Qa$', '^(?:^\\Qa$)$'],
])(
  'writes the proxy pattern %s so that Apereo, which searches, takes it for the whole URL',
  (pattern, written) => {
    expect(anchored(pattern)).toBe(written)
  },
)
