import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { load } from 'js-yaml'
import type { CasCluster, CasClusterSpec } from '../api/cas-cluster.ts'
import type { KubeObject } from '../api/meta.ts'
import { clusterOf, factsOf, poolFor } from '../test/builders.ts'
import { desiredManifests } from './index.ts'
import type { PoolFacts } from './pool.ts'

const golden = join(import.meta.dirname, 'sample.golden.json')

/** The sample, as if it stood in namespace `sso`. */
function sampleCluster(): CasCluster {
  const file = join(import.meta.dirname, '../../crds/samples/cascluster.yaml')
  const cluster = load(readFileSync(file, 'utf8')) as CasCluster
  return { ...cluster, metadata: { ...cluster.metadata, namespace: 'sso', uid: 'uid-of-sso', generation: 1 } }
}

/** Manifests as deep as anybody may ask for. */
type Loose = { readonly [field: string]: Loose } & Loose[] & string
const manifestsOf = (spec: Partial<CasClusterSpec> = {}, facts: Partial<PoolFacts> = {}): KubeObject[] =>
  desiredManifests(poolFor(clusterOf(spec)), factsOf(facts))
const one = (manifests: readonly KubeObject[], kind: string, name: string): Loose => {
  const found = manifests.find((m) => m.kind === kind && m.metadata.name === name)
  if (found === undefined) throw new Error(`no ${kind} ${name}`)
  return JSON.parse(JSON.stringify(found)) as Loose
}
const names = (manifests: readonly KubeObject[]) => manifests.map((m) => `${m.kind} ${m.metadata.name}`)

it('makes the objects of the sample as the golden file has them (UPDATE_GOLDEN=1 writes it)', () => {
  const facts = factsOf({ serverPassword: 'secret', replicaSetInitiated: 'sso' })
  const text = `${JSON.stringify(desiredManifests(poolFor(sampleCluster()), facts), undefined, 2)}\n`
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text)
  expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(golden, 'utf8')))
})

it('names every object once, in the pool’s namespace', () => {
  const manifests = manifestsOf({ ingress: {} })
  expect(new Set(names(manifests)).size).toBe(manifests.length)
  expect(new Set(manifests.map((m) => m.metadata.namespace))).toEqual(new Set(['ns']))
})

it('puts what pods mount before the pods', () => {
  const order = names(manifestsOf())
  expect(order.indexOf('Secret c-pool-key')).toBeLessThan(order.indexOf('StatefulSet c-server'))
  expect(order.indexOf('Service c-mongodb')).toBeLessThan(order.indexOf('StatefulSet c-mongodb'))
})

describe('what outlives the CasCluster', () => {
  it('leaves keys without owner, and volumes, under Retain', () => {
    const manifests = manifestsOf({ deletionPolicy: 'Retain' })
    const unowned = manifests.filter((m) => m.metadata.ownerReferences === undefined)
    expect(new Set(unowned.map((m) => m.kind))).toEqual(new Set(['Secret']))
    const { spec } = one(manifests, 'StatefulSet', 'c-mongodb')
    expect(spec?.['persistentVolumeClaimRetentionPolicy']).toEqual({
      whenDeleted: 'Retain',
      whenScaled: 'Retain',
    })
  })

  it('gives everything an owner under Delete, and still never deletes volumes on scaling', () => {
    const manifests = manifestsOf({ deletionPolicy: 'Delete' })
    expect(manifests.filter((m) => m.metadata.ownerReferences?.[0]?.uid !== 'uid-of-c')).toEqual([])
    const { spec } = one(manifests, 'StatefulSet', 'c-mongodb')
    expect(spec?.['persistentVolumeClaimRetentionPolicy']).toEqual({
      whenDeleted: 'Delete',
      whenScaled: 'Retain',
    })
  })

  it('records the initiated replica set on the key file Secret', () => {
    const keyfile = one(manifestsOf({}, { replicaSetInitiated: 'c' }), 'Secret', 'c-mongodb-keyfile')
    expect(keyfile['metadata']?.['annotations']).toEqual({ 'caspool.io/replica-set-initiated': 'c' })
  })

  it('never applies a generated value', () => {
    const secrets = manifestsOf({}, { serverPassword: 'p' }).filter((m) => m.kind === 'Secret')
    const applied = secrets.flatMap((m) => Object.keys((m['data'] as object | undefined) ?? {}))
    expect(applied).toEqual(['uri'])
  })
})

it('names all members in the servers’ connection string', () => {
  const manifests = manifestsOf({ mongodb: { members: 3 } }, { serverPassword: 'p' })
  const uri = Buffer.from(String(one(manifests, 'Secret', 'c-mongodb-server')['data']?.['uri']), 'base64')
  const hosts = [0, 1, 2].map((i) => `c-mongodb-${i}.c-mongodb.ns.svc:27017`).join(',')
  expect(uri.toString()).toBe(`mongodb://caspool-server:p@${hosts}/?replicaSet=c&authSource=admin`)
})

it('runs no mongod for a set of somebody else, whose Secret the servers mount', () => {
  const external = { uriSecretRef: { name: 'theirs', key: 'connection' } }
  const manifests = manifestsOf({ mongodb: { external } })
  expect(names(manifests).filter((name) => name.includes('mongodb'))).toEqual([])
  const volumes = one(manifests, 'StatefulSet', 'c-server')['spec']?.['template']?.['spec']?.['volumes']
  expect(volumes?.[0]?.['secret']).toMatchObject({
    secretName: 'theirs',
    items: [{ key: 'connection', path: 'uri' }],
  })
})

