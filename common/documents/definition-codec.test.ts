import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { contentHash } from './content-hash.ts'
import { decodeDefinition, encodeDefinition } from './definition-codec.ts'
import { anchored, takesMoreWhereSearched } from './definition-encoding.ts'
import type { ServiceDefinition, StoredDocument } from './service-definition.ts'
import { definitionIn, ignoredPaths, minimal, refusedPaths, services, stored } from './testing/documents.ts'

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
  ['Header', { evaluationOrder: -3, responseType: 'header' }],
  [
    'Static',
    {
      release: { kind: 'static', attributes: { org: ['example'] } },
      username: { kind: 'anonymous', salt: 'aGVsbG93b3JsZA==' },
    },
  ],
  [
    'Chain',
    {
      release: {
        kind: 'chain',
        merging: 'replace',
        policies: [
          { kind: 'allowed', names: ['mail'] },
          {
            kind: 'pattern',
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Apereo's way to name a group
            rules: { memberOf: { pattern: '^CN=(\\w+),OU=(\\w+)', transform: '${1}@${2}' } },
          },
        ],
      },
    },
  ],
])('reads %s as a real Apereo CAS stored it', (name, expected) => {
  expect(definitionIn(stored(name))).toMatchObject(expected)
})

it.each([
  ['Remote', ['accessStrategy._class']],
  ['Groovy', ['accessStrategy._class']],
  ['Delegated', ['accessStrategy.delegatedAuthenticationPolicy.allowedProviders']],
  ['AuthnPolicy', ['authenticationPolicy.requiredAuthenticationHandlers', 'authenticationPolicy.criteria']],
  ['Full', ['multifactorAuthenticationPolicy.multifactorAuthenticationProviders', 'environments']],
])('refuses %s, stored by a real Apereo CAS, and names the fields', (name, paths) => {
  const decoded = decodeDefinition(stored(name))
  expect(decoded).toMatchObject({ kind: 'refused', name })
  expect(refusedPaths(decoded)).toEqual(expect.arrayContaining(paths))
})

