import { expect, it } from '@jest/globals'
import type { ObservedSet } from '../mongo/facts.ts'
import type { Plan } from '../mongo/plan.ts'
import { podFact, workloadFact } from '../test/builders.ts'
import { mongoPending, mongoReady } from './mongo-ready.ts'

const host = (ordinal: number) => `c-mongodb-${ordinal}.c-mongodb.ns.svc:27017`
const primary = host(0)
const from = { version: 1, term: 1 }
const observed: ObservedSet = {
  members: [],
  primary,
  view: undefined,
  electableHosts: [],
  users: { operator: 'works', server: 'works' },
}
const mongod = workloadFact([podFact('c-mongodb-0')])
const judge = (plan: Plan) => mongoReady(mongod, { revision: 'any', observed, plan, roll: { kind: 'done' } })

it.each<[string, Plan]>([
  [
    'adding member c-mongodb-3',
    { kind: 'step', step: { kind: 'reconfigure', primary, from, change: { kind: 'add', host: host(3) } } },
  ],
  [
    'member c-mongodb-3 gets its vote',
    {
      kind: 'step',
      step: { kind: 'reconfigure', primary, from, change: { kind: 'promote', host: host(3) } },
    },
  ],
  [
    'removing member c-mongodb-3',
    { kind: 'step', step: { kind: 'reconfigure', primary, from, change: { kind: 'remove', host: host(3) } } },
  ],
  [
    'initiating the replica set with c-mongodb-0, c-mongodb-1',
    { kind: 'step', step: { kind: 'initiate', through: host(0), hosts: [host(0), host(1)] } },
  ],
  ['c-mongodb-0 hands over to another member', { kind: 'step', step: { kind: 'stepDown', primary } }],
  [
    'adding members; not reached yet: c-mongodb-3',
    { kind: 'wait', reason: 'MembersStarting', message: 'not reached yet: c-mongodb-3', primary },
  ],
  [
    'not reached yet: c-mongodb-0',
    {
      kind: 'wait',
      reason: 'MembersStarting',
      message: 'not reached yet: c-mongodb-0',
      primary: undefined,
    },
  ],
])('says in words what goes on: %s', (message, plan) => {
  expect(judge(plan)).toMatchObject({ status: 'False', message })
})

it('does not say that a set is being set up which is there', () => {
  expect(mongoPending(false).message).toBe('the replica set is being set up')
  expect(mongoPending(true).message).toBe('the replica set is being compared with the spec')
})
