import { expect, it } from '@jest/globals'
import { FixedClock } from '../../common/clock.ts'
import type { KubeObject } from '../api/meta.ts'
import { otherManagers, Repairs } from './repairs.ts'

it('repairs one field three times in ten minutes, and then leaves it', () => {
  const clock = new FixedClock()
  const repairs = new Repairs(clock)
  for (let i = 0; i < 3; i++) expect(repairs.noticed('Service c', ['.spec.a'])).toBeUndefined()
  expect(repairs.noticed('Service c', ['.spec.a'])).toEqual({ paths: ['.spec.a'], times: 3 })
  expect(repairs.noticed('Service c', ['.spec.b'])).toBeUndefined()
  expect(repairs.noticed('Service d', ['.spec.a'])).toBeUndefined()
  clock.advanceMs(600_001)
  expect(repairs.noticed('Service c', ['.spec.a'])).toBeUndefined()
})

it('names the other managers of an object, the latest first, and not itself', () => {
  const managedFields = [
    { manager: 'caspool-operator', time: '2026-01-03T00:00:00Z' },
    { manager: 'kubectl', time: '2026-01-01T00:00:00Z' },
    { manager: 'argocd', time: '2026-01-02T00:00:00Z' },
    { manager: 'kube-controller-manager', subresource: 'status', time: '2026-01-04T00:00:00Z' },
  ]
  const metadata = { name: 'c', managedFields } as KubeObject['metadata']
  expect(otherManagers({ apiVersion: 'v1', kind: 'Service', metadata })).toEqual(['argocd', 'kubectl'])
})
