import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { KubeConfig } from '@kubernetes/client-node'
import type { KubeObject } from '../api/meta.ts'
import { startTestCluster, type TestCluster } from '../test/test-cluster.ts'
import type { ApiClient } from './api-client.ts'
import { KubeFault } from './client.ts'
import { connectKube } from './connect.ts'
import { listAll } from './list-watch.ts'
import { apiTransport } from './transport.ts'

let cluster: TestCluster
let client: ApiClient
/** What a get of one of our kinds answers while no CRD is there. */
let beforeInstall: unknown

const namespace = 'default'

beforeAll(async () => {
  cluster = await startTestCluster()
  client = cluster.client
  beforeInstall = await client.get({ kind: 'CasService', namespace, name: 'any' }).catch((fault) => fault)
  await cluster.installKinds()
}, 90_000)
afterAll(() => cluster?.stop(), 30_000)

const configMap = (name: string, data: Record<string, string> = { a: '1' }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
})
const service = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'caspool.io/v1alpha1',
  kind: 'CasService',
  metadata: { name, namespace },
  spec: { clusterRef: { name: 'sso' }, match: { hosts: ['app.example.org'] }, ...spec },
})
const pod = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
  spec: { containers: [{ name: 'main', image: 'example.org/none:1' }] },
})

/** The kind of the fault with which a promise is rejected. */
const faultKind = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no fault',
    (fault: unknown) => (fault instanceof KubeFault ? fault.kind : fault),
  )

describe('reading', () => {
  it('tells an object that is not there from a kind that is not served', async () => {
    expect(beforeInstall).toMatchObject({ kind: 'missing', status: 404 })
    expect(await client.get({ kind: 'CasService', namespace, name: 'any' })).toBeUndefined()
    expect(
      await client.get({ kind: 'ConfigMap', namespace: 'no-such-namespace', name: 'any' }),
    ).toBeUndefined()
  })

  it('joins the pages of a list, and gives every item its kind', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) {
      await client.apply({ ...configMap(name), metadata: { name, namespace, labels: { test: 'pages' } } })
    }
    const source = client.listWatch('ConfigMap', { namespace, labelSelector: 'test=pages' })
    const { items, resourceVersion } = await listAll(source, 2)
    expect(items.map(({ kind, apiVersion, metadata }) => [kind, apiVersion, metadata.name])).toEqual([
      ['ConfigMap', 'v1', 'page-a'],
      ['ConfigMap', 'v1', 'page-b'],
      ['ConfigMap', 'v1', 'page-c'],
    ])
    expect(Number(resourceVersion)).toBeGreaterThan(0)
  })
})

describe('apply', () => {
  it('changes nothing when the same is applied again, not even the version', async () => {
    const first = await client.apply(configMap('same'))
    const second = await client.apply(configMap('same'))
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
  })

  it('removes what it no longer names, and leaves what others own', async () => {
    await client.apply(configMap('owned', { ours: '1', dropped: '1' }))
    const config = new KubeConfig()
    config.loadFromFile(cluster.kubeconfig)
    const transport = apiTransport(config)
    await transport.json({
      method: 'PATCH',
      path: `/api/v1/namespaces/${namespace}/configmaps/owned`,
      query: { fieldManager: 'somebody-else' },
      contentType: 'application/apply-patch+yaml',
      body: configMap('owned', { theirs: '2' }),
    })
    await transport.close()
    const stored = await client.apply(configMap('owned', { ours: '1' }))
    expect(stored['data']).toEqual({ ours: '1', theirs: '2' })
  })

  it.each([
    ['a built-in kind', () => ({ ...configMap('typo'), dat: {} })],
    ['a custom kind', () => service('typo', { evaluationOrdr: 1 })],
  ])('refuses an unknown field of %s instead of dropping it', async (_kind, object) => {
    expect(await faultKind(client.apply(object()))).toBe('invalid')
  })

  it("keeps a network policy's peers: nothing is opened by a model that does not know them", async () => {
    const ingress = [{ from: [{ podSelector: { matchLabels: { a: 'b' } } }] }]
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'closed', namespace },
      spec: { podSelector: {}, ingress, policyTypes: ['Ingress'] },
    }
    const stored = await client.apply(policy)
    expect((stored['spec'] as { ingress: unknown }).ingress).toEqual(ingress)
  })

  it('answers "missing" for a namespace that does not exist', async () => {
    const object = { ...configMap('x'), metadata: { name: 'x', namespace: 'no-such-namespace' } }
    expect(await faultKind(client.apply(object))).toBe('missing')
  })

  it('does not touch, or make, another object than the one whose uid is named', async () => {
    const uid = '00000000-0000-4000-8000-000000000000'
    const withUid = (object: KubeObject) => ({ ...object, metadata: { ...object.metadata, uid } })
    await client.apply(configMap('of-old'))
    expect(await faultKind(client.apply(withUid(configMap('of-old', { a: '2' }))))).toBe('conflict')
    expect(await faultKind(client.apply(withUid(configMap('gone'))))).toBe('conflict')
    expect(await client.get({ kind: 'ConfigMap', namespace, name: 'gone' })).toBeUndefined()
    expect((await client.get({ kind: 'ConfigMap', namespace, name: 'of-old' }))?.['data']).toEqual({ a: '1' })
  })

  it("writes a custom object's status and nothing else, and answers undefined when it is gone", async () => {
    await client.apply(service('with-status'))
    const changed = { ...service('with-status', { evaluationOrder: 7 }), status: { observedGeneration: 1 } }
    const stored = await client.applyStatus(changed)
    expect(stored?.['status']).toEqual({ observedGeneration: 1 })
    expect(stored?.['spec']).not.toHaveProperty('evaluationOrder')
    expect(await client.applyStatus({ ...changed, metadata: { name: 'nobody', namespace } })).toBeUndefined()
  })

  it("adds a readiness gate's condition to a pod and keeps the kubelet's", async () => {
    await client.apply(pod('gated'))
    const ready = { type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z' }
    const config = new KubeConfig()
    config.loadFromFile(cluster.kubeconfig)
    const transport = apiTransport(config)
    await transport.json({
      method: 'PATCH',
      path: `/api/v1/namespaces/${namespace}/pods/gated/status`,
      query: { fieldManager: 'kubelet' },
      contentType: 'application/strategic-merge-patch+json',
      body: { status: { conditions: [ready] } },
    })
    await transport.close()
    const gate = { type: 'caspool.io/member', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }
    const stored = await client.applyStatus({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'gated', namespace },
      status: { conditions: [gate] },
    })
    const { conditions } = stored!['status'] as { conditions: { type: string; status: string }[] }
    expect(conditions.map(({ type, status }) => [type, status])).toEqual([
      ['Ready', 'False'],
      ['caspool.io/member', 'True'],
    ])
  })
})

