import { expect, it } from '@jest/globals'
import type { KubeObject } from '../api/meta.ts'
import { labels } from '../desired/labels.ts'
import { clusterOf, serviceOf } from '../test/builders.ts'
import { wakesOf } from './wakes.ts'

const service = serviceOf('a') as unknown as KubeObject
const cluster = clusterOf() as unknown as KubeObject
const key = ['ns/c']
const newer = (object: KubeObject, change: object): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, ...change },
})

it('wakes nothing when only a status changed, which nobody else writes', () => {
  for (const object of [service, cluster]) {
    const change = {
      kind: 'applied',
      object: newer(object, { resourceVersion: '2' }),
      previous: object,
    } as const
    expect(wakesOf(change, key)).toEqual({ clusters: [], registries: [] })
  }
})

it('wakes the registry for a service, and both for a cluster', () => {
  const edited = newer(service, { generation: 2 })
  expect(wakesOf({ kind: 'applied', object: edited, previous: service }, key).registries).toEqual(key)
  const confirmed = newer(cluster, { annotations: { 'caspool.io/confirm-deletes': '3' } })
  expect(wakesOf({ kind: 'applied', object: confirmed, previous: cluster }, key)).toEqual({
    clusters: key,
    registries: key,
  })
})

it('takes a delete for somebody’s wish only when the API told of it', () => {
  const witnessed = { pool: 'ns/c', service: 'ns/a' }
  expect(wakesOf({ kind: 'deleted', object: service, witnessed: true }, key)).toMatchObject({ witnessed })
  expect(wakesOf({ kind: 'deleted', object: service, witnessed: false }, key)).not.toHaveProperty('witnessed')
})

it('wakes the registry when a server’s pod changes, since servers that are ready serve', () => {
  const pod = (component: 'server' | 'mongodb'): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', labels: labels('c', component) },
  })
  const wakes = (object: KubeObject) => wakesOf({ kind: 'applied', object, previous: undefined }, key)
  expect(wakes(pod('server'))).toEqual({ clusters: key, registries: key })
  expect(wakes(pod('mongodb'))).toEqual({ clusters: key, registries: [] })
})
