import { describe, expect, it } from '@jest/globals'
import { changeConfig } from './change.ts'
import {
  type ConfigMember,
  failoverSettings,
  type MemberAnswer,
  type MemberState,
  type ObservedSet,
  type SetConfig,
} from './facts.ts'
import { planNextStep, type WantedSet } from './plan.ts'

const wanted = (...hosts: readonly string[]): WantedSet => ({
  setName: 'pool',
  members: hosts.map((host) => ({ name: host, host })),
  recorded: true,
})
const answer = (state: MemberState, lagSeconds: number | undefined = 0): MemberAnswer => ({
  kind: 'member',
  state,
  setName: 'pool',
  lagSeconds,
})
const down: MemberAnswer = { kind: 'unreachable', detail: 'refused' }
const empty: MemberAnswer = { kind: 'uninitialized' }
const voter = (host: string, _id: number): ConfigMember => ({ _id, host, votes: 1, priority: 1 })
const silent = (host: string, _id: number): ConfigMember => ({ _id, host, votes: 0, priority: 0 })
const config = (...members: readonly ConfigMember[]): SetConfig => ({
  _id: 'pool',
  version: 7,
  term: 2,
  members,
  settings: { ...failoverSettings, chainingAllowed: true },
})

const stateOf = (member: MemberAnswer): MemberState => (member.kind === 'member' ? member.state : 'DOWN')

/** A set as observed: the answers of its members; with a configuration it has a primary that can be read. */
function observed(
  answers: Readonly<Record<string, MemberAnswer>>,
  setConfig?: SetConfig,
  overrides: Partial<ObservedSet> = {},
): ObservedSet {
  const members = Object.entries(answers).map(([host, said]) => ({ name: host, host, answer: said }))
  const seen = setConfig?.members.map(({ host }) => {
    const said = answers[host] ?? down
    return { host, state: stateOf(said), healthy: said.kind !== 'unreachable' }
  })
  return {
    members,
    electableHosts: setConfig?.members.filter(({ votes }) => votes > 0).map(({ host }) => host) ?? [],
    primary: members.find(({ answer: said }) => stateOf(said) === 'PRIMARY')?.host,
    view:
      setConfig === undefined || seen === undefined
        ? undefined
        : { config: setConfig, configCommitted: true, members: seen },
    users: { operator: 'works', server: 'works' },
    ...overrides,
  }
}

const three = config(voter('a', 0), voter('b', 1), voter('c', 2))
const healthy = { a: answer('PRIMARY'), b: answer('SECONDARY'), c: answer('SECONDARY') }
const reconfigure = (change: object) => ({
  kind: 'step',
  step: { kind: 'reconfigure', primary: 'a', change, from: { version: 7, term: 2 } },
})

describe('the first start', () => {
  const fresh = { ...wanted('a', 'b', 'c'), recorded: false }
  it('waits until every member answers', () => {
    const plan = planNextStep(observed({ a: empty, b: empty, c: down }), fresh)
    expect(plan).toMatchObject({ kind: 'wait', reason: 'MembersStarting', message: 'not reached yet: c' })
  })
  it('initiates through the first member with all of them', () => {
    const plan = planNextStep(observed({ a: empty, b: empty, c: empty }), fresh)
    expect(plan).toEqual({ kind: 'step', step: { kind: 'initiate', through: 'a', hosts: ['a', 'b', 'c'] } })
  })
  it('initiates nothing while one member still reads its configuration', () => {
    const starting = { ...answer('STARTUP'), setName: undefined }
    const plan = planNextStep(observed({ a: empty, b: empty, c: starting }), fresh)
    expect(plan).toMatchObject({ kind: 'wait', reason: 'NoPrimary' })
  })
  it('initiates nothing where a set was recorded', () => {
    const plan = planNextStep(observed({ a: empty, b: empty, c: empty }), wanted('a', 'b', 'c'))
    expect(plan).toMatchObject({ kind: 'stalled', reason: 'DataLost' })
  })
  it('takes a recorded set for lost only when every member answered', () => {
    const plan = planNextStep(observed({ a: empty, b: empty, c: down }), wanted('a', 'b', 'c'))
    expect(plan).toMatchObject({ kind: 'wait', reason: 'MembersStarting' })
  })
})

