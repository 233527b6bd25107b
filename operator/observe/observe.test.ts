import { describe, expect, it } from '@jest/globals'
import type { KubeObject } from '../api/meta.ts'
import { labels } from '../desired/labels.ts'
import { clusterOf, poolFor, serviceOf } from '../test/builders.ts'
import { gatherObjects } from './gather.ts'
import { workloadOf } from './pods.ts'
import { storageOf } from './storage.ts'
import { World } from './world.ts'

const asObject = (value: unknown) => value as KubeObject
const labelled = (kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'ns', uid: name, labels: labels('c', 'mongodb') },
  ...more,
})

describe('the world', () => {
  it('finds services by the cluster that they refer to, also after they changed their mind', () => {
    const world = new World()
    expect(world.take({ kind: 'put', object: asObject(serviceOf('a')) })).toEqual(['ns/c'])
    const edited = serviceOf('a', { clusterRef: { name: 'd' } })
    const moved = { ...edited, metadata: { ...edited.metadata, generation: 2 } }
    expect(world.take({ kind: 'put', object: asObject(moved) })).toEqual(['ns/c', 'ns/d'])
    expect(world.servicesOf('ns/c')).toEqual([])
    expect(world.servicesOf('ns/d')).toEqual([moved])
    expect(world.take({ kind: 'removed', object: asObject(moved) })).toEqual(['ns/d'])
    expect(world.servicesOf('ns/d')).toEqual([])
  })

  it('finds objects by the pool whose label they carry, until they lose it', () => {
    const world = new World()
    const pod = labelled('Pod', 'c-mongodb-0')
    expect(world.take({ kind: 'put', object: pod })).toEqual(['ns/c'])
    expect(world.objectsOf('ns/c')).toEqual([pod])
    const bare = { ...pod, metadata: { ...pod.metadata, labels: {} } }
    expect(world.take({ kind: 'put', object: bare })).toEqual(['ns/c'])
    expect(world.objectsOf('ns/c')).toEqual([])
  })

  it('forgets a cluster that is gone', () => {
    const world = new World()
    world.take({ kind: 'put', object: asObject(clusterOf()) })
    expect(world.cluster('ns/c')).toBeDefined()
    world.take({ kind: 'removed', object: asObject(clusterOf()) })
    expect(world.cluster('ns/c')).toBeUndefined()
  })
})

it('reads of a pod what decisions need', () => {
  const pod = labelled('Pod', 'c-mongodb-2', {
    status: {
      conditions: [
        { type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z' },
        { type: 'ContainersReady', status: 'True' },
        { type: 'caspool.io/member', status: 'False', reason: 'Lagging', message: '20 seconds behind' },
      ],
      containerStatuses: [{ name: 'mongod', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
    },
  })
  expect(workloadOf([pod, labelled('Pod', 'c-mongodb-x')], 'c-mongodb').pods).toEqual([
    expect.objectContaining({
      ordinal: 2,
      ready: false,
      containersReady: true,
      readySinceMs: Date.UTC(2026, 0, 1),
      trouble: 'CrashLoopBackOff',
      gate: { status: 'False', reason: 'Lagging', message: '20 seconds behind' },
    }),
  ])
})

it('gathers claims, keys and the record of the replica set', () => {
  const keyfile = labelled('Secret', 'c-mongodb-keyfile', { data: { keyfile: 'a2V5' } })
  const annotations = { 'caspool.io/replica-set-initiated': 'c' }
  const facts = gatherObjects(poolFor(clusterOf()), [
    { ...keyfile, metadata: { ...keyfile.metadata, annotations } },
    labelled('PersistentVolumeClaim', 'data-c-mongodb-1'),
    labelled('PersistentVolumeClaim', 'other-c-mongodb-1'),
  ])
  expect(facts.claims).toEqual(['data-c-mongodb-1'])
  expect(facts.secrets.get('keyfile')).toEqual({ keyfile: 'key' })
  expect(facts.replicaSetRecord).toBe('c')
})

it('reads what the claims of a StatefulSet ask for', () => {
  const spec = { resources: { requests: { storage: '5Gi' } }, storageClassName: 'fast' }
  const set = labelled('StatefulSet', 'c-mongodb', { spec: { volumeClaimTemplates: [{ spec }] } })
  expect(storageOf(set)).toEqual({ size: '5Gi', storageClassName: 'fast' })
  expect(storageOf(undefined)).toBeUndefined()
})
