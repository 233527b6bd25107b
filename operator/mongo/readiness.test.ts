import { expect, it } from '@jest/globals'
import type { MemberAnswer, MemberState } from './facts.ts'
import { decideReadiness } from './readiness.ts'

const member = (state: MemberState, lagSeconds?: number): MemberAnswer => ({
  kind: 'member',
  state,
  setName: 'pool',
  lagSeconds,
})

it.each<[string, MemberAnswer, object]>([
  ['a primary is ready', member('PRIMARY', 0), { ready: true, role: 'PRIMARY' }],
  ['a secondary with small lag is ready', member('SECONDARY', 10), { ready: true, role: 'SECONDARY' }],
  ['a secondary far behind is not', member('SECONDARY', 16), { ready: false, reason: 'Lagging' }],
  ['a secondary without data is not', member('SECONDARY'), { ready: false, reason: 'Lagging' }],
  ['a member that copies data is not', member('STARTUP2'), { ready: false, reason: 'NotInService' }],
  ['an empty member is not', { kind: 'uninitialized' }, { ready: false, reason: 'Empty' }],
  ['a silent member is not', { kind: 'unreachable', detail: 'x' }, { ready: false, reason: 'Unreachable' }],
])('%s', (_, answer, readiness) => {
  expect(decideReadiness({ name: 'a', host: 'a:27017', answer })).toMatchObject(readiness)
})
