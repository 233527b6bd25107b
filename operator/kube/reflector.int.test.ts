import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { systemClock, systemRandom } from '../../common/clock.ts'
import { silentLog } from '../../common/log.ts'
import { Metrics } from '../../common/metrics.ts'
import { until } from '../../tools/system/ports.ts'
import type { KubeObject } from '../api/meta.ts'
import { type ProxiedConnection, startTestCluster, type TestCluster } from '../test/test-cluster.ts'
import type { ApiClient } from './api-client.ts'
import type { ListWatch } from './list-watch.ts'
import type { Change } from './object-cache.ts'
import { type Reflector, type ReflectorOptions, startReflector } from './reflector.ts'
import { watchMetrics } from './watch-metrics.ts'

let cluster: TestCluster
let client: ApiClient
beforeAll(async () => {
  cluster = await startTestCluster()
  client = cluster.client
}, 90_000)
afterAll(() => cluster?.stop(), 30_000)

const running: Reflector[] = []
afterEach(async () => {
  for (const reflector of running.splice(0)) await reflector.stop()
})

let nextNamespace = 0

/** A namespace of its own, with ConfigMaps that have one value. */
async function makeNamespace() {
  nextNamespace += 1
  const namespace = `reflected-${nextNamespace}`
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const object = (name: string, value: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data: { value },
  })
  return {
    namespace,
    put: (name: string, value = '1') => client.apply(object(name, value)),
    remove: (name: string) => client.delete({ kind: 'ConfigMap', namespace, name }),
  }
}

const wordOf = (change: Change): string => {
  const { name } = change.object.metadata
  if (change.kind === 'deleted') return `${name} deleted${change.witnessed ? '' : ' (missed)'}`
  const { data, spec } = change.object as { data?: { value: string }; spec?: { displayName: string } }
  return `${name} is ${data?.value ?? spec?.displayName}`
}

/** A reflector with short delays, and what it told, as words. */
function reflect(source: ListWatch, options: Partial<ReflectorOptions> = {}) {
  const told: string[] = []
  const metrics = new Metrics()
  const reflector = startReflector({
    source,
    onChange: (change) => told.push(wordOf(change)),
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    metrics: watchMetrics(metrics),
    ...options,
    tuning: { firstDelayMs: 20, longestDelayMs: 200, ...options.tuning },
  })
  running.push(reflector)
  const lists = () => Number(metrics.text().match(/^caspool_watch_lists_total.* (\d+)$/m)?.[1] ?? 0)
  const tells = (words: string[]) =>
    until(`telling ${words}, not ${told}`, async () => words.every((word) => told.includes(word)), {
      withinMs: 10_000,
    })
  return { reflector, told, tells, lists, metrics }
}

/** A reflector behind a proxy that has synced and follows its watch. */
async function reflectThroughProxy(options: Partial<ReflectorOptions> = {}) {
  const objects = await makeNamespace()
  const connection: ProxiedConnection = await cluster.connectThroughProxy()
  const source = connection.client.listWatch('ConfigMap', { namespace: objects.namespace })
  const reflected = reflect(source, options)
  await reflected.reflector.synced
  await objects.put('first')
  await reflected.tells(['first is 1'])
  return { ...objects, ...reflected, proxy: connection.proxy }
}

it('tells what is there, then every change, in order and once', async () => {
  const { namespace, put, remove } = await makeNamespace()
  await put('a')
  const { reflector, told, tells } = reflect(client.listWatch('ConfigMap', { namespace }))
  await reflector.synced
  expect(told).toEqual(['a is 1'])
  await put('b')
  await put('a', '2')
  await remove('b')
  await tells(['b deleted'])
  expect(told).toEqual(['a is 1', 'b is 1', 'a is 2', 'b deleted'])
  expect(reflector.list().map(({ metadata }) => metadata.name)).toEqual(['a'])
  expect(reflector.get(namespace, 'b')).toBeUndefined()
})

