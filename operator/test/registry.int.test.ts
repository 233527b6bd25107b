import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { collections } from '../../common/contract.ts'
import type { HeadDocument, MemberDocument } from '../../common/documents/pool.ts'
import { parseProperties } from '../../common/documents/properties.ts'
import { until } from '../../tools/system/ports.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import type { CasServiceSpec, CasServiceStatus } from '../api/cas-service.ts'
import { conditionOf, kstatusOf, type ReadableStatus } from '../api/conditions.ts'
import { apiVersion } from '../api/meta.ts'
import { labels } from '../desired/labels.ts'
import type { KubeClient } from '../kube/client.ts'
import { type RunningOperator, startOperator } from './running-operator.ts'
import { startTestCluster, type TestCluster } from './test-cluster.ts'

// The pool's database is a real one of somebody else; the servers are played: pods that say they are ready, and their
// reports in the database.
const { uri, databaseName } = testDatabase('operator')
const namespace = 'default'
let cluster: TestCluster
let client: KubeClient
let operator: RunningOperator
const mongo = new MongoClient(uri, { useBigInt64: true, writeConcern: { w: 'majority' } })
const db = mongo.db(databaseName)

beforeAll(async () => {
  cluster = await startTestCluster()
  await cluster.installKinds()
  client = cluster.client
  operator = startOperator(cluster.kubeconfig)
  const stringData = { connection: uri }
  await client.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'theirs', namespace },
    stringData,
  })
  const mongodb = {
    external: { uriSecretRef: { name: 'theirs', key: 'connection' } },
    database: databaseName,
  }
  await applyCluster({ mongodb })
  await playServer('c-server-0')
}, 90_000)
afterAll(async () => {
  await operator?.stop()
  await db.dropDatabase()
  await mongo.close()
  await cluster?.stop()
}, 30_000)

let clusterSpec: object = { serverUrl: 'https://sso.example.org/cas', replicas: 1 }
async function applyCluster(change: object): Promise<void> {
  clusterSpec = { ...clusterSpec, ...change }
  await client.apply({
    apiVersion,
    kind: 'CasCluster',
    metadata: { name: 'c', namespace },
    spec: clusterSpec,
  })
}
const applyService = (name: string, spec: Partial<CasServiceSpec> = {}) =>
  client.apply({
    apiVersion,
    kind: 'CasService',
    metadata: { name, namespace },
    spec: { clusterRef: { name: 'c' }, match: { hosts: [`${name}.example.org`] }, ...spec },
  })

async function playServer(name: string): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: labels('c', 'server') },
  }
  await client.create({ ...pod, spec: { containers: [{ name: 'server', image: 'example.org/none:1' }] } })
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }
  await client.applyStatus({ ...pod, metadata: { name, namespace }, status: { conditions: [ready] } })
}

/** A server says that it holds what stands in the database now. */
async function report(refused: MemberDocument['refusedServices'] = []): Promise<void> {
  const properties = await db.collection(collections.properties).find().toArray()
  const parsed = parseProperties(new Map(properties.map(({ name, value }) => [String(name), value])))
  const head = await db.collection<HeadDocument>(collections.poolState).findOne({ _id: 'head' })
  await db.collection<MemberDocument>(collections.poolMembers).replaceOne(
    { _id: 'c-server-0' },
    {
      bootId: 'boot',
      address: 'any',
      version: '1',
      rev: Number(head?.rev ?? 0),
      digest: head?.digest ?? '',
      refusedServices: refused,
      refusedProperties: [...parsed.refused, ...parsed.unknown],
      at: new Date(0),
    },
    { upsert: true },
  )
}

type Read = ReadableStatus & { readonly status?: CasServiceStatus }
const read = async (name: string) =>
  (await client.get({ kind: 'CasService', namespace, name })) as unknown as Read | undefined
const untilKstatus = (name: string, wanted: string, reason?: string) =>
  until(
    `${name} is ${wanted}`,
    async () => {
      const service = await read(name)
      if (service === undefined || kstatusOf(service) !== wanted) return false
      return (
        (reason === undefined || conditionOf(service.status?.conditions, 'Ready')?.reason === reason) &&
        service
      )
    },
    { withinMs: 20_000 },
  )
