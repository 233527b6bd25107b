import { expect, it } from '@jest/globals'
import type { MemberDocument } from '../../common/documents/pool.ts'
import type { CasService } from '../api/cas-service.ts'
import { conditionOf, kstatusOf } from '../api/conditions.ts'
import { serviceOf } from '../test/builders.ts'
import { newsOf } from './news.ts'
import { type ServiceStanding, serviceStatus } from './service-status.ts'

const now = Date.UTC(2026, 0, 1)
const id = 42n
const report = (name: string, rev: number, refused?: string): MemberDocument => ({
  _id: name,
  bootId: 'b',
  address: name,
  version: '1',
  rev,
  digest: `digest-${rev}`,
  refusedServices: refused === undefined ? [] : [{ id: id.toString(), reason: refused }],
  refusedProperties: [],
  at: new Date(now),
})
const about = { uid: 'uid-a', generation: 1 }
const synced = (
  reports: readonly MemberDocument[],
  ready = reports.map(({ _id }) => _id),
): ServiceStanding => ({
  kind: 'looked',
  outcome: { ...about, kind: 'synced', id, serviceId: '^https://a/.*', rev: 5 },
  digest: 'digest-5',
  members: { ready, reports: new Map(reports.map((r) => [r._id, r])) },
})
const judge = (standing: ServiceStanding, service: CasService = serviceOf('a')) => {
  const status = serviceStatus(service, standing, now)
  if (status === undefined) return undefined
  const is = (type: 'Ready' | 'Accepted' | 'Synced' | 'Served') =>
    conditionOf(status.conditions, type)?.status
  const verdict = kstatusOf({ metadata: { generation: 1 }, status })
  return { status, verdict, is: [is('Ready'), is('Accepted'), is('Synced'), is('Served')] }
}

it.each<[string, ServiceStanding, string, readonly string[]]>([
  [
    'is current when every ready server has it',
    synced([report('s-0', 5), report('s-1', 6)]),
    'Current',
    ['True', 'True', 'True', 'True'],
  ],
  [
    'is in progress while a server has not loaded it',
    synced([report('s-0', 5), report('s-1', 4)]),
    'InProgress',
    ['False', 'True', 'True', 'False'],
  ],
  [
    'has failed when a server refuses it',
    synced([report('s-0', 5, 'bad pattern')]),
    'Failed',
    ['False', 'True', 'True', 'False'],
  ],
  ['is in progress while no server is ready', synced([]), 'InProgress', ['False', 'True', 'True', 'Unknown']],
  [
    'waits for its cluster to come',
    { kind: 'clusterNotFound', cluster: 'ns/c' },
    'InProgress',
    ['False', 'False', 'False', 'False'],
  ],
  [
    'has failed where the cluster does not take it',
    { kind: 'notAdmitted', message: 'no' },
    'Failed',
    ['False', 'False', 'False', 'False'],
  ],
  [
    'is unknown while the database is not up',
    { kind: 'waiting', message: 'not up' },
    'InProgress',
    ['Unknown', 'Unknown', 'False', 'Unknown'],
  ],
  [
    'is unknown while its cluster is not valid',
    { kind: 'clusterInvalid', cluster: 'ns/c' },
    'InProgress',
    ['Unknown', 'Unknown', 'False', 'Unknown'],
  ],
  [
    'has failed when what it says cannot be done',
    {
      kind: 'looked',
      outcome: { ...about, kind: 'refused', id, problems: [{ path: 'spec.x', message: 'no' }], isKept: true },
      digest: '',
      members: { ready: [], reports: new Map() },
    },
    'Failed',
    ['False', 'False', 'False', 'False'],
  ],
  [
    'has failed when somebody else has its id',
    {
      kind: 'looked',
      outcome: { ...about, kind: 'conflict', id, message: 'theirs' },
      digest: '',
      members: { ready: [], reports: new Map() },
    },
    'Failed',
    ['False', 'True', 'False', 'False'],
  ],
])('%s', (_, standing, verdict, conditions) => {
  expect(judge(standing)).toMatchObject({ verdict, is: conditions })
})

it('stays served for its generation when a server starts later', () => {
  const first = judge(synced([report('s-0', 5)]))
  const service = { ...serviceOf('a'), ...(first && { status: first.status }) }
  expect(judge(synced([report('s-0', 5)], ['s-0', 's-1']), service)?.status).toEqual(first?.status)
})

it('says nothing about an outage of the database once it is written', () => {
  const first = judge(synced([report('s-0', 5)]))
  const service = { ...serviceOf('a'), ...(first && { status: first.status }) }
  expect(judge({ kind: 'waiting', message: 'away' }, service)).toBeUndefined()
})

it('has a reason of its own where the cluster is not valid, and stays as it is once it is written', () => {
  const invalid: ServiceStanding = { kind: 'clusterInvalid', cluster: 'ns/c' }
  expect(conditionOf(judge(invalid)?.status.conditions, 'Synced')).toMatchObject({
    reason: 'ClusterInvalid',
    message: expect.stringContaining('ns/c'),
  })
  const written = judge(synced([report('s-0', 5)]))
  const service = { ...serviceOf('a'), ...(written && { status: written.status }) }
  expect(judge(invalid, service)).toBeUndefined()
})

it('tells by an event that somebody has to act, once', () => {
  const refused = judge(synced([report('s-0', 5, 'bad pattern')]))?.status.conditions
  expect(newsOf('CasService', undefined, refused)).toMatchObject([{ type: 'Warning', reason: 'Refused' }])
  expect(newsOf('CasService', refused, refused)).toEqual([])
})