it('keeps objects frozen and without managed fields', async () => {
  const { namespace, put } = await makeNamespace()
  await put('a')
  const { reflector } = reflect(client.listWatch('ConfigMap', { namespace }))
  await reflector.synced
  const object = reflector.get(namespace, 'a')
  expect(object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' })
  expect(object?.metadata).not.toHaveProperty('managedFields')
  expect(Object.isFrozen(object?.['data'])).toBe(true)
})

it('goes on after its connections are reset, without a new list, and tells what happened meanwhile once', async () => {
  const { put, remove, proxy, told, tells, lists } = await reflectThroughProxy()
  for (const value of ['2', '3', '4']) {
    proxy.reset()
    await put('first', value)
    await put('second', value)
    await tells([`second is ${value}`])
  }
  await remove('second')
  await tells(['second deleted'])
  expect(told).toEqual([...new Set(told)])
  expect(told.filter((word) => word.startsWith('first'))).toEqual([
    'first is 1',
    'first is 2',
    'first is 3',
    'first is 4',
  ])
  expect(lists()).toBe(1)
})

it('gives up a connection that brings no byte, and follows on a new one', async () => {
  const { put, proxy, tells, lists } = await reflectThroughProxy({ tuning: { idleLimitMs: 500 } })
  proxy.stallOpen()
  await put('second')
  await tells(['second is 1'])
  expect(lists()).toBe(1)
})

it('waits for an API server that is away, for as long as it takes', async () => {
  const { namespace, put } = await makeNamespace()
  await put('a')
  const { client: proxied, proxy } = await cluster.connectThroughProxy()
  await proxied.list('Namespace')
  let failures = 0
  const source = proxied.listWatch('ConfigMap', { namespace })
  const counted: ListWatch = {
    ...source,
    list: (page) =>
      source.list(page).catch((fault) => {
        failures += 1
        throw fault
      }),
  }
  const resets = setInterval(() => proxy.reset(), 1)
  const { reflector, told } = reflect(counted)
  await until('ten failures', async () => failures > 10)
  expect(reflector.hasSynced()).toBe(false)
  clearInterval(resets)
  await reflector.synced
  expect(told).toEqual(['a is 1'])
})

it('lists anew when its version is too old, and tells what is gone as missed, not as witnessed', async () => {
  // The API server remembers no version of a kind from before the kind was installed: it answers 410.
  await cluster.installKinds()
  const { namespace } = await makeNamespace()
  const put = (name: string, displayName: string) =>
    client.apply({
      apiVersion: 'caspool.io/v1alpha1',
      kind: 'CasService',
      metadata: { name, namespace },
      spec: { clusterRef: { name: 'sso' }, serviceId: 'https://app', displayName },
    })
  await put('kept', '1')
  await put('lost', '1')
  const source = client.listWatch('CasService', { namespace })
  let watches = 0
  const forgetful: ListWatch = {
    ...source,
    async *watch(request) {
      watches += 1
      if (watches > 1) return yield* source.watch(request)
      await client.delete({ kind: 'CasService', namespace, name: 'lost' })
      await put('kept', '2')
      yield* source.watch({ ...request, resourceVersion: '1' })
    },
  }
  const { told, tells, lists, metrics } = reflect(forgetful)
  await tells(['lost deleted (missed)', 'kept is 2'])
  expect(told).toEqual(['kept is 1', 'lost is 1', 'kept is 2', 'lost deleted (missed)'])
  expect(lists()).toBe(2)
  expect(metrics.text()).toContain('reason="expired"')
}, 20_000)

it('follows from watch to watch when the server ends them, without a list', async () => {
  const { put, tells, lists, metrics } = await reflectThroughProxy({ tuning: { watchSeconds: 1 } })
  await until('two ends of watches', async () =>
    /restarts_total.*reason="ended".* [2-9]/.test(metrics.text()),
  )
  await put('late')
  await tells(['late is 1'])
  expect(lists()).toBe(1)
}, 20_000)

it('tells a change again when the listener failed on it', async () => {
  const { namespace, put } = await makeNamespace()
  const told: string[] = []
  let mistakes = 1
  const { reflector } = reflect(client.listWatch('ConfigMap', { namespace }), {
    onChange: (change) => {
      if (wordOf(change) === 'a is 1' && mistakes-- > 0) throw new TypeError('a mistake')
      told.push(wordOf(change))
    },
  })
  await reflector.synced
  await put('a')
  await until('telling again', async () => told.includes('a is 1'))
  expect(reflector.get(namespace, 'a')).toBeDefined()
})

it('says when it last heard of the API server', async () => {
  const { reflector, metrics } = reflect(client.listWatch('Namespace'), { onChange: () => undefined })
  expect(reflector.silentMs()).toBeUndefined()
  await reflector.synced
  expect(reflector.silentMs()).toBeGreaterThanOrEqual(0)
  expect(metrics.text()).toMatch(/caspool_watch_last_byte_timestamp_seconds\{watch="Namespace"\} \d+/)
})
