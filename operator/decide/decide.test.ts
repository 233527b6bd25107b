import { describe, expect, it } from '@jest/globals'
import { conditionOf, kstatusOf } from '../api/conditions.ts'
import type { SecretPurpose } from '../desired/secrets.ts'
import type { ConfigMember, ObservedMember, ObservedSet, PrimaryView } from '../mongo/facts.ts'
import { clusterOf, podFact, workloadFact } from '../test/builders.ts'
import { clusterStatus, firstClusterStatus, pausedStatus } from './cluster-status.ts'
import { stuck, waiting, well } from './findings.ts'
import { decideGates } from './gates.ts'
import { dataEvidence, decideKeys } from './keys.ts'
import { mongodReplicas } from './mongod-size.ts'
import { decideServerRoll, stuckAfterMs } from './server-roll.ts'
import { serversReady } from './servers-ready.ts'

const hostOf = (ordinal: number) => `c-mongodb-${ordinal}.c-mongodb.ns.svc:27017`
const ordinalOf = (host: string) => Number(/-(\d+)\./.exec(host)?.[1])
const viewOf = (ordinals: readonly number[], configCommitted = true): PrimaryView => ({
  config: {
    _id: 'c',
    version: 1,
    members: ordinals.map((i): ConfigMember => ({ _id: i, host: hostOf(i), votes: 1, priority: 1 })),
  },
  configCommitted,
  members: [],
})

describe('keys', () => {
  const wanted = new Map<SecretPurpose, string>([
    ['poolKey', 'c-pool-key'],
    ['keyfile', 'c-mongodb-keyfile'],
    ['operatorUser', 'c-mongodb-operator'],
    ['serverUser', 'c-mongodb-server'],
  ])
  const all = [...wanted.keys()]
  const decide = (missing: SecretPurpose[], evidence: string | undefined) =>
    decideKeys({ wanted, present: new Set(all.filter((p) => !missing.includes(p))), dataEvidence: evidence })

  it('are made where nothing was stored yet', () => {
    expect(decide(all, undefined)).toEqual({ kind: 'make', purposes: all })
  })
  it('are never made anew once data depends on them: the Secret to restore is named', () => {
    const decision = decide(['poolKey'], 'volume claim data-c-mongodb-0 exists')
    expect(decision).toMatchObject({ kind: 'stalled', names: ['c-pool-key'] })
  })
  it('leave passwords alone, which can be set anew', () => {
    expect(decide(['serverUser'], 'anything')).toEqual({ kind: 'make', purposes: ['serverUser'] })
  })
  it.each([
    [{ claims: ['data-c-mongodb-0'], replicaSetRecord: undefined, registryRev: undefined }, true],
    [{ claims: [], replicaSetRecord: 'c', registryRev: undefined }, true],
    [{ claims: [], replicaSetRecord: undefined, registryRev: 3 }, true],
    [{ claims: [], replicaSetRecord: undefined, registryRev: 0 }, false],
  ])('%j shows stored data: %s', (facts, shows) => {
    expect(dataEvidence(facts) !== undefined).toBe(shows)
  })
})

describe('size of the mongod StatefulSet', () => {
  it.each([
    ['the pod comes first on the way up', { wanted: 5, live: 3, view: viewOf([0, 1, 2]) }, 5],
    ['and before there is a StatefulSet', { wanted: 3, live: undefined, view: undefined }, 3],
    [
      'the configuration goes first on the way down',
      { wanted: 3, live: 5, view: viewOf([0, 1, 2, 3, 4]) },
      5,
    ],
    ['a member that was removed loses its pod', { wanted: 3, live: 5, view: viewOf([0, 1, 2, 3]) }, 4],
    ['only when that is committed', { wanted: 3, live: 5, view: viewOf([0, 1, 2], false) }, 5],
    ['and never on a guess', { wanted: 1, live: 3, view: undefined }, 3],
    ['it ends at what is wanted', { wanted: 1, live: 3, view: viewOf([0]) }, 1],
  ])('%s', (_, facts, expected) => {
    expect(mongodReplicas({ ...facts, ordinalOf })).toBe(expected)
  })
})

describe('readiness gates', () => {
  const observed = (members: readonly ObservedMember[]): ObservedSet =>
    ({
      members,
      primary: undefined,
      view: undefined,
      users: { operator: 'works', server: 'works' },
    }) as unknown as ObservedSet
  const member = (state: 'PRIMARY' | 'STARTUP2'): ObservedMember => ({
    name: 'c-mongodb-0',
    host: hostOf(0),
    answer: { kind: 'member', state, setName: 'c', lagSeconds: 0 },
  })
  it('open for a member in service', () => {
    expect(decideGates([podFact('c-mongodb-0')], observed([member('PRIMARY')]))).toMatchObject([
      { status: 'True' },
    ])
  })
  it('are written only when they change', () => {
    const gate = { status: 'True', reason: 'InService', message: '' }
    expect(decideGates([podFact('c-mongodb-0', { gate })], observed([member('PRIMARY')]))).toEqual([])
  })
  it('close for a member that copies data', () => {
    const gate = { status: 'True', reason: 'InService', message: '' }
    expect(decideGates([podFact('c-mongodb-0', { gate })], observed([member('STARTUP2')]))).toMatchObject([
      { status: 'False', reason: 'NotInService' },
    ])
  })
})