describe('a set that serves', () => {
  it('is settled when members, settings and users are as wanted', () => {
    const plan = planNextStep(observed(healthy, three), wanted('a', 'b', 'c'))
    expect(plan).toEqual({ kind: 'settled', primary: 'a' })
  })
  it('gets the operator user first, since nothing else can be read without it', () => {
    const facts = observed(healthy, undefined, { users: { operator: 'refused', server: 'unknown' } })
    expect(planNextStep(facts, wanted('a', 'b', 'c'))).toEqual({
      kind: 'step',
      step: { kind: 'ensureUser', user: 'operator', primary: 'a' },
    })
  })
  it('gets the server user next', () => {
    const facts = observed(healthy, three, { users: { operator: 'works', server: 'refused' } })
    expect(planNextStep(facts, wanted('a', 'b', 'c'))).toEqual({
      kind: 'step',
      step: { kind: 'ensureUser', user: 'server', primary: 'a' },
    })
  })
  it('gets the failover settings where they differ, and keeps the others', () => {
    const slow = { ...three, settings: { electionTimeoutMillis: 10_000, chainingAllowed: false } }
    expect(planNextStep(observed(healthy, slow), wanted('a', 'b', 'c'))).toEqual(
      reconfigure({ kind: 'settings' }),
    )
    expect(changeConfig(slow, { kind: 'settings' })).toMatchObject({
      version: 8,
      settings: { ...failoverSettings, chainingAllowed: false },
    })
  })
  it('is not reconfigured before its last configuration reached a majority', () => {
    const facts = observed({ ...healthy, d: empty }, three)
    const uncommitted = { ...facts, view: { ...facts.view!, configCommitted: false } }
    expect(planNextStep(uncommitted, wanted('a', 'b', 'c', 'd'))).toMatchObject({
      kind: 'wait',
      reason: 'ConfigNotCommitted',
      primary: 'a',
    })
  })
  it('names the members that are ill, and says that it serves all the same', () => {
    const facts = observed({ ...healthy, b: answer('RECOVERING'), c: down }, three)
    expect(planNextStep(facts, wanted('a', 'b', 'c'))).toEqual({
      kind: 'wait',
      reason: 'MemberUnhealthy',
      message: 'b is RECOVERING, c is unreachable (refused)',
      primary: 'a',
    })
  })
})

describe('growth', () => {
  it('adds a newcomer that answers, without a vote', () => {
    const facts = observed({ ...healthy, d: empty, e: down }, three)
    expect(planNextStep(facts, wanted('a', 'b', 'c', 'd', 'e'))).toEqual(
      reconfigure({ kind: 'add', host: 'd' }),
    )
    expect(changeConfig(three, { kind: 'add', host: 'd' }).members[3]).toEqual(silent('d', 3))
  })
  it('gives a vote only to a newcomer that is secondary with small lag', () => {
    const four = config(...three.members, silent('d', 3))
    const names = wanted('a', 'b', 'c', 'd')
    const syncing = planNextStep(observed({ ...healthy, d: answer('STARTUP2', undefined) }, four), names)
    expect(syncing).toMatchObject({ kind: 'wait', reason: 'MemberSyncing' })
    const lagging = planNextStep(observed({ ...healthy, d: answer('SECONDARY', 60) }, four), names)
    expect(lagging).toMatchObject({ kind: 'wait', reason: 'MemberSyncing' })
    const ready = planNextStep(observed({ ...healthy, d: answer('SECONDARY', 3) }, four), names)
    expect(ready).toEqual(reconfigure({ kind: 'promote', host: 'd' }))
  })
})

describe('other addresses', () => {
  it('stall a set whose members run under the former ones, instead of adding them twice', () => {
    const facts = observed(
      { ...healthy, 'a.example': answer('PRIMARY'), 'b.example': answer('SECONDARY') },
      three,
    )
    expect(planNextStep({ ...facts, primary: 'a' }, wanted('a.example', 'b.example'))).toMatchObject({
      kind: 'stalled',
      reason: 'AddressChanged',
    })
  })
})