/** Waits until ConfigSynced has that reason for the newest spec; answers the condition and Ready. */
const untilConfig = (reason: string) =>
  until(`the configuration is ${reason}`, async () => {
    const now = (await client.get({ kind: 'CasCluster', namespace, name: 'c' })) as unknown as Read
    const config = conditionOf(now.status?.conditions, 'ConfigSynced')
    const isThere = config?.reason === reason && config.observedGeneration === now.metadata.generation
    return isThere && { config, ready: conditionOf(now.status?.conditions, 'Ready') }
  })
const definitions = () => db.collection(collections.services).find().sort({ name: 1 }).toArray()
const namesOfDefinitions = async () => (await definitions()).map((definition) => definition['name'])

it('writes services, and calls them served when the ready servers say so', async () => {
  await Promise.all(['first', 'second'].map((name) => applyService(name)))
  await Promise.all(['first', 'second'].map((name) => untilKstatus(name, 'InProgress', 'NotReported')))
  expect(await namesOfDefinitions()).toEqual(['first', 'second'])
  await report()
  const service = await untilKstatus('first', 'Current')
  expect(conditionOf(service.status?.conditions, 'Served')).toMatchObject({
    status: 'True',
    reason: 'Loaded',
  })
  await untilKstatus('second', 'Current')
}, 60_000)

it('follows an edit, which is served only when it is loaded again', async () => {
  await applyService('first', { description: 'edited' })
  await untilKstatus('first', 'InProgress', 'Loading')
  await report()
  await untilKstatus('first', 'Current')
  expect((await definitions())[0]).toMatchObject({ description: 'edited' })
}, 60_000)

it('says that a server refuses a service, and why', async () => {
  const created = await applyService('refused')
  expect(created.metadata.name).toBe('refused')
  const { status } = await untilKstatus('refused', 'InProgress', 'Loading')
  await report([{ id: status?.definitionId ?? '', reason: 'the pattern is too large' }])
  const service = await untilKstatus('refused', 'Failed', 'Refused')
  expect(conditionOf(service.status?.conditions, 'Served')?.message).toContain('the pattern is too large')
  await client.delete({ kind: 'CasService', namespace, name: 'refused' })
}, 60_000)

it('deletes a definition with its service', async () => {
  await until('it is gone', async () => !(await namesOfDefinitions()).includes('refused'))
  await client.delete({ kind: 'CasService', namespace, name: 'second' })
  await until('it is gone', async () => (await namesOfDefinitions()).join() === 'first')
}, 60_000)

it('writes spec.config, and calls it synced when the servers have it', async () => {
  await applyCluster({ config: { 'cas.ticket.st.time-to-kill-in-seconds': '20' } })
  const property = { name: 'cas.ticket.st.time-to-kill-in-seconds', value: '20' }
  await until('it is written', () =>
    db
      .collection(collections.properties)
      .findOne(property)
      .then((found) => found ?? undefined),
  )
  await report()
  const { config } = await untilConfig('Loaded')
  expect(config).toMatchObject({ status: 'True', message: 'loaded by all ready servers' })
}, 60_000)

it('keeps the last good revision where servers that start find it while a property is refused, and goes on with services', async () => {
  const config = { 'cas.ticket.st.time-to-kill-in-seconds': '5000', 'cas.logout.redirect-parameter': 'url' }
  await applyCluster({ config: { ...config, 'cas.tickt.x': '1' } })
  await applyService('meanwhile')
  await until('it is written', async () => (await namesOfDefinitions()).includes('meanwhile'))
  await report()
  await untilKstatus('meanwhile', 'Current')
  const { ready } = await untilConfig('Refused')
  expect(ready).toMatchObject({ status: 'False', reason: 'Refused' })
  expect(ready?.message).toMatch(/^spec\.config\["cas\.ticket\.st\.time-to-kill-in-seconds"\]: must be/)
  expect(ready?.message).toContain('spec.config["cas.tickt.x"]: is not known; did you mean')
  expect(ready?.message).toContain('the last good one stays in force')
  const standing = await db.collection(collections.properties).find().toArray()
  expect(standing.map(({ name, value }) => [name, value])).toEqual([
    ['cas.ticket.st.time-to-kill-in-seconds', '20'],
  ])
}, 60_000)

