import { expect, it } from '@jest/globals'
import type { MemberDocument } from '../../common/documents/pool.ts'
import type { Condition } from '../api/meta.ts'
import { configVerdict, servedVerdict } from './served.ts'

const id = 42n
const written = { rev: 5, digest: 'd5', generation: 2, previous: undefined }

const report = (name: string, change: Partial<MemberDocument> = {}): MemberDocument => ({
  _id: name,
  bootId: 'b',
  address: '127.0.0.1',
  version: '1',
  rev: 5,
  digest: 'd5',
  refusedServices: [],
  refusedProperties: [],
  at: new Date(0),
  ...change,
})

const members = (ready: string[], ...reports: MemberDocument[]) => ({
  ready,
  reports: new Map(reports.map((r) => [r._id, r])),
})

const servedBefore = (generation: number): Condition => ({
  type: 'Served',
  status: 'True',
  reason: 'Loaded',
  message: 'loaded by a',
  observedGeneration: generation,
  lastTransitionTime: '2026-01-01T00:00:00Z',
})

it('is true when every ready server reports a rev at or past the one that wrote it', () => {
  const verdict = servedVerdict(
    id,
    written,
    members(['a', 'b'], report('a'), report('b', { rev: 9, digest: 'x' })),
  )
  expect(verdict).toEqual({ status: 'True', reason: 'Loaded', message: 'loaded by all ready servers' })
})

it('is true for a server that holds the same content under an older rev', () => {
  expect(servedVerdict(id, written, members(['a'], report('a', { rev: 1 }))).status).toBe('True')
})

it('is false while a ready server is behind, and names it', () => {
  const verdict = servedVerdict(
    id,
    written,
    members(['a', 'b'], report('a'), report('b', { rev: 4, digest: 'x' })),
  )
  expect(verdict).toEqual({ status: 'False', reason: 'Loading', message: 'not loaded yet by b' })
})

it('is false when a server refuses it, with the server and its reason', () => {
  const refusing = report('b', { refusedServices: [{ id: '42', reason: 'unknown class' }] })
  const verdict = servedVerdict(id, written, members(['a', 'b'], report('a'), refusing))
  expect(verdict).toEqual({ status: 'False', reason: 'Refused', message: 'b refuses it: unknown class' })
})

it('does not hold a refusal of the former definition against the new one', () => {
  const behind = report('a', { rev: 4, digest: 'x', refusedServices: [{ id: '42', reason: 'old' }] })
  expect(servedVerdict(id, written, members(['a'], behind)).reason).toBe('Loading')
})

it('does not depend on servers that are not ready', () => {
  expect(
    servedVerdict(id, written, members(['a'], report('a'), report('b', { rev: 1, digest: 'x' }))).status,
  ).toBe('True')
})

it('is unknown when a ready server has not reported, for a newer generation only', () => {
  const silent = members(['a', 'b'], report('a'))
  expect(servedVerdict(id, { ...written, previous: servedBefore(1) }, silent)).toEqual({
    status: 'Unknown',
    reason: 'NotReported',
    message: 'no report from b',
  })
  expect(servedVerdict(id, { ...written, previous: servedBefore(2) }, silent).status).toBe('True')
})

it('stays true for its generation when a new server is still loading', () => {
  const loading = members(['a', 'b'], report('a'), report('b', { rev: 0, digest: '' }))
  expect(servedVerdict(id, { ...written, previous: servedBefore(2) }, loading)).toEqual({
    status: 'True',
    reason: 'Loaded',
    message: 'loaded by a',
  })
})

it('is unknown when no server is ready', () => {
  expect(servedVerdict(id, written, members([]))).toMatchObject({
    status: 'Unknown',
    reason: 'NoReadyServer',
  })
})

it('tells which server refuses which property of the configuration, and only properties that are asked for', () => {
  const refusing = report('a', {
    refusedProperties: [
      { name: 'cas.x', reason: 'not a number' },
      { name: 'foreign', reason: 'unknown' },
    ],
  })
  expect(configVerdict(['cas.x'], written, members(['a'], refusing)).message).toBe(
    'a refuses cas.x (not a number)',
  )
  const both = members(['a', 'b', 'c'], refusing, { ...refusing, _id: 'b' }, report('c'))
  expect(configVerdict(['cas.x'], written, both).message).toBe('a, b refuse cas.x (not a number)')
  expect(configVerdict(['cas.y'], written, members(['a'], refusing)).status).toBe('True')
})

it('names a property that somebody else has put beside the revision, when it keeps servers from taking it', () => {
  const name = 'cas.ticket.st.timeToKillInSeconds'
  const refusing = report('a', { refusedProperties: [{ name, reason: 'must be less' }] })
  const { status, message } = configVerdict(['cas.x'], written, members(['a'], refusing))
  expect({ status, message }).toEqual({ status: 'False', message: `a refuses ${name} (must be less)` })
})

it('is never true for a server that refuses more than it lists', () => {
  const all = members(['a', 'b'], report('a'), report('b', { unlistedRefusals: 7 }))
  for (const verdict of [servedVerdict(id, written, all), configVerdict(['cas.x'], written, all)]) {
    expect(verdict).toMatchObject({ status: 'False', reason: 'Refused' })
    expect(verdict.message).toContain('b refuses 7 documents more than it lists')
  }
})
