import { expect, it } from '@jest/globals'
import type { KubeObject } from '../api/meta.ts'
import { sameQuantity } from '../api/quantity.ts'
import { differences, stamped } from './compare.ts'

const object = (spec: unknown): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Any',
  metadata: { name: 'a' },
  spec,
})
const differ = (wanted: unknown, live: unknown) => differences(object(wanted), object(live))

it('sees nothing where others only added', () => {
  expect(differ({ a: 1 }, { a: 1, b: 2 })).toEqual([])
  expect(
    differ({ env: [{ name: 'A', value: '1' }] }, { env: [{ name: 'B' }, { name: 'A', value: '1' }] }),
  ).toEqual([])
})

it('names the path of what was changed or removed', () => {
  expect(differ({ a: { b: 1 } }, { a: { b: 2 } })).toEqual(['.spec.a.b'])
  expect(differ({ a: { b: 1 } }, {})).toEqual(['.spec.a'])
  expect(differ({ env: [{ name: 'A', value: '1' }] }, { env: [] })).toEqual(['.spec.env[name=A]'])
})

it('compares lists without keys as a whole', () => {
  expect(differ({ args: ['a'] }, { args: ['a', 'b'] })).toEqual(['.spec.args'])
  expect(differ({ args: ['a', 'b'] }, { args: ['b', 'a'] })).toEqual(['.spec.args[0]', '.spec.args[1]'])
})

it('knows an amount in another spelling, and only where amounts stand', () => {
  expect(differ({ requests: { cpu: '1000m' } }, { requests: { cpu: '1' } })).toEqual([])
  expect(differ({ value: '1000m' }, { value: '1' })).toEqual(['.spec.value'])
})

it('sees by the hash that a field was left out since', () => {
  const before = stamped(object({ a: 1, b: 2 }))
  const now = stamped(object({ a: 1 }))
  expect(differences(now, before)).toEqual(['.metadata.annotations.caspool.io/applied'])
  expect(differences(stamped(object({ b: 2, a: 1 })), before)).toEqual([])
})

it.each([
  ['1Gi', '1024Mi', true],
  ['0.5', '500m', true],
  ['1e3', '1k', true],
  ['1G', '1Gi', false],
  ['all', 'all', false],
])('%s and %s: the same amount? %s', (a, b, same) => {
  expect(sameQuantity(a, b)).toBe(same)
})
