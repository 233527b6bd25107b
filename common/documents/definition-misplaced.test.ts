import { expect, it } from '@jest/globals'
import { fieldsOf } from '../apereo/class-tables.ts'
import { decodeDefinition } from './definition-codec.ts'
import { minimal, refusedPaths, services } from './testing/documents.ts'

it.each([
  ['enabled', false],
  ['ssoEnabled', false],
  ['ssoEnabled', 'true'],
  ['requiredAttributes', { memberOf: ['staff'] }],
  ['rejectedAttributes', { memberOf: ['guest'] }],
  ['requireAllAttributes', false],
  ['endingDateTime', '2020-01-01T00:00:00Z'],
  ['allowedAttributes', ['mail']],
  ['ignoreAttributes', false],
  ['anonymousAccess', true],
  ['usernameAttribute', 'mail'],
  ['requiredAuthenticationHandlers', ['LDAP']],
  ['requiredHandlers', ['LDAP']],
  ['multifactorAuthenticationProviders', ['mfa-duo']],
  ['expirationDate', '2020-01-01'],
])('refuses %s outside of the policy in which it would restrict something: %j', (field, value) => {
  expect(refusedPaths(decodeDefinition({ ...minimal, [field]: value }))).toEqual([field])
})

it.each([
  'DefaultRegisteredServiceAccessStrategy',
  'TimeBasedRegisteredServiceAccessStrategy',
  'ReturnAllowedAttributeReleasePolicy',
  'PrincipalAttributeRegisteredServiceUsernameProvider',
  'DefaultRegisteredServiceAuthenticationPolicy',
])('refuses each field of %s beside the policy', (name) => {
  const fields = Object.keys(fieldsOf(`${services}.${name}`) ?? {})
  const restricting = fields.filter((field) => field !== 'order' && field !== 'name')
  expect(restricting.length).toBeGreaterThan(1)
  for (const field of restricting) {
    expect(refusedPaths(decodeDefinition({ ...minimal, [field]: ['x'] }))).toEqual([field])
  }
})

it.each([
  ['enabled', true],
  ['ssoEnabled', true],
  ['requiredAttributes', {}],
  ['allowedAttributes', []],
  ['allowedAttributes', null],
])('takes %s that says nothing: %j', (field, value) => {
  expect(decodeDefinition({ ...minimal, [field]: value })).toMatchObject({ kind: 'definition', ignored: [] })
})
