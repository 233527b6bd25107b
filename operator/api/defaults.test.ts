import { expect, it } from '@jest/globals'
import type { CasClusterSpec } from './cas-cluster.ts'
import type { CasService } from './cas-service.ts'
import { clusterOf, resolveClusterSpec } from './defaults.ts'

const images = { server: 'server:1', mongodb: 'mongo:8' }
const serverUrl = 'https://sso.example.org/cas'

it('makes a pool of three servers on three members out of nothing but a URL', () => {
  expect(resolveClusterSpec({ serverUrl }, images)).toEqual({
    replicas: 3,
    trustedCAs: [],
    outboundAllow: [],
    image: 'server:1',
    imagePullPolicy: 'IfNotPresent',
    serverUrl,
    mongodb: {
      kind: 'managed',
      members: 3,
      image: 'mongo:8',
      storage: { size: '10Gi' },
      resources: {},
      database: 'cas',
    },
    config: {},
    servicesFrom: 'Same',
    resources: {},
    podTemplate: {},
    deletionPolicy: 'Retain',
    paused: false,
  })
})

it('knows an external set by its Secret', () => {
  const spec: CasClusterSpec = { serverUrl, mongodb: { external: { uriSecretRef: { name: 'mongo' } } } }
  expect(resolveClusterSpec(spec, images).mongodb).toEqual({
    kind: 'external',
    uriSecret: { name: 'mongo', key: 'uri' },
    database: 'cas',
  })
})

it('gives a spec that nobody can change, and leaves the one that it was made from as it was', () => {
  const spec = { serverUrl, podTemplate: { labels: { a: 'b' } } }
  const resolved = resolveClusterSpec(spec, images)
  expect(Object.isFrozen(resolved.podTemplate.labels)).toBe(true)
  expect(Object.isFrozen(spec.podTemplate.labels)).toBe(false)
})

it('looks for the cluster of a service in its own namespace, unless it names another', () => {
  const service = (namespace?: string) =>
    ({
      metadata: { name: 'app', namespace: 'demo' },
      spec: { clusterRef: { name: 'main', ...(namespace && { namespace }) } },
    }) as unknown as CasService
  expect(clusterOf(service())).toEqual({ namespace: 'demo', name: 'main' })
  expect(clusterOf(service('sso'))).toEqual({ namespace: 'sso', name: 'main' })
})
