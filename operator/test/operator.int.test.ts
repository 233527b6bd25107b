import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '../../tools/system/ports.ts'
import type { CasClusterSpec, CasClusterStatus } from '../api/cas-cluster.ts'
import { conditionOf, kstatusOf, type ReadableStatus } from '../api/conditions.ts'
import type { KubeObject } from '../api/meta.ts'
import type { KubeClient } from '../kube/client.ts'
import { apiVersionOf, type Kind } from '../kube/kinds.ts'
import { clusterOf } from './builders.ts'
import { type RunningOperator, startOperator } from './running-operator.ts'
import { startTestCluster, type TestCluster } from './test-cluster.ts'

let cluster: TestCluster
let client: KubeClient
let operator: RunningOperator

const childKinds: readonly Kind[] = [
  'Secret',
  'ServiceAccount',
  'Service',
  'StatefulSet',
  'PodDisruptionBudget',
  'NetworkPolicy',
  'Ingress',
]

beforeAll(async () => {
  cluster = await startTestCluster()
  await cluster.installKinds()
  client = cluster.client
  operator = startOperator(cluster.kubeconfig)
}, 90_000)
afterAll(async () => {
  await operator?.stop()
  await cluster?.stop()
}, 30_000)

async function newNamespace(name: string): Promise<string> {
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  return name
}

/** Creates a CasCluster `c`, or changes it: as a user would, so that the operator's own fields stay its own. */
async function applyCluster(namespace: string, spec: Partial<CasClusterSpec> = {}): Promise<void> {
  const { apiVersion, kind, spec: whole } = clusterOf(spec)
  await client.apply({ apiVersion, kind, metadata: { name: 'c', namespace }, spec: whole })
}

const get = (kind: Kind, namespace: string, name: string) => client.get({ kind, namespace, name })
const readCluster = async (namespace: string) =>
  (await get('CasCluster', namespace, 'c')) as unknown as {
    readonly status?: CasClusterStatus
  } & ReadableStatus
const untilThere = (kind: Kind, namespace: string, name: string) =>
  until(`${kind} ${name} is there`, () => get(kind, namespace, name), { withinMs: 20_000 })
const untilReason = (namespace: string, reason: string) =>
  until(
    `the cluster says ${reason}`,
    async () => {
      const read = await readCluster(namespace)
      return conditionOf(read?.status?.conditions, 'Ready')?.reason === reason && read
    },
    { withinMs: 20_000 },
  )

async function children(namespace: string): Promise<KubeObject[]> {
  const lists = await Promise.all(childKinds.map((kind) => client.list(kind, { namespace })))
  return lists.flatMap(({ items }) => items).filter(({ metadata }) => metadata.name.startsWith('c-'))
}
const versions = (objects: readonly KubeObject[]) =>
  Object.fromEntries(objects.map((o) => [`${o.kind} ${o.metadata.name}`, o.metadata.resourceVersion]))

it('makes all objects of a pool, and says what it waits for', async () => {
  const namespace = await newNamespace('all')
  await applyCluster(namespace, { ingress: { className: 'any' } })
  const read = await untilReason(namespace, 'MembersStarting')
  expect(kstatusOf(read)).toBe('InProgress')
  expect(Object.keys(versions(await children(namespace))).toSorted()).toEqual([
    'Ingress c-server',
    'NetworkPolicy c-mongodb',
    'PodDisruptionBudget c-mongodb',
    'PodDisruptionBudget c-server',
    'Secret c-mongodb-keyfile',
    'Secret c-mongodb-operator',
    'Secret c-mongodb-server',
    'Secret c-pool-key',
    'Service c-mongodb',
    'Service c-server',
    'Service c-server-members',
    'ServiceAccount c-mongodb',
    'ServiceAccount c-server',
    'StatefulSet c-mongodb',
    'StatefulSet c-server',
  ])
}, 60_000)

it('writes nothing when it starts again', async () => {
  const namespace = await newNamespace('again')
  await applyCluster(namespace)
  await until('the members were looked for', async () => {
    const { status } = await readCluster(namespace)
    return conditionOf(status?.conditions, 'MongoReady')?.message.startsWith('not reached yet')
  })
  await operator.untilQuiet(`${namespace}/c`)
  const before = versions([
    ...(await children(namespace)),
    (await get('CasCluster', namespace, 'c')) as KubeObject,
  ])
  await operator.stop()
  operator = startOperator(cluster.kubeconfig)
  await operator.untilQuiet(`${namespace}/c`)
  const after = versions([
    ...(await children(namespace)),
    (await get('CasCluster', namespace, 'c')) as KubeObject,
  ])
  expect(after).toEqual(before)
}, 60_000)

describe('drift', () => {
  it('in a field of ours is repaired, what others added stays', async () => {
    const namespace = await newNamespace('drift')
    await applyCluster(namespace)
    const set = await untilThere('StatefulSet', namespace, 'c-server')
    const spec = { ...(set['spec'] as object), replicas: 7, minReadySeconds: 3 }
    await until('the set was changed', async () => {
      const now = await untilThere('StatefulSet', namespace, 'c-server')
      return client.replace({ ...now, spec }).catch(() => false as const)
    })
    await until('it is repaired', async () => {
      const now = await get('StatefulSet', namespace, 'c-server')
      return (now?.['spec'] as { replicas?: number } | undefined)?.replicas === 3
    })
    expect((await get('StatefulSet', namespace, 'c-server'))?.['spec']).toMatchObject({ minReadySeconds: 3 })
  }, 60_000)

  it('by deletion is repaired', async () => {
    const namespace = await newNamespace('deleted')
    await applyCluster(namespace)
    const { uid } = (await untilThere('Service', namespace, 'c-server')).metadata
    await client.delete({ kind: 'Service', namespace, name: 'c-server' })
    await until('it is made anew', async () => {
      const now = await get('Service', namespace, 'c-server')
      return now !== undefined && now.metadata.uid !== uid
    })
  }, 60_000)
})

