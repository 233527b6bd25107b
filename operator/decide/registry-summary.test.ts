import { describe, expect, it } from '@jest/globals'
import type { MemberDocument, RefusedProperty } from '../../common/documents/pool.ts'
import { ShardedMap } from '../../common/sharded-map.ts'
import { conditionOf } from '../api/conditions.ts'
import { clusterProblems, revisionProblems } from '../api/validate-cas-cluster.ts'
import type { SyncReport } from '../registry/sync.ts'
import { clusterOf } from '../test/builders.ts'
import { clusterStatus } from './cluster-status.ts'
import { well } from './findings.ts'
import { registrySummary } from './registry-summary.ts'

const ttl = 'cas.ticket.st.time-to-kill-in-seconds'
const synced: SyncReport = {
  rev: 5,
  digest: 'd5',
  services: ShardedMap.from([]),
  config: { rev: 5, conflicts: [] },
  foreign: [],
  isContested: false,
  isCompareDue: false,
  heldDeletes: undefined,
  written: 0,
}
const report = (name: string, refusedProperties: readonly RefusedProperty[]): MemberDocument => ({
  _id: name,
  bootId: 'b',
  address: 'any',
  version: '1',
  rev: 5,
  digest: 'd5',
  refusedServices: [],
  refusedProperties,
  at: new Date(0),
})
const find = (config: Record<string, string>, reports: readonly MemberDocument[], ready = ['s-0', 's-1']) => {
  const members = { ready, reports: new Map(reports.map((one) => [one._id, one])) }
  return registrySummary(clusterOf({ config }), synced, members).config
}

describe('a property that is mistyped or out of range', () => {
  const config = { [ttl]: '5000' }

  it('does not keep the cluster from being run', () => {
    expect(clusterProblems(clusterOf({ config: { ...config, 'cas.tickt.x': '1' } }))).toEqual([])
  })
  it('is named, with what else is wrong, whatever servers say of the revision before it', () => {
    for (const finding of [
      find({ ...config, 'cas.tickt.x': '1' }, [report('s-0', []), report('s-1', [])]),
      find(config, [], []),
    ]) {
      expect(finding).toMatchObject({
        reason: 'Refused',
        stalled: true,
        message: expect.stringMatching(/^spec\.config\["cas\.ticket\.st.*stays in force$/s),
      })
    }
  })
  it('does not hold up the others when only its name is not known: the servers say so', () => {
    const unknown = [{ name: 'cas.tickt.x', reason: 'is not known' }]
    expect(revisionProblems(clusterOf({ config: { 'cas.tickt.x': '1' } }))).toEqual([])
    expect(find({ 'cas.tickt.x': '1' }, [report('s-0', unknown), report('s-1', unknown)])).toMatchObject({
      reason: 'Refused',
      message: 's-0, s-1 refuse cas.tickt.x (is not known)',
    })
  })
  it('is named before any server has said so', () => {
    const finding = find({ 'cas.tickt.x': '1' }, [], [])
    expect(finding).toMatchObject({ reason: 'Refused', message: expect.stringContaining('cas.tickt.x') })
  })
  it('makes the cluster not ready, and leaves the other conditions as they are', () => {
    const findings = { mongo: well('A', ''), servers: well('A', ''), config: find(config, []) }
    const { conditions } = clusterStatus(clusterOf({ config }), findings, { now: 0 })
    expect(conditionOf(conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'Refused' })
    expect(conditionOf(conditions, 'ServersReady')?.status).toBe('True')
    expect(conditionOf(conditions, 'ConfigSynced')?.message).toContain(ttl)
  })
})

it('keeps a secret out of the database, and out of what it says about it', () => {
  const cluster = clusterOf({ config: { 'cas.authn.ldap[0].bind-credential': 'Mellon' } })
  expect(revisionProblems(cluster)).toHaveLength(1)
  const { reason, message } = find(cluster.spec.config ?? {}, [])
  expect(reason).toBe('Refused')
  expect(message).toContain('is a secret')
  expect(message).not.toContain('Mellon')
})

it('waits for servers without judging properties that are well', () => {
  expect(find({ [ttl]: '20' }, [report('s-0', [])])).toMatchObject({ reason: 'NotReported' })
  expect(find({ [ttl]: '20' }, [report('s-0', []), report('s-1', [])])).toMatchObject({
    status: 'True',
    message: 'loaded by all ready servers',
  })
})