it('reads what a real Apereo CAS stored of tickets, filters and names, apart from what refuses the definition', () => {
  const { multifactorAuthenticationPolicy, expirationPolicy, singleSignOnParticipationPolicy, ...full } =
    stored('Full')
  const decoded = decodeDefinition({ ...full, environments: [] })
  expect(decoded).toMatchObject({
    kind: 'definition',
    definition: {
      responseType: 'post',
      release: { kind: 'allowed', names: ['mail', 'cn'], valuePattern: '^\\w+$', excludesDefaults: true },
      username: { kind: 'attribute', attribute: 'mail', canonicalization: 'lower' },
      tickets: {
        serviceTicketSeconds: 30,
        proxyTicketSeconds: 40,
        proxyGrantingTicketSeconds: 300,
        sessionSeconds: 120,
      },
    },
  })
  expect(ignoredPaths(decoded)).toContain('proxyTicketExpirationPolicy')
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
  ['a policy that is null', { accessStrategy: null }, 'accessStrategy'],
  ['an order that is null', { evaluationOrder: null }, 'evaluationOrder'],
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
  ['enabled that is null, of which Java makes false', { enabled: null }, 'enabled'],
  ['ssoEnabled that is null', { ssoEnabled: null }, 'ssoEnabled'],
  ['required attributes that are null', { requiredAttributes: null }, 'requiredAttributes'],
  [
    'a required value that is null',
    { requiredAttributes: { memberOf: ['staff', null] } },
    'requiredAttributes.memberOf',
  ],
  ['a rejected value that is null', { rejectedAttributes: { x: null } }, 'rejectedAttributes.x'],
  ['an activation that is null', { activationCriteria: null }, 'activationCriteria'],
  ['no required value', { requiredAttributes: { memberOf: [] } }, 'requiredAttributes.memberOf'],
  ['blank required values', { requiredAttributes: { memberOf: ['', ' '] } }, 'requiredAttributes.memberOf'],
  ['a field that may restrict access', { activationCriteria: { groovyScript: 'x' } }, 'activationCriteria'],
  ['a field nobody knows', { allowedNetworks: ['10.0.0.0/8'] }, 'allowedNetworks'],
  ['a misspelt field that is false', { enabld: false }, 'enabld'],
  ['half the name of a field that is false', { ssoEnable: false }, 'ssoEnable'],
  ['an activation that is false', { activationCriteria: false }, 'activationCriteria'],
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

it('takes false where Java has it, of what would be refused if it were true', () => {
  const definition = definitionIn({
    ...minimal,
    accessStrategy: {
      _class: accessClass,
      delegatedAuthenticationPolicy: {
        _class: `${services}.DefaultRegisteredServiceDelegatedAuthenticationPolicy`,
        exclusive: false,
      },
    },
    multifactorPolicy: {
      _class: `${services}.DefaultRegisteredServiceMultifactorPolicy`,
      forceExecution: false,
    },
    usernameAttributeProvider: {
      _class: `${services}.DefaultRegisteredServiceUsernameProvider`,
      encryptUsername: false,
    },
  })
  expect(definition).toEqual(definitionIn(minimal))
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

it.each([
  ['back_channel', 'BACK_CHANNEL'],
  ['BACKCHANNEL', 'BACK_CHANNEL'],
  ['none', 'NONE'],
])('asks for the logoutType that %s was meant to be', (logoutType, meant) => {
  const message = `must be NONE, BACK_CHANNEL or FRONT_CHANNEL; did you mean ${meant}?`
  expect(decodeDefinition({ ...minimal, logoutType })).toMatchObject({
    problems: [{ path: 'logoutType', message, meant }],
  })
})

it('says of an id that is not there that it is missing', () => {
  const { _id, ...unnumbered } = minimal
  const problems = [{ path: '_id', message: 'is missing' }]
  expect(decodeDefinition(unnumbered)).toMatchObject({ problems })
})

it.each([undefined, null, '', ' '])(
  'asks for a name in place of %j, and says that it decides the order',
  (name) => {
    expect(decodeDefinition({ ...minimal, name })).toMatchObject({
      problems: [
        { path: 'name', message: expect.stringMatching(/^is missing or empty: .* would be first$/) },
      ],
      claim: { name: '' },
    })
  },
)

it('notes what is not honoured and restricts nothing', () => {
  const decoded = decodeDefinition({
    ...minimal,
    locale: 'de',
    friendlyColour: 'blue',
    properties: { tier: { _class: `${services}.DefaultRegisteredServiceProperty`, values: ['gold'] } },
  })
  expect(ignoredPaths(decoded)).toEqual(['locale', 'friendlyColour', 'properties.tier'])
})

it.each([[5.7], [-5.7], ['-5'], ['-1_000'], [2n ** 40n], [true], [[]], [{}]])(
  'claims the URLs of a refused definition before any other where its order is %j',
  (evaluationOrder) => {
    expect(decodeDefinition({ ...minimal, evaluationOrder })).toMatchObject({
      kind: 'refused',
      claim: { evaluationOrder: -(2 ** 31) },
    })
  },
)

it('claims the URLs of a refused definition in its order, which is 0 where it is null or missing', () => {
  const order = (change: object) => {
    const decoded = decodeDefinition({ ...minimal, environments: ['prod'], ...change })
    return decoded.kind === 'refused' ? decoded.claim?.evaluationOrder : 'served'
  }
  expect([{}, { evaluationOrder: null }, { evaluationOrder: -3n }].map(order)).toEqual([0, 0, -3])
})

const policy = (name: string, fields: object = {}) => ({ _class: `${services}.${name}`, ...fields })

it.each([
  ['singleSignOnParticipationPolicy', policy('DefaultRegisteredServiceSingleSignOnParticipationPolicy')],
  ['surrogatePolicy', policy('DefaultRegisteredServiceSurrogatePolicy', { enabled: false })],
  ['passwordlessPolicy', policy('DefaultRegisteredServicePasswordlessPolicy')],
  ['proxyPolicy', policy('RefuseRegisteredServiceProxyPolicy', { pattern: '.*' })],
  [
    'multifactorPolicy',
    policy('DefaultRegisteredServiceMultifactorPolicy', { bypassForRequestIpAddress: '127.+' }),
  ],
])('serves a definition with %s that restricts nothing', (field, value) => {
  expect(definitionIn({ ...minimal, [field]: value })).toEqual(definitionIn(minimal))
})

it.each([
  policy('DefaultRegisteredServiceSingleSignOnParticipationPolicy', {
    createCookieOnRenewedAuthentication: 'FALSE',
  }),
  policy('DefaultRegisteredServiceSingleSignOnParticipationPolicy', { attributes: {}, order: 1 }),
  policy('NeverRegisteredServiceSingleSignOnParticipationPolicy'),
  'x.DefaultRegisteredServiceSingleSignOnParticipationPolicy',
])('refuses %j, which restricts single sign-on', (singleSignOnParticipationPolicy) => {
  const [path = ''] = refusedPaths(decodeDefinition({ ...minimal, singleSignOnParticipationPolicy }))
  expect(path).toMatch(/^singleSignOnParticipationPolicy/)
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

it.each([
  ['https://app/callback', true],
  ['^https://app/callback', true],
  ['https://app/.*', true],
  ['^a$|^b$', true],
  ['^https://app/\\.*', true],
  ['^https://app/callback$', false],
  ['^https://app/.*', false],
  ['.*', false],
  ['(?i)^https://app/.*', false],
  ['^(?:a|b)$', false],
])('knows whether %s takes more where it is searched for', (pattern, takesMore) => {
  expect(takesMoreWhereSearched(pattern)).toBe(takesMore)
})