it('tells a new service that its cluster is not valid, and serves it when that is mended', async () => {
  const config = { 'cas.ticket.st.time-to-kill-in-seconds': '20' }
  await applyCluster({ config, outbound: { allow: ['nowhere at all'] } })
  await applyService('early')
  await untilKstatus('early', 'InProgress', 'ClusterInvalid')
  await applyCluster({ outbound: { allow: [] } })
  await untilKstatus('early', 'InProgress', 'Loading')
  await Promise.all(
    ['early', 'meanwhile'].map((name) => client.delete({ kind: 'CasService', namespace, name })),
  )
  await until('they are gone', async () => (await namesOfDefinitions()).join() === 'first')
  await report()
  await untilConfig('Loaded')
}, 60_000)

it('writes nothing when it starts again', async () => {
  const snapshot = async () => ({
    services: (await client.list('CasService')).items.filter(({ metadata }) => metadata.name !== 'probe'),
    cluster: await client.get({ kind: 'CasCluster', namespace, name: 'c' }),
    definitions: (await definitions()).filter((definition) => definition['name'] !== 'probe'),
  })
  await report()
  await untilKstatus('first', 'Current')
  await operator.untilQuiet('default/c')
  const before = await snapshot()
  await operator.stop()
  operator = startOperator(cluster.kubeconfig)
  await operator.untilQuiet('default/c')
  expect(await snapshot()).toEqual(before)
}, 60_000)

it('tells a service that its cluster does not exist, or does not take it', async () => {
  await applyService('lonely', { clusterRef: { name: 'nobody' } })
  await untilKstatus('lonely', 'InProgress', 'ClusterNotFound')
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } })
  await client.apply({
    apiVersion,
    kind: 'CasService',
    metadata: { name: 'stranger', namespace: 'other' },
    spec: { clusterRef: { name: 'c', namespace }, match: { hosts: ['stranger.example.org'] } },
  })
  await until('it is not admitted', async () => {
    const there = { kind: 'CasService', namespace: 'other', name: 'stranger' } as const
    const stranger = (await client.get(there)) as unknown as Read
    return conditionOf(stranger.status?.conditions, 'Accepted')?.reason === 'NotAdmitted'
  })
  expect(await namesOfDefinitions()).toEqual(['first'])
}, 60_000)

it('says that its connection string cannot be read, writes no longer to the database, and goes on when it is mended', async () => {
  const writeSecret = (connection: string) =>
    client.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'theirs', namespace },
      stringData: { connection },
    })
  const untilMongo = (reason: string) =>
    until(
      `MongoReady is ${reason}`,
      async () => {
        const now = (await client.get({ kind: 'CasCluster', namespace, name: 'c' })) as unknown as Read
        const mongo = conditionOf(now.status?.conditions, 'MongoReady')
        return mongo?.reason === reason && now.status?.observedGeneration === now.metadata.generation && mongo
      },
      { withinMs: 20_000 },
    )
  await writeSecret('S3cret')
  await applyCluster({ replicas: 2 })
  expect(await untilMongo('SecretInvalid')).toMatchObject({
    status: 'False',
    message: expect.stringMatching(/^key connection of Secret theirs: .* does not begin with mongodb:/),
  })
  const servers = await client.get({ kind: 'StatefulSet', namespace, name: 'c-server' })
  expect(servers?.['spec']).toMatchObject({ replicas: 2 })
  await applyService('waiting')
  await untilKstatus('waiting', 'InProgress', 'StoreUnavailable')
  expect(await namesOfDefinitions()).toEqual(['first'])
  await writeSecret(uri)
  await untilMongo('Connected')
  await untilKstatus('waiting', 'InProgress', 'Loading')
  expect(await namesOfDefinitions()).toEqual(['first', 'waiting'])
}, 90_000)
