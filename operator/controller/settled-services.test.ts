import { expect, it } from '@jest/globals'
import { ShardedMap } from '../../common/sharded-map.ts'
import type { CasServiceStatus } from '../api/cas-service.ts'
import { reasons } from '../api/conditions.ts'
import type { ServiceOutcome } from '../registry/sync.ts'
import { serviceOf } from '../test/builders.ts'
import { SettledServices } from './settled-services.ts'

const outcome = (rev: number): ServiceOutcome => ({
  ...{ uid: 'u', generation: 1, kind: 'synced', id: 7n, serviceId: '^https://a/.*' },
  rev,
})
const statusOf = (status: 'True' | 'False', reason: string): CasServiceStatus => ({
  observedGeneration: 1,
  conditions: [
    {
      type: 'Served',
      status,
      reason,
      message: '',
      observedGeneration: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ],
})
const isServed = statusOf('True', 'Served')
const service = serviceOf('a')
const key = `${service.metadata.namespace}/a`
const others = Array.from({ length: 2_000 }, (_, i) => [`demo/other-${i}`, outcome(1)] as const)

it('takes a service for settled until its own outcome changes, whatever becomes of others', () => {
  const settled = new SettledServices()
  const mine = outcome(1)
  const first = ShardedMap.from([...others, [key, mine]])
  expect(settled.has(service, first)).toBe(false)
  settled.note(service, mine, isServed)
  expect(settled.has(service, first)).toBe(true)
  const second = first.with(others.map(([name]) => [name, outcome(2)] as const))
  expect(settled.has(service, second)).toBe(true)
  expect(settled.has(service, second.with([[key, outcome(3)]]))).toBe(false)
  expect(settled.has(service, second.with([[key, undefined]]))).toBe(false)
  expect(settled.has(service, second)).toBe(true)
})

it('looks again at a service that was edited, and at one that is not served by all', () => {
  const settled = new SettledServices()
  const mine = outcome(1)
  const outcomes = ShardedMap.from([[key, mine]])
  settled.note(service, mine, statusOf('False', reasons.loading))
  expect(settled.has(service, outcomes)).toBe(false)
  settled.note(service, mine, isServed)
  expect(settled.has({ ...service }, outcomes)).toBe(false)
})

it('gives servers half a second to load an outcome before that is told', () => {
  const settled = new SettledServices()
  const mine = outcome(1)
  const loading = statusOf('False', reasons.loading)
  expect(settled.isSoon(mine, loading, 1_000)).toBe(true)
  expect(settled.isSoon(mine, loading, 1_499)).toBe(true)
  expect(settled.isSoon(mine, loading, 1_500)).toBe(false)
  expect(settled.isSoon(mine, isServed, 1_000)).toBe(false)
})
