import { expect, it } from '@jest/globals'
import type { ConditionType } from '../api/conditions.ts'
import type { Condition } from '../api/meta.ts'
import { newsOf } from './news.ts'

const condition = (type: ConditionType, change: Partial<Condition> = {}): Condition => ({
  type,
  status: 'True',
  reason: 'AsSpecified',
  message: '',
  observedGeneration: 1,
  lastTransitionTime: '2026-01-01T00:00:00Z',
  ...change,
})

it.each<[string, Partial<Condition>, number]>([
  ['a server that is lost', { reason: 'NotAllReady' }, 1],
  ['a lost server of a spec that has just come', { reason: 'NotAllReady', observedGeneration: 2 }, 0],
  ['a roll', { reason: 'Rolling' }, 0],
  ['a roll of mongods', { reason: 'MembersRolling' }, 0],
  ['servers that leave as asked', { reason: 'Scaling' }, 0],
  ['a spec that is about to be followed', { reason: 'Progressing' }, 0],
  ['what is not known', { reason: 'Pending', status: 'Unknown' }, 0],
])('of %s so many warnings are given: %j, %i', (_, change, count) => {
  const now = [condition('ServersReady', { status: 'False', ...change })]
  const news = newsOf('CasCluster', [condition('ServersReady')], now)
  expect(news.map(({ type }) => type)).toEqual(Array(count).fill('Warning'))
})

it('names the part and its trouble', () => {
  const lost = condition('MongoReady', { status: 'False', reason: 'NoPrimary', message: 'no primary' })
  expect(newsOf('CasCluster', [condition('MongoReady')], [lost])).toEqual([
    { type: 'Warning', reason: 'NoPrimary', note: 'MongoReady: no primary' },
  ])
})

it('tells that a cluster is ready again, without alarm', () => {
  const before = [condition('Ready', { status: 'False' })]
  const ready = [condition('Ready', { message: '3 servers are ready' })]
  expect(newsOf('CasCluster', before, ready)).toEqual([
    { type: 'Normal', reason: 'Ready', note: '3 servers are ready' },
  ])
})