describe('shrinking', () => {
  it('removes the newest leaver first', () => {
    const five = config(...three.members, voter('d', 3), voter('e', 4))
    const facts = observed({ ...healthy, d: answer('SECONDARY'), e: answer('SECONDARY') }, five)
    expect(planNextStep(facts, wanted('a', 'b', 'c'))).toEqual(reconfigure({ kind: 'remove', host: 'e' }))
  })
  it('removes a leaver that does not answer before a healthy one', () => {
    const five = config(...three.members, voter('d', 3), voter('e', 4))
    const facts = observed({ ...healthy, d: down, e: answer('SECONDARY') }, five)
    expect(planNextStep(facts, wanted('a', 'b', 'c'))).toEqual(reconfigure({ kind: 'remove', host: 'd' }))
  })
  it('keeps a healthy leaver until those who replace it vote', () => {
    const four = config(...three.members, silent('d', 3))
    const facts = observed({ ...healthy, d: answer('STARTUP2', undefined) }, four)
    expect(planNextStep(facts, wanted('a', 'b', 'd'))).toMatchObject({
      kind: 'wait',
      reason: 'MemberSyncing',
    })
  })
  it('removes nobody whose vote keeps the majority together', () => {
    const five = config(...three.members, voter('d', 3), voter('e', 4))
    const facts = observed(
      { a: answer('PRIMARY'), b: down, c: down, d: answer('SECONDARY'), e: answer('SECONDARY') },
      five,
    )
    expect(planNextStep(facts, wanted('a', 'b', 'c'))).toMatchObject({
      kind: 'wait',
      reason: 'MajorityAtRisk',
    })
  })
  it('lets a primary that leaves hand over', () => {
    const facts = observed(
      { a: answer('SECONDARY'), b: answer('PRIMARY') },
      config(voter('a', 0), voter('b', 1)),
    )
    expect(planNextStep(facts, wanted('a'))).toEqual({
      kind: 'step',
      step: { kind: 'stepDown', primary: 'b' },
    })
  })
  it('keeps a primary that leaves while nobody can take over', () => {
    const facts = observed(
      { a: answer('SECONDARY', 90), b: answer('PRIMARY') },
      config(voter('a', 0), voter('b', 1)),
    )
    expect(planNextStep(facts, wanted('a'))).toMatchObject({ kind: 'wait', reason: 'NoElectableSecondary' })
  })
})

describe('a set without primary', () => {
  it('is left to elect one after a restart with its data', () => {
    const facts = observed({ a: answer('SECONDARY'), b: down, c: answer('SECONDARY') })
    expect(planNextStep(facts, wanted('a', 'b', 'c'))).toMatchObject({ kind: 'wait', reason: 'NoPrimary' })
  })
  it('is stalled when most of its electable members are gone and not wanted any more', () => {
    const facts = observed({ a: answer('SECONDARY'), b: down, c: down }, undefined, {
      electableHosts: ['a', 'b', 'c'],
    })
    expect(planNextStep(facts, wanted('a'))).toMatchObject({ kind: 'stalled', reason: 'MajorityLost' })
  })
  it('waits with the reason when no member finds its address in the configuration', () => {
    const removed: MemberAnswer = {
      kind: 'member',
      state: 'REMOVED',
      setName: undefined,
      lagSeconds: undefined,
    }
    const facts = observed({ a: removed, b: removed, c: removed })
    expect(planNextStep(facts, wanted('a', 'b', 'c'))).toMatchObject({
      kind: 'wait',
      reason: 'MembersRemoved',
    })
  })
  it('is stalled when a member belongs to another set', () => {
    const foreign: MemberAnswer = { kind: 'member', state: 'PRIMARY', setName: 'theirs', lagSeconds: 0 }
    const facts = observed({ a: foreign, b: empty, c: empty })
    expect(planNextStep(facts, wanted('a', 'b', 'c'))).toMatchObject({
      kind: 'stalled',
      reason: 'ForeignSet',
    })
  })
})
