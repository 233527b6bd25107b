import { expect, it } from '@jest/globals'
import type { UsernameProvider } from '../../common/documents/service-definition.ts'
import { usernameFor } from './username.ts'

const service = 'https://shibboleth.irbmanager.com/'

function nameOf(provider: UsernameProvider, change: { user?: string; service?: string; uid?: string } = {}) {
  const { user = 'grudkin', uid = 'g-17' } = change
  const principal = { user, attributes: { uid: [uid, 'other'] } }
  return usernameFor(provider, { principal, released: {}, service: change.service ?? service })
}

const anonymous = { kind: 'anonymous', salt: 'thisisasalt' } as const

it('makes the anonymous name that Apereo CAS makes (a value of its own tests)', () => {
  expect(nameOf(anonymous)).toBe('jvZO/wYedArYIEIORGdHoMO4qkw=')
})

it.each([
  ['another service', anonymous, { service: 'https://other.example.org/' }],
  ['another user', anonymous, { user: 'grudkin2' }],
  ['another salt', { ...anonymous, salt: 'thisisanothersalt' }, {}],
])('makes another anonymous name for %s', (_title, provider, change) => {
  const name = nameOf(provider, change)
  expect(name).toMatch(/^[A-Za-z0-9+/]{27}=$/)
  expect(name).not.toBe(nameOf(anonymous))
})

it('makes the anonymous name out of an attribute, where the user has it', () => {
  const ofAttribute = { ...anonymous, attribute: 'uid' }
  expect(nameOf(ofAttribute)).toBe(nameOf(anonymous, { user: 'g-17' }))
  expect(nameOf({ ...anonymous, attribute: 'none' })).toBe(nameOf(anonymous))
})

it.each([
  [`${service};jsessionid=A1`, service],
  [`${service};jsessionid=A1?a=b`, `${service}?a=b`],
])('makes the same anonymous name for %s as for %s', (one, other) => {
  expect(nameOf(anonymous, { service: one })).toBe(nameOf(anonymous, { service: other }))
})

it('reads a line feed in a salt as a blank, as Apereo does', () => {
  expect(nameOf({ ...anonymous, salt: 'a\nb' })).toBe(nameOf({ ...anonymous, salt: 'a b' }))
})

it('brings every kind of name to the case that is asked for', () => {
  expect(nameOf({ kind: 'static', value: 'Guest', canonicalization: 'lower' })).toBe('guest')
  expect(nameOf({ ...anonymous, canonicalization: 'upper' })).toBe('JVZO/WYEDARYIEIORGDHOMO4QKW=')
})

it('leaves blanks around a name out, as Apereo does', () => {
  expect(nameOf({ kind: 'attribute', attribute: 'uid' }, { uid: ' g-17\n' })).toBe('g-17')
})
