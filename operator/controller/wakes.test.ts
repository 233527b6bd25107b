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
    expect(wakesOf(change, key)).toMatchObject({ clusters: [], registries: [], statuses: [] })
  }
})

it('wakes the registry for a service, and both for a cluster', () => {
  const edited = newer(service, { generation: 2 })
  expect(wakesOf({ kind: 'applied', object: edited, previous: service }, key).registries).toEqual(key)
  const confirmed = newer(cluster, { annotations: { 'caspool.io/confirm-deletes': '3' } })
  expect(wakesOf({ kind: 'applied', object: confirmed, previous: cluster }, key)).toMatchObject({
    clusters: key,
    registries: key,
  })
})

it('takes a delete for somebody’s wish only when the API told of it', () => {
  const witnessed = { pool: 'ns/c', service: 'ns/a' }
  expect(wakesOf({ kind: 'deleted', object: service, witnessed: true }, key)).toMatchObject({ witnessed })
  expect(wakesOf({ kind: 'deleted', object: service, witnessed: false }, key)).not.toHaveProperty('witnessed')
})

it('looks at the statuses when a server’s pod changes, since servers that are ready serve', () => {
  const pod = (component: 'server' | 'mongodb'): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', labels: labels('c', component) },
  })
  const wakes = (object: KubeObject) => wakesOf({ kind: 'applied', object, previous: undefined }, key)
  expect(wakes(pod('server'))).toMatchObject({ clusters: key, registries: [], statuses: key })
  expect(wakes(pod('mongodb'))).toMatchObject({ clusters: key, registries: [], statuses: [] })
})

it('writes an edit of a service at its place at once, and waits for the other half of anything else', () => {
  const edited = (spec: object): KubeObject => ({
    ...newer(service, { generation: 2 }),
    spec: { ...(service['spec'] as object), ...spec },
  })
  const changeOf = (object: KubeObject, previous: KubeObject | undefined) =>
    wakesOf({ kind: 'applied', object, previous }, key).change
  expect(changeOf(edited({ theme: 'dark' }), service)).toBe('inPlace')
  expect(changeOf(edited({ evaluationOrder: 7 }), service)).toBe('half')
  expect(changeOf(edited({ clusterRef: { name: 'other' } }), service)).toBe('half')
  expect(changeOf(service, undefined)).toBe('half')
  expect(changeOf(newer(service, { deletionTimestamp: '2026-01-01T00:00:00Z' }), service)).toBe('half')
  expect(wakesOf({ kind: 'deleted', object: service, witnessed: true }, key).change).toBe('half')
})