it('keeps the storage of a living StatefulSet, which cannot be changed', () => {
  const manifests = manifestsOf({ mongodb: { storage: { size: '20Gi' } } }, { storage: { size: '10Gi' } })
  const claims = one(manifests, 'StatefulSet', 'c-mongodb')['spec']?.['volumeClaimTemplates']
  expect(claims?.[0]?.['spec']?.['resources']).toEqual({ requests: { storage: '10Gi' } })
})

it('has no disruption budget where it would forbid every drain', () => {
  const manifests = manifestsOf({ replicas: 1, mongodb: { members: 1 } }, { mongodReplicas: 1 })
  expect(manifests.filter((m) => m.kind === 'PodDisruptionBudget')).toEqual([])
})

it('lets additions of the user neither replace the contract’s variables nor the selector’s labels', () => {
  const podTemplate = {
    env: [
      { name: 'CASPOOL_PORT', value: '1' },
      { name: 'TZ', value: 'UTC' },
    ],
    labels: { 'app.kubernetes.io/instance': 'other', team: 'id' },
  }
  const template = one(manifestsOf({ podTemplate }), 'StatefulSet', 'c-server')['spec']?.['template']
  const env = template?.['spec']?.['containers']?.[0]?.['env'] ?? []
  expect(env.filter((variable) => variable['name'] === 'CASPOOL_PORT')).toEqual([
    { name: 'CASPOOL_PORT', value: '8080' },
  ])
  expect(env).toContainEqual({ name: 'TZ', value: 'UTC' })
  expect(template?.['metadata']?.['labels']).toMatchObject({
    'app.kubernetes.io/instance': 'c',
    team: 'id',
  })
})

it('routes host and path of the public URL, with the TLS Secret', () => {
  const manifests = manifestsOf({ ingress: { className: 'nginx', tlsSecretName: 'tls' } })
  const { spec } = one(manifests, 'Ingress', 'c-server')
  expect(spec).toMatchObject({
    ingressClassName: 'nginx',
    tls: [{ hosts: ['sso.example.org'], secretName: 'tls' }],
    rules: [{ host: 'sso.example.org', http: { paths: [{ path: '/cas', pathType: 'Prefix' }] } }],
  })
})

it('runs every container restricted', () => {
  for (const name of ['c-mongodb', 'c-server']) {
    const pod = one(manifestsOf(), 'StatefulSet', name)['spec']?.['template']?.['spec']
    expect(pod?.['securityContext']).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    for (const container of [...(pod?.['initContainers'] ?? []), ...(pod?.['containers'] ?? [])]) {
      expect(container['securityContext']).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
    }
  }
})

it('lets nobody but the pool and the operator reach mongod: no other pod of the operator’s namespace', () => {
  const { spec } = one(manifestsOf(), 'NetworkPolicy', 'c-mongodb')
  const peers = spec?.['ingress']?.[0]?.['from']
  expect(peers?.map((peer) => Object.keys(peer).sort())).toEqual([
    ['podSelector'],
    ['podSelector'],
    ['namespaceSelector', 'podSelector'],
  ])
  const chart = join(import.meta.dirname, '../../helm/cas-operator/templates/_helpers.tpl')
  const labels = Object.entries(peers?.[2]?.['podSelector']?.['matchLabels'] ?? {})
  expect(labels).toHaveLength(1)
  for (const [name, value] of labels) expect(readFileSync(chart, 'utf8')).toContain(`${name}: ${value}`)
})

it('has mongod log no command on tickets, since it would show the ids of spent ones', () => {
  const { spec } = one(manifestsOf(), 'StatefulSet', 'c-mongodb')
  const command = spec?.['template']?.['spec']?.['containers']?.[0]?.['command'] ?? []
  expect(command[command.indexOf('--slowms' as never) + 1]).toBe('10000')
})

describe('what servers may call', () => {
  const spec = {
    trustedCAs: [{ secretRef: { name: 'ca' } }, { configMapRef: { name: 'company', key: 'ca.crt' } }],
    outbound: { allow: ['app.internal', '10.20.0.0/16'] },
  }
  const podOf = (manifests: readonly KubeObject[]) =>
    one(manifests, 'StatefulSet', 'c-server')['spec']?.['template']?.['spec']

  it('is told to them: authorities as numbered files in one folder, and the allow-list', () => {
    const pod = podOf(manifestsOf(spec))
    const volume = pod?.['volumes']?.find(({ name }) => name === 'trusted-cas')
    expect(volume?.['projected']?.['sources']).toEqual([
      { secret: { name: 'ca', items: [{ key: 'ca.crt', path: '0.pem' }] } },
      { configMap: { name: 'company', items: [{ key: 'ca.crt', path: '1.pem' }] } },
    ])
    const container = pod?.['containers']?.[0]
    expect(container?.['volumeMounts']).toContainEqual({
      name: 'trusted-cas',
      mountPath: '/etc/caspool/trusted-cas',
      readOnly: true,
    })
    expect(container?.['env']).toContainEqual({
      name: 'CASPOOL_OUTBOUND_ALLOW',
      value: 'app.internal,10.20.0.0/16',
    })
  })

  it('is public addresses and authorities only when nothing is said', () => {
    const text = JSON.stringify(podOf(manifestsOf()))
    expect(text).not.toContain('trusted-cas')
    expect(text).not.toContain('OUTBOUND')
  })
})
