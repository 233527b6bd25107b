import { expect, it } from '@jest/globals'
import { defaultAccess } from '../../common/documents/definition-policies.ts'
import type { AccessStrategy, ServiceDefinition } from '../../common/documents/service-definition.ts'
import { principalAccess, serviceAccess } from './access.ts'

function service(access: Partial<AccessStrategy>): ServiceDefinition {
  return {
    id: 1n,
    name: 'app',
    serviceId: '.*',
    evaluationOrder: 0,
    access: { ...defaultAccess, ...access },
    release: { kind: 'all' },
    username: { kind: 'default' },
    proxy: { kind: 'refuse' },
    logout: { type: 'none' },
    contacts: [],
  }
}

const anna = { user: 'anna', attributes: { memberOf: ['staff', 'cn=admins,o=x'], status: ['active'] } }

it('lets everybody in by default', () => {
  expect(principalAccess(service({}), anna)).toEqual({ kind: 'allowed' })
})

it('denies a disabled service before and after the user is known, and says where to go', () => {
  const disabled = service({ enabled: false, unauthorizedRedirectUrl: 'https://no.example.org' })
  const denied = { kind: 'denied', why: 'disabled', redirectUrl: 'https://no.example.org' }
  expect(serviceAccess(disabled, 0)).toEqual(denied)
  expect(principalAccess(disabled, anna)).toEqual(denied)
})

const noon = Date.UTC(2026, 0, 1, 12)

it.each<[string, Partial<AccessStrategy> & { readonly expiresAt?: number }, 'allowed' | 'denied']>([
  ['before its beginning', { notBefore: noon + 1 }, 'denied'],
  ['at its beginning', { notBefore: noon }, 'allowed'],
  ['at its end', { notAfter: noon }, 'allowed'],
  ['after its end', { notAfter: noon - 1 }, 'denied'],
  ['between beginning and end', { notBefore: noon - 1, notAfter: noon + 1 }, 'allowed'],
  ['with an end before its beginning', { notBefore: noon + 1, notAfter: noon - 1 }, 'denied'],
  ['just before it expires', { expiresAt: noon + 1 }, 'allowed'],
  ['at the moment it expires', { expiresAt: noon }, 'denied'],
  ['disabled, in its time', { enabled: false, notAfter: noon + 1 }, 'denied'],
])('uses a service %s as its definition says', (_when, { expiresAt, ...access }, expected) => {
  const definition = { ...service(access), ...(expiresAt === undefined ? {} : { expiresAt }) }
  expect(serviceAccess(definition, noon).kind).toBe(expected)
})

it.each<[string, Partial<AccessStrategy>, 'allowed' | 'denied']>([
  ['a value that is held', { requiredAttributes: { memberOf: ['staff'] } }, 'allowed'],
  [
    'a pattern found inside a value, as Apereo searches',
    { requiredAttributes: { memberOf: ['admins'] } },
    'allowed',
  ],
  ['an anchored pattern that is only inside', { requiredAttributes: { memberOf: ['^admins$'] } }, 'denied'],
  ['one of several values', { requiredAttributes: { memberOf: ['boss', 'sta.f'] } }, 'allowed'],
  ['a value in another case', { requiredAttributes: { memberOf: ['STAFF'] } }, 'denied'],
  [
    'a value in another case, case aside',
    { requiredAttributes: { memberOf: ['STAFF'] }, caseInsensitive: true },
    'allowed',
  ],
  ['an attribute without a value', { requiredAttributes: { memberOf: [] } }, 'denied'],
  ['an attribute with a blank value', { requiredAttributes: { memberOf: [''] } }, 'denied'],
  ['an attribute with any value', { requiredAttributes: { memberOf: ['.*'] } }, 'allowed'],
  ['an attribute that is not held', { requiredAttributes: { mail: [] } }, 'denied'],
  ['all of two, one missing', { requiredAttributes: { memberOf: ['staff'], mail: ['.'] } }, 'denied'],
  [
    'any of two, one missing',
    { requiredAttributes: { memberOf: ['staff'], mail: ['.'] }, requireAllAttributes: false },
    'allowed',
  ],
  ['a member of every object', { requiredAttributes: { constructor: [] } }, 'denied'],
  ['a pattern that cannot be run', { requiredAttributes: { memberOf: ['(?>staff)'] } }, 'denied'],
])('required %s: %s', (_title, access, expected) => {
  expect(principalAccess(service(access), anna).kind).toBe(expected)
})

it.each<[string, Partial<AccessStrategy>, 'allowed' | 'denied']>([
  ['a value that is held', { rejectedAttributes: { status: ['active'] } }, 'denied'],
  ['a value that is not held', { rejectedAttributes: { status: ['locked'] } }, 'allowed'],
  ['an attribute without a value', { rejectedAttributes: { status: [] } }, 'denied'],
  ['any of two', { rejectedAttributes: { status: ['active'], mail: ['x'] } }, 'denied'],
  ['a pattern that cannot be run', { rejectedAttributes: { status: ['(?>locked)'] } }, 'denied'],
])('rejected %s: %s', (_title, access, expected) => {
  expect(principalAccess(service(access), anna).kind).toBe(expected)
})
