/** What is said of fields that a class does not have: advice must never open a service, nor break it. */
import { expect, it } from '@jest/globals'
import { decodeDefinition } from './definition-codec.ts'
import type { StoredDocument } from './service-definition.ts'
import { minimal, refusedPaths, services } from './testing/documents.ts'

const problemOf = (policy: string, name: string, fields: StoredDocument) => {
  const decoded = decodeDefinition({ ...minimal, [policy]: { _class: `${services}.${name}`, ...fields } })
  return decoded.kind === 'refused' ? decoded.problems[0] : undefined
}

it.each([
  ['accessStrategy', 'DefaultRegisteredServiceAccessStrategy', 'excludedAttributes'],
  ['accessStrategy', 'DefaultRegisteredServiceAccessStrategy', 'deniedAttributes'],
  ['attributeReleasePolicy', 'ReturnAllAttributeReleasePolicy', 'allowedAttributes'],
  ['attributeReleasePolicy', 'DenyAllAttributeReleasePolicy', 'allowedAttributes'],
  ['attributeReleasePolicy', 'ReturnAllowedAttributeReleasePolicy', 'deniedAttributes'],
])('of a field of %s, %s, it asks for no other in place of %s', (policy, name, field) => {
  const problem = problemOf(policy, name, { [field]: ['memberOf'] })
  expect(problem?.path).toBe(`${policy}.${field}`)
  expect(problem).not.toHaveProperty('meant')
})

it('says of which classes a field is', () => {
  const policy = 'ReturnAllAttributeReleasePolicy'
  expect(problemOf('attributeReleasePolicy', policy, { allowedAttributes: ['cn'] })?.message).toMatch(
    /; it belongs to ReturnAllowedAttributeReleasePolicy, .* and \d more$/,
  )
  expect(problemOf('attributeReleasePolicy', policy, { groovyScript: 'x' })?.message).toContain('belongs to')
})

it('says nothing of other classes where the class has the field itself', () => {
  const policy = 'ReturnAllAttributeReleasePolicy'
  expect(problemOf('attributeReleasePolicy', policy, { activationCriteria: { a: 1 } })?.message).toBe(
    'is not honoured, and may restrict access',
  )
})

it('still asks for the field that a slip of the pen was meant to be', () => {
  const access = 'DefaultRegisteredServiceAccessStrategy'
  expect(problemOf('accessStrategy', access, { enabld: false })).toMatchObject({ meant: 'enabled' })
})

it.each([
  'org.apereo.cas.ws.idp.services.WSFederationRegisteredService',
  'org.apereo.cas.services.OidcRegisteredService',
  'com.example.PartnerRegisteredService',
])('says of a client of the class %s nothing but that', (_class) => {
  const fields = {
    accessTokenExpirationPolicy: { _class: 'x.Policy' },
    realm: 'urn:x',
    environments: ['prod'],
  }
  const decoded = decodeDefinition({ ...minimal, ...fields, _class })
  expect(refusedPaths(decoded)).toEqual(['_class'])
})

it('keeps the URLs of a class that nobody knows, by the order in which it stands', () => {
  const change = { _class: 'com.example.PartnerRegisteredService', evaluationOrder: 7 }
  expect(decodeDefinition({ ...minimal, ...change })).toMatchObject({
    id: 1001n,
    claim: { id: 1001n, evaluationOrder: 7, serviceId: minimal['serviceId'] },
  })
})

const callback = {
  ...minimal,
  _class: 'org.jasig.cas.support.oauth.services.OAuthCallbackAuthorizeService',
}

it('does not need what an Apereo CAS has written for its own callbacks, which are no application', () => {
  const serviceId = 'https://cas\\.example\\.org/cas/oauth2.0/callbackAuthorize.*'
  expect(decodeDefinition({ ...callback, serviceId })).toMatchObject({
    problems: [{ path: '_class', message: 'belongs to the Apereo CAS itself, and is not needed here' }],
    claim: undefined,
  })
})

it('keeps the URLs of an application that somebody has given the class of callbacks', () => {
  for (const serviceId of ['^https://.*', '^https://a\\.org/callbackAuthorize|^https://b\\.org/.*'])
    expect(decodeDefinition({ ...callback, serviceId })).toMatchObject({ claim: { serviceId } })
})