it('removes what the spec no longer asks for', async () => {
  const namespace = await newNamespace('prune')
  await applyCluster(namespace, { ingress: {} })
  await untilThere('Ingress', namespace, 'c-server')
  await applyCluster(namespace, { replicas: 1 })
  await until('they are gone', async () => {
    const [ingress, budget] = [
      await get('Ingress', namespace, 'c-server'),
      await get('PodDisruptionBudget', namespace, 'c-server'),
    ]
    return ingress === undefined && budget === undefined
  })
}, 60_000)

it('tells that volumes stay as they are, when two edits ask for other ones, until the spec is put right', async () => {
  const namespace = await newNamespace('volumes')
  await applyCluster(namespace, { mongodb: { storage: { size: '1Gi' } } })
  await untilThere('StatefulSet', namespace, 'c-mongodb')
  await applyCluster(namespace, {})
  await applyCluster(namespace, { replicas: 1, mongodb: { storage: { size: '2Gi' } } })
  const { status } = await untilReason(namespace, 'VolumesDiffer')
  expect(conditionOf(status?.conditions, 'Stalled')?.message).toContain(
    'spec.mongodb.storage.size: 2Gi is asked for, the volumes were made with 1Gi; remove it, then set it to 1Gi',
  )
  expect((await get('StatefulSet', namespace, 'c-server'))?.['spec']).toMatchObject({ replicas: 1 })
  await applyCluster(namespace, {})
  await applyCluster(namespace, { mongodb: { storage: { size: '1024Mi' } } })
  await untilReason(namespace, 'MembersStarting')
}, 60_000)

describe('keys', () => {
  const keyOf = async (namespace: string) => (await get('Secret', namespace, 'c-pool-key'))?.['data']

  it('are the same when a CasCluster is deleted under Retain and comes again', async () => {
    const namespace = await newNamespace('retain')
    await applyCluster(namespace, { deletionPolicy: 'Retain' })
    await untilThere('StatefulSet', namespace, 'c-mongodb')
    const before = await keyOf(namespace)
    await client.delete({ kind: 'CasCluster', namespace, name: 'c' })
    await applyCluster(namespace, { deletionPolicy: 'Retain', replicas: 1 })
    await operator.untilQuiet(`${namespace}/c`)
    expect(await keyOf(namespace)).toEqual(before)
    expect((await get('Secret', namespace, 'c-pool-key'))?.metadata.ownerReferences).toBeUndefined()
  }, 60_000)

  it('belong to the CasCluster under Delete, also when that is said later', async () => {
    const namespace = await newNamespace('delete')
    await applyCluster(namespace)
    await untilThere('StatefulSet', namespace, 'c-server')
    await applyCluster(namespace, { deletionPolicy: 'Delete' })
    const owner = (await get('CasCluster', namespace, 'c'))?.metadata.uid
    await until('all are owned', async () => {
      const all = await children(namespace)
      return all.every(({ metadata }) => metadata.ownerReferences?.[0]?.uid === owner)
    })
  }, 60_000)

  it('that are lost are not made anew while data depends on them', async () => {
    const namespace = await newNamespace('lost')
    await applyCluster(namespace)
    await untilThere('StatefulSet', namespace, 'c-server')
    await client.apply(claimOf(namespace))
    await client.delete({ kind: 'Secret', namespace, name: 'c-pool-key' })
    const read = await untilReason(namespace, 'KeyMissing')
    expect(kstatusOf(read)).toBe('Failed')
    expect(conditionOf(read.status?.conditions, 'Stalled')?.message).toContain('Secret c-pool-key is missing')
    expect(await get('Secret', namespace, 'c-pool-key')).toBeUndefined()
  }, 60_000)
})

it('leaves an object of somebody else under its name alone, and says so', async () => {
  const namespace = await newNamespace('foreign')
  const theirs = { ports: [{ port: 80 }], selector: { app: 'theirs' } }
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'c-server', namespace },
    spec: theirs,
  }
  await client.create(service)
  await applyCluster(namespace)
  const read = await untilReason(namespace, 'NameTaken')
  expect(conditionOf(read.status?.conditions, 'Stalled')?.message).toContain('Service c-server exists')
  expect((await get('Service', namespace, 'c-server'))?.['spec']).toMatchObject({
    selector: { app: 'theirs' },
  })
}, 60_000)

it('does nothing for a cluster that is paused', async () => {
  const namespace = await newNamespace('paused')
  await applyCluster(namespace, { paused: true })
  await untilReason(namespace, 'Paused')
  expect(await children(namespace)).toEqual([])
}, 60_000)

/** A volume claim as the StatefulSet's controller would have made it. */
function claimOf(namespace: string): KubeObject {
  const labels = {
    'app.kubernetes.io/name': 'caspool',
    'app.kubernetes.io/instance': 'c',
    'app.kubernetes.io/component': 'mongodb',
    'app.kubernetes.io/managed-by': 'caspool-operator',
  }
  return {
    apiVersion: apiVersionOf('PersistentVolumeClaim'),
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data-c-mongodb-0', namespace, labels },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }
}
