import { expect, it } from '@jest/globals'
import { defaultAccess } from '../../common/documents/definition-policies.ts'
import type { ServiceDefinition } from '../../common/documents/service-definition.ts'
import { releasedPrincipal } from './release.ts'

const anna = {
  user: 'anna',
  attributes: { mail: ['Anna@x.org'], cn: ['Anna'], memberOf: ['staff', 'admins'] },
}

const facts = { service: 'https://app.example.org/', config: { defaultReleasedAttributes: [] } }

function released(change: Partial<ServiceDefinition>) {
  const definition: ServiceDefinition = {
    id: 1n,
    name: 'app',
    serviceId: '.*',
    evaluationOrder: 0,
    access: defaultAccess,
    release: { kind: 'allowed', names: [] },
    username: { kind: 'default' },
    proxy: { kind: 'refuse' },
    logout: { type: 'none' },
    contacts: [],
    ...change,
  }
  return releasedPrincipal(definition, anna, facts)
}

it('releases nothing but the user name by default', () => {
  expect(released({})).toEqual({ user: 'anna', attributes: {} })
})

it('releases all, or none', () => {
  expect(released({ release: { kind: 'all' } }).attributes).toEqual(anna.attributes)
  expect(released({ release: { kind: 'denied' } }).attributes).toEqual({})
})

it('releases what is allowed and held, and no member of every object', () => {
  const release = { kind: 'allowed' as const, names: ['mail', 'phone', 'constructor'] }
  expect(released({ release }).attributes).toEqual({ mail: ['Anna@x.org'] })
})

it('releases under other names, several for one and one for several', () => {
  const release = { kind: 'mapped' as const, names: { mail: ['email', 'who'], cn: 'who' } }
  expect(released({ release }).attributes).toEqual({ email: ['Anna@x.org'], who: ['Anna@x.org', 'Anna'] })
})

it('takes the user name from an attribute that need not be released', () => {
  expect(released({ username: { kind: 'attribute', attribute: 'mail' } }).user).toBe('Anna@x.org')
})

it('takes the user name from a renamed attribute', () => {
  const release = { kind: 'mapped' as const, names: { mail: 'email' } }
  expect(released({ release, username: { kind: 'attribute', attribute: 'email' } }).user).toBe('Anna@x.org')
})

it('keeps the user’s own name where the attribute is missing, as Apereo does', () => {
  expect(released({ username: { kind: 'attribute', attribute: 'phone' } }).user).toBe('anna')
})

it('brings the user name to the case that is asked for', () => {
  expect(released({ username: { kind: 'default', canonicalization: 'upper' } }).user).toBe('ANNA')
  expect(
    released({ username: { kind: 'attribute', attribute: 'mail', canonicalization: 'lower' } }).user,
  ).toBe('anna@x.org')
})