describe('servers', () => {
  const three = [0, 1, 2].map((i) => podFact(`c-server-${i}`))
  it('are ready when all are, at the newest revision', () => {
    expect(serversReady(workloadFact(three), 3)).toMatchObject({ status: 'True' })
  })
  it('are not while the StatefulSet’s controller has not seen the spec', () => {
    expect(serversReady(workloadFact(three, { observed: false }), 3)).toMatchObject({ status: 'False' })
  })
  it('name the trouble of the pod that keeps them from it', () => {
    const pods = [...three.slice(0, 2), podFact('c-server-2', { ready: false, trouble: 'ImagePullBackOff' })]
    const { message } = serversReady(workloadFact(pods), 3)
    expect(message).toBe('2 of 3 servers are ready (c-server-2: ImagePullBackOff)')
  })
  it('are counted while they follow a new spec', () => {
    const { reason, message } = serversReady(workloadFact(three, { observed: false }), 4)
    expect([reason, message]).toEqual([
      'Progressing',
      '3 of 4 servers are ready, and about to follow the spec',
    ])
    expect(serversReady(workloadFact(three), 4).message).toBe('3 of 4 servers are ready')
    const rolling = [podFact('c-server-0', { revision: 'old' }), ...three.slice(1)]
    expect(serversReady(workloadFact(rolling), 3)).toMatchObject({
      reason: 'Rolling',
      message: '2 of 3 servers are ready at the newest revision',
    })
  })
  it('of an older revision that have long been unready are replaced', () => {
    const old = podFact('c-server-1', { revision: 'old', ready: false, readySinceMs: 0 })
    const servers = workloadFact([podFact('c-server-0'), old])
    expect(decideServerRoll(servers, stuckAfterMs).replace).toEqual([old])
    expect(decideServerRoll(servers, stuckAfterMs - 1)).toEqual({ replace: [], againInMs: 1 })
  })
  it('that are ready, or leave already, are left to the roll', () => {
    const ready = podFact('c-server-0', { revision: 'old' })
    const leaving = podFact('c-server-1', { revision: 'old', ready: false, terminating: true })
    expect(decideServerRoll(workloadFact([ready, leaving]), stuckAfterMs).replace).toEqual([])
  })
})

describe('status of a CasCluster', () => {
  const now = Date.UTC(2026, 0, 1)
  const good = { mongo: well('A', ''), servers: well('A', ''), config: well('A', '') }
  const cluster = clusterOf()
  const read = (status: ReturnType<typeof clusterStatus>) =>
    kstatusOf({ metadata: { generation: 1 }, status })

  it('says at first sight that nobody knows yet', () => {
    const status = firstClusterStatus(cluster, now)
    expect(status.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'Unknown' })
    expect(read(status)).toBe('InProgress')
  })
  it('is current when all parts are as specified', () => {
    expect(read(clusterStatus(cluster, good, { now }))).toBe('Current')
  })
  it('is in progress with the reason of the part that is not ready', () => {
    const status = clusterStatus(cluster, { ...good, servers: waiting('Rolling', '1 of 3') }, { now })
    expect(read(status)).toBe('InProgress')
    expect(status.conditions?.[0]).toMatchObject({ status: 'False', reason: 'Rolling', message: '1 of 3' })
  })
  it('has failed when some part waits for somebody, whatever else is going on', () => {
    const findings = { ...good, mongo: waiting('NoPrimary', ''), config: stuck('Refused', 'cas.x: no') }
    const status = clusterStatus(cluster, findings, { now })
    expect(read(status)).toBe('Failed')
    expect(status.conditions?.[1]).toMatchObject({ type: 'Stalled', status: 'True', reason: 'Refused' })
  })
  it('has failed when volumes are not as asked for, and leaves the parts as they are', () => {
    const status = clusterStatus(cluster, { ...good, volumes: stuck('VolumesDiffer', '1Gi') }, { now })
    expect(read(status)).toBe('Failed')
    expect(status.conditions?.[1]).toMatchObject({ type: 'Stalled', reason: 'VolumesDiffer', message: '1Gi' })
    expect(conditionOf(status.conditions, 'MongoReady')?.status).toBe('True')
  })
  it('names what waits for somebody in a part before volumes that are not as asked for', () => {
    const findings = { ...good, mongo: stuck('DataLost', ''), volumes: stuck('VolumesDiffer', '') }
    expect(clusterStatus(cluster, findings, { now }).conditions?.[1]).toMatchObject({ reason: 'DataLost' })
  })
  it('does not change when nothing did, whatever the time', () => {
    const status = clusterStatus(cluster, good, { now })
    expect(clusterStatus({ ...cluster, status }, good, { now: now + 60_000 })).toEqual(status)
  })
  it('is never taken for ready while paused', () => {
    expect(read(pausedStatus(cluster, now))).toBe('InProgress')
  })
})
