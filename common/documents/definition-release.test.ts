import { expect, it } from '@jest/globals'
import { decodeDefinition } from './definition-codec.ts'
import type { StoredDocument } from './service-definition.ts'
import { definitionIn, ignoredPaths, minimal, refusedPaths, services } from './testing/documents.ts'

const policyOf = (name: string, fields: StoredDocument): StoredDocument => ({
  _class: `${services}.${name}`,
  ...fields,
})
const filter = policyOf('support.RegisteredServiceRegexAttributeFilter', { pattern: '\\w+' })

it.each([
  [
    'a script for a name',
    policyOf('ReturnMappedAttributeReleasePolicy', { allowedAttributes: { a: 'groovy {1}' } }),
  ],
  [
    'a script among names',
    policyOf('ReturnAllowedAttributeReleasePolicy', {
      allowedAttributes: ['cn', "groovy { return ['email': [attributes['mail'][0]]] }"],
    }),
  ],
  [
    'a script for a value',
    policyOf('ReturnStaticAttributeReleasePolicy', { allowedAttributes: { a: ['x.groovy'] } }),
  ],
  ['an expression', policyOf('ReturnStaticAttributeReleasePolicy', { allowedAttributes: { a: ['#{1}'] } })],
  [
    'a rule without pattern',
    policyOf('PatternMatchingAttributeReleasePolicy', { allowedAttributes: { a: { transform: 'x' } } }),
  ],
  [
    'a rule that is text',
    policyOf('PatternMatchingAttributeReleasePolicy', { allowedAttributes: { a: 'x' } }),
  ],
  [
    'a rule with a field nobody knows',
    policyOf('PatternMatchingAttributeReleasePolicy', {
      allowedAttributes: { a: { pattern: 'x', transform: 'y', unless: 'z' } },
    }),
  ],
  [
    'an empty filter',
    policyOf('ReturnAllAttributeReleasePolicy', { attributeFilter: { ...filter, pattern: '' } }),
  ],
  [
    'another filter',
    policyOf('ReturnAllAttributeReleasePolicy', {
      attributeFilter: policyOf('support.RegisteredServiceScriptedAttributeFilter', {}),
    }),
  ],
  ['excluded attributes', policyOf('ReturnAllAttributeReleasePolicy', { excludedAttributes: ['ssn'] })],
  [
    'a chain in a chain',
    policyOf('ChainingAttributeReleasePolicy', {
      policies: [policyOf('ChainingAttributeReleasePolicy', {})],
    }),
  ],
  [
    'a chain of policies nobody knows',
    policyOf('ChainingAttributeReleasePolicy', {
      policies: [policyOf('GroovyScriptAttributeReleasePolicy', {})],
    }),
  ],
  [
    'consent that one of several policies demands',
    policyOf('ReturnAllAttributeReleasePolicy', {
      consentPolicy: policyOf('consent.ChainingRegisteredServiceConsentPolicy', {
        policies: [policyOf('consent.DefaultRegisteredServiceConsentPolicy', { status: 'TRUE' })],
      }),
    }),
  ],
  [
    'consent that is demanded in another type',
    policyOf('ReturnAllAttributeReleasePolicy', {
      consentPolicy: { _class: 'DefaultRegisteredServiceConsentPolicy', status: true },
    }),
  ],
  ['a chain that is no list', policyOf('ChainingAttributeReleasePolicy', { policies: {} })],
  ['another way of merging', policyOf('ChainingAttributeReleasePolicy', { mergingPolicy: 'SOURCE' })],
  [
    'a name that would become a prototype',
    policyOf('ReturnStaticAttributeReleasePolicy', {
      allowedAttributes: JSON.parse('{"__proto__":["x"]}') as StoredDocument,
    }),
  ],
])('refuses a release with %s', (_title, attributeReleasePolicy) => {
  const [path = ''] = refusedPaths(decodeDefinition({ ...minimal, attributeReleasePolicy }))
  expect(path).toMatch(/^attributeReleasePolicy\./)
})

it('notes what a repository of attributes would cache, as nothing is cached', () => {
  const principalAttributesRepository = {
    _class: 'org.apereo.cas.authentication.principal.DefaultPrincipalAttributesRepository',
    expiration: 2,
    timeUnit: 'HOURS',
  }
  const attributeReleasePolicy = policyOf('ReturnAllAttributeReleasePolicy', {
    principalAttributesRepository,
  })
  const path = 'attributeReleasePolicy.principalAttributesRepository'
  expect(ignoredPaths(decodeDefinition({ ...minimal, attributeReleasePolicy }))).toEqual([
    `${path}.expiration`,
    `${path}.timeUnit`,
  ])
})

