import { expect, it } from '@jest/globals'
import { kindOf, pathOf } from './kinds.ts'

it.each([
  [pathOf('Secret', { namespace: 'sso' }), '/api/v1/namespaces/sso/secrets'],
  [pathOf('StatefulSet', { namespace: 'sso', name: 'a' }), '/apis/apps/v1/namespaces/sso/statefulsets/a'],
  [pathOf('CasService'), '/apis/caspool.io/v1alpha1/casservices'],
  [pathOf('Namespace', { name: 'sso' }), '/api/v1/namespaces/sso'],
  // A namespace says nothing about an object that belongs to none.
  [pathOf('Namespace', { namespace: 'x', name: 'sso' }), '/api/v1/namespaces/sso'],
  [
    pathOf('ConfigMap', { namespace: 'a/../b', name: 'c?d' }),
    '/api/v1/namespaces/a%2F..%2Fb/configmaps/c%3Fd',
  ],
])('%s is %s', (path, expected) => {
  expect(path).toBe(expected)
})

it('refuses a name without a namespace where the kind has namespaces', () => {
  expect(() => pathOf('Pod', { name: 'a' })).toThrow('needs a namespace')
})

it('knows a kind only together with its group and version', () => {
  expect(kindOf({ apiVersion: 'apps/v1', kind: 'StatefulSet' })).toBe('StatefulSet')
  expect(() => kindOf({ apiVersion: 'apps/v1beta1', kind: 'StatefulSet' })).toThrow(TypeError)
  expect(() => kindOf({ apiVersion: 'v1', kind: 'Node' })).toThrow(TypeError)
})