describe('create and replace', () => {
  it('never overwrites what exists', async () => {
    expect(await client.create(configMap('once', { key: 'first' }))).toMatchObject({ data: { key: 'first' } })
    expect(await client.create(configMap('once', { key: 'second' }))).toBeUndefined()
    expect(await client.get({ kind: 'ConfigMap', namespace, name: 'once' })).toMatchObject({
      data: { key: 'first' },
    })
  })

  it('replaces only the version that was read', async () => {
    const read = await client.apply(configMap('versioned'))
    const replaced = await client.replace({ ...read, data: { a: '2' } })
    expect(replaced?.['data']).toEqual({ a: '2' })
    expect(await faultKind(client.replace({ ...read, data: { a: '3' } }))).toBe('conflict')
    const { resourceVersion } = read.metadata
    const nobody = {
      ...configMap('nobody'),
      metadata: { name: 'nobody', namespace, resourceVersion } as never,
    }
    expect(await client.replace(nobody)).toBeUndefined()
  })
})

describe('delete and evict', () => {
  it('deletes what is there, and says when nothing was', async () => {
    await client.apply(configMap('doomed'))
    const ref = { kind: 'ConfigMap', namespace, name: 'doomed' } as const
    expect(await client.delete(ref)).toBe(true)
    expect(await client.delete(ref)).toBe(false)
    expect(await client.get(ref)).toBeUndefined()
  })

  it('spares an object that has another uid or version than the one meant', async () => {
    const ref = { kind: 'ConfigMap', namespace, name: 'spared' } as const
    const { metadata } = await client.apply(configMap('spared'))
    await client.apply(configMap('spared', { a: '2' }))
    const { resourceVersion = '' } = metadata
    expect(await faultKind(client.delete(ref, { uid: 'another' }))).toBe('conflict')
    expect(await faultKind(client.delete(ref, { resourceVersion }))).toBe('conflict')
    expect(await client.get(ref)).toBeDefined()
  })

  it('evicts a pod unless a disruption budget forbids it', async () => {
    const labels = { app: 'budgeted' }
    const budget = await client.apply({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'budgeted', namespace },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    })
    await client.applyStatus({
      ...budget,
      metadata: { name: 'budgeted', namespace },
      status: {
        observedGeneration: budget.metadata.generation,
        disruptionsAllowed: 0,
        currentHealthy: 1,
        desiredHealthy: 1,
        expectedPods: 1,
      },
    })
    await client.apply(pod('budgeted', labels))
    const now = '2026-01-01T00:00:00Z'
    await client.applyStatus({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'budgeted', namespace },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: now }] },
    })
    expect(await client.evict({ namespace, name: 'budgeted' })).toMatchObject({ kind: 'refused' })
    await client.apply(pod('free'))
    expect(await client.evict({ namespace, name: 'free' })).toEqual({ kind: 'accepted' })
    expect(await client.evict({ namespace, name: 'nobody' })).toEqual({ kind: 'absent' })
  })
})

describe('the connection', () => {
  it('is kept for many requests', async () => {
    const { client: proxied, proxy } = await cluster.connectThroughProxy()
    for (let i = 0; i < 10; i++) await proxied.apply(configMap('many'))
    expect(proxy.connections()).toBeLessThanOrEqual(2)
  })

  it('that is reset, or brings no answer, is a fault that can be retried, and the next request works', async () => {
    const { client: proxied, proxy, kubeconfig } = await cluster.connectThroughProxy()
    await proxied.apply(configMap('broken'))
    const config = new KubeConfig()
    config.loadFromFile(kubeconfig)
    const transport = apiTransport(config)
    proxy.stall()
    const late = transport.json({ method: 'GET', path: '/version', timeoutMs: 200 })
    await expect(late).rejects.toMatchObject({ kind: 'unavailable', retryable: true })
    await transport.close()
    const cut = proxied.apply(configMap('broken')).catch((fault: unknown) => fault)
    proxy.heal()
    expect(await cut).toMatchObject({ kind: 'unavailable', retryable: true })
    expect(await proxied.apply(configMap('broken'))).toMatchObject({ data: { a: '1' } })
  })

  it('is refused with "unauthorized" when the API does not know us', async () => {
    const config = JSON.parse(await readFile(cluster.kubeconfig, 'utf8'))
    const path = `${cluster.kubeconfig}-stranger`
    await writeFile(
      path,
      JSON.stringify({ ...config, users: [{ name: 'admin', user: { token: 'nobody' } }] }),
    )
    const stranger = connectKube({ kubeconfig: path })
    expect(await faultKind(stranger.client.list('ConfigMap', { namespace }))).toBe('unauthorized')
    await stranger.close()
  })
})
