import { describe, expect, it } from '@jest/globals'
import type { ServiceClaim } from '../../common/documents/service-definition.ts'
import { takesUrlsOf } from './service-claim.ts'

const claim = (change: Partial<ServiceClaim> = {}): ServiceClaim => ({
  id: 5n,
  name: 'payroll',
  serviceId: '^https://payroll\\.example\\.org/.*',
  evaluationOrder: 0,
  ...change,
})

describe('the definition that counts', () => {
  it('takes the URLs of one at the same place in the order, whatever the letters of its name and its id', () => {
    expect(takesUrlsOf(claim(), claim())).toBe(true)
    expect(takesUrlsOf(claim(), claim({ name: 'Payroll', id: -1n }))).toBe(true)
  })

  it('takes those of one that is asked later, by its order or by its name', () => {
    expect(takesUrlsOf(claim(), claim({ evaluationOrder: 1 }))).toBe(true)
    expect(takesUrlsOf(claim(), claim({ name: 'zeta' }))).toBe(true)
  })

  it('leaves those of one that is asked earlier: a service in between would be given them', () => {
    expect(takesUrlsOf(claim(), claim({ evaluationOrder: -1 }))).toBe(false)
    expect(takesUrlsOf(claim(), claim({ name: 'alpha' }))).toBe(false)
  })

  it('leaves other URLs, and takes nothing where one of the two says none', () => {
    expect(takesUrlsOf(claim(), claim({ serviceId: '^https://hr\\.example\\.org/.*' }))).toBe(false)
    expect(takesUrlsOf(undefined, claim())).toBe(false)
    expect(takesUrlsOf(claim(), undefined)).toBe(false)
    expect(takesUrlsOf(undefined, undefined)).toBe(false)
  })
})