it.each([
  [
    policyOf('ReturnAllAttributeReleasePolicy', { principalIdAttribute: 'principalId' }),
    "is not honoured: the attribute principalId, which holds the user's name, would be missing",
  ],
  [
    policyOf('ChainingAttributeReleasePolicy', { mergingPolicy: 'DESTINATION' }),
    'DESTINATION is not honoured: write REPLACE, ADD or MULTIVALUED',
  ],
])('says of %j what is not honoured', (attributeReleasePolicy, message) => {
  expect(decodeDefinition({ ...minimal, attributeReleasePolicy })).toMatchObject({ problems: [{ message }] })
})

const persistentIds = 'org.apereo.cas.authentication.principal.ShibbolethCompatiblePersistentIdGenerator'

it.each([
  [
    'without a salt',
    'AnonymousRegisteredServiceUsernameAttributeProvider',
    { persistentIdGenerator: { _class: persistentIds } },
    'persistentIdGenerator.salt',
  ],
  [
    'with a blank salt',
    'AnonymousRegisteredServiceUsernameAttributeProvider',
    { persistentIdGenerator: { _class: persistentIds, salt: ' ' } },
    'persistentIdGenerator.salt',
  ],
  ['without a generator', 'AnonymousRegisteredServiceUsernameAttributeProvider', {}, 'persistentIdGenerator'],
  [
    'of another generator',
    'AnonymousRegisteredServiceUsernameAttributeProvider',
    { persistentIdGenerator: { _class: 'x.Y' } },
    'persistentIdGenerator._class',
  ],
  ['by a script', 'GroovyRegisteredServiceUsernameProvider', {}, '_class'],
  [
    'that is the first of several attributes',
    'PrincipalAttributeRegisteredServiceUsernameProvider',
    { usernameAttribute: 'cn,mail' },
    'usernameAttribute',
  ],
  [
    'that is encrypted',
    'DefaultRegisteredServiceUsernameProvider',
    { encryptUsername: true },
    'encryptUsername',
  ],
  ['that is an expression', 'StaticRegisteredServiceUsernameProvider', { value: '#{principal}' }, 'value'],
  [
    'in a case nobody knows',
    'DefaultRegisteredServiceUsernameProvider',
    { canonicalizationMode: 'TITLE' },
    'canonicalizationMode',
  ],
])('refuses a user name %s', (_title, name, fields, path) => {
  const decoded = decodeDefinition({ ...minimal, usernameAttributeProvider: policyOf(name, fields) })
  expect(refusedPaths(decoded)).toEqual([`usernameAttributeProvider.${path}`])
})

const serviceTickets = 'DefaultRegisteredServiceServiceTicketExpirationPolicy'

it.each([
  ['20', 20],
  ['PT2M', 120],
  [15, 15],
])('reads a time to live of %p', (timeToLive, seconds) => {
  const serviceTicketExpirationPolicy = policyOf(serviceTickets, { numberOfUses: 1, timeToLive })
  expect(definitionIn({ ...minimal, serviceTicketExpirationPolicy }).tickets).toEqual({
    serviceTicketSeconds: seconds,
  })
})

it.each([
  ['more uses than one', { numberOfUses: 2n, timeToLive: '20' }, { serviceTicketSeconds: 20 }],
  ['no uses, as Apereo does', { numberOfUses: 0n, timeToLive: '20' }, undefined],
  ['no time to live, as Apereo does', { numberOfUses: 1n }, undefined],
])('reports a ticket policy with %s', (_title, fields, tickets) => {
  const decoded = decodeDefinition({
    ...minimal,
    serviceTicketExpirationPolicy: policyOf(serviceTickets, fields),
  })
  expect(ignoredPaths(decoded)).toEqual(['serviceTicketExpirationPolicy'])
  expect(decoded).toMatchObject({ definition: tickets === undefined ? {} : { tickets } })
})

it.each([
  [
    'serviceTicketExpirationPolicy.timeToLive',
    { serviceTicketExpirationPolicy: policyOf(serviceTickets, { numberOfUses: 1, timeToLive: '-1' }) },
  ],
  [
    'serviceTicketExpirationPolicy.numberOfUses',
    { serviceTicketExpirationPolicy: policyOf(serviceTickets, { numberOfUses: 'once', timeToLive: '5' }) },
  ],
  [
    'proxyGrantingTicketExpirationPolicy.maxTimeToLiveInSeconds',
    {
      proxyGrantingTicketExpirationPolicy: policyOf(
        'DefaultRegisteredServiceProxyGrantingTicketExpirationPolicy',
        { maxTimeToLiveInSeconds: 0 },
      ),
    },
  ],
  [
    'ticketGrantingTicketExpirationPolicy.userAgents',
    {
      ticketGrantingTicketExpirationPolicy: policyOf(
        'DefaultRegisteredServiceTicketGrantingTicketExpirationPolicy',
        { maxTimeToLiveInSeconds: 5, userAgents: { a: 1 } },
      ),
    },
  ],
  ['responseType', { responseType: 'SMOKE' }],
])('refuses what is wrong at %s', (path, change) => {
  expect(refusedPaths(decodeDefinition({ ...minimal, ...change }))[0]).toBe(path)
})
