import { expect, it } from '@jest/globals'
import { decideClaim, leaseManifest, microTime, type Observation, readLease } from './lease-record.ts'

const ref = { namespace: 'ops', name: 'leader' }
const record = {
  holder: 'a',
  durationSeconds: 10,
  transitions: 4,
  acquiredAt: Date.UTC(2026, 0, 1),
  renewedAt: Date.UTC(2026, 0, 1),
}
/** The Lease of `record` as stored, in a version. */
const stored = (changes: Partial<typeof record> = {}, resourceVersion = '1') => {
  const manifest = leaseManifest(ref, { ...record, ...changes })
  return { ...manifest, metadata: { ...manifest.metadata, resourceVersion } }
}
const contender = (now: number) => ({ identity: 'b', now, wallNow: Date.UTC(2026, 0, 1) })
const seen = (seenAt: number, resourceVersion = '1'): Observation => ({ resourceVersion, seenAt })

it('writes times with six decimals, as the API server demands', () => {
  expect(microTime(Date.UTC(2026, 0, 1, 0, 0, 0, 7))).toBe('2026-01-01T00:00:00.007000Z')
})

it('reads back what it wrote', () => {
  expect(readLease(stored())).toEqual(record)
})

it('waits for the whole duration after it saw the leader, whatever times the lease holds', () => {
  const longAgo = stored({ renewedAt: 0 })
  const first = decideClaim(longAgo, undefined, contender(100_000))
  expect(first).toEqual({ kind: 'wait', observed: seen(100_000) })
  expect(decideClaim(longAgo, first.observed, contender(110_000)).kind).toBe('wait')
  expect(decideClaim(longAgo, first.observed, contender(110_001))).toMatchObject({
    kind: 'claim',
    transitions: 5,
  })
})

it('waits anew after each renewal', () => {
  const claim = decideClaim(stored({}, '2'), seen(0), contender(50_000))
  expect(claim).toEqual({ kind: 'wait', observed: seen(50_000, '2') })
})

it('claims at once what was given back, or was held by an earlier life of the same pod', () => {
  expect(decideClaim(stored({ holder: '' }), undefined, contender(0))).toMatchObject({
    kind: 'claim',
    transitions: 5,
  })
  expect(decideClaim(stored({ holder: 'b' }), undefined, contender(0))).toMatchObject({
    kind: 'claim',
    transitions: 5,
  })
})

it('starts a lease that does not exist above any count that was reached before', () => {
  const anHourIn = { identity: 'b', now: 0, wallNow: Date.UTC(2026, 0, 1, 1) }
  const claim = decideClaim(undefined, undefined, anHourIn)
  expect(claim).toMatchObject({ kind: 'claim', transitions: 3600 })
})

it('claims a lease that somebody made by hand', () => {
  const empty = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'x', resourceVersion: '1' },
  }
  expect(decideClaim(empty, undefined, contender(0))).toMatchObject({ kind: 'claim', transitions: 1 })
})
