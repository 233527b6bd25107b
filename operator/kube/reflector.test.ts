import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { delay } from '../../common/clock.ts'
import { silentLog } from '../../common/log.ts'
import type { KubeObject } from '../api/meta.ts'
import { KubeFault, type KubeFaultKind } from './client.ts'
import type { ListWatch, WatchEvent, WatchRequest } from './list-watch.ts'
import type { Change } from './object-cache.ts'
import { type Reflector, startReflector } from './reflector.ts'

// Only what takes too long on a real API server; everything else is in reflector.int.test.ts.

let reflector: Reflector
beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(async () => {
  await reflector.stop()
  expect(jest.getTimerCount()).toBe(0)
  jest.useRealTimers()
})

const object = (name: string, version: string, uid = 'u'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'a', uid, resourceVersion: version },
})

type Watch = (request: WatchRequest) => AsyncIterable<WatchEvent>

/** A reflector over scripted lists and watches; its jitter is always the longest. */
function reflect(watch: Watch, list: () => KubeObject[] = () => []) {
  const lists: number[] = []
  const watches: { at: number; timeoutSeconds: number }[] = []
  const changes: Change[] = []
  const source: ListWatch = {
    kind: 'ConfigMap',
    name: 'ConfigMap',
    list: async () => {
      lists.push(jest.now())
      return { items: list(), resourceVersion: '10' }
    },
    watch: (request) => {
      watches.push({ at: jest.now(), timeoutSeconds: request.timeoutSeconds })
      return watch(request)
    },
  }
  reflector = startReflector({
    source,
    onChange: (change) => changes.push(change),
    clock: { now: () => jest.now() },
    random: { bytes: (length) => Buffer.alloc(length, 255), uuid: () => '' },
    log: silentLog,
  })
  const gaps = () => watches.slice(1).map(({ at }, i) => at - (watches[i]?.at ?? 0))
  return { lists, watches, changes, gaps }
}

/** A watch that stays open until it is aborted. */
async function* quiet(request: WatchRequest): AsyncIterable<WatchEvent> {
  const { promise, reject } = Promise.withResolvers<never>()
  request.signal.addEventListener('abort', () => reject(new KubeFault('watch', { kind: 'unavailable' })))
  await promise
}

// biome-ignore lint/correctness/useYield: a watch that ends before its first event
async function* failing(kind: KubeFaultKind, retryAfterMs?: number): AsyncIterable<WatchEvent> {
  throw new KubeFault('watch', { kind, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
}

it('waits twice as long after each failure, up to ten seconds, for ever', async () => {
  const { gaps, lists } = reflect(() => failing('unavailable'))
  await jest.advanceTimersByTimeAsync(300_000)
  const seconds = gaps().map((ms) => Math.round(ms / 100) / 10)
  expect(seconds.slice(0, 10)).toEqual([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10, 10, 10])
  expect(lists).toHaveLength(1)
})

it('does not ask in a tight loop when watches end at once without a word', async () => {
  const { watches } = reflect(async function* () {})
  await jest.advanceTimersByTimeAsync(60_000)
  expect(watches.length).toBeLessThan(15)
})

it('waits as long as the API server asks', async () => {
  const { gaps } = reflect(() => failing('throttled', 7_000))
  await jest.advanceTimersByTimeAsync(8_000)
  expect(gaps()).toEqual([7_000])
})

it('begins again with the short delay after a watch that was good', async () => {
  let watches = 0
  const { gaps } = reflect(async function* (request) {
    watches += 1
    if (watches === 4) yield { kind: 'added', object: object('x', '11') }
    else if (watches > 5) yield* quiet(request)
    yield* failing('unavailable')
  })
  await jest.advanceTimersByTimeAsync(5_000)
  expect(gaps().map((ms) => Math.round(ms / 100) / 10)).toEqual([0.2, 0.4, 0.8, 0.2, 0.4])
})

it('asks for watches of five to ten minutes, and gives one up after two and a half without a byte', async () => {
  const { watches, gaps } = reflect(quiet)
  await jest.advanceTimersByTimeAsync(150_200)
  expect(watches[0]?.timeoutSeconds).toBeGreaterThanOrEqual(300)
  expect(watches[0]?.timeoutSeconds).toBeLessThanOrEqual(600)
  expect(gaps()[0]).toBeGreaterThanOrEqual(150_000)
})

it('lists once an hour as a repair', async () => {
  const { lists } = reflect(async function* (request) {
    request.onBytes()
    await delay(100_000, request.signal)
    yield { kind: 'bookmark', resourceVersion: '20' }
  })
  await jest.advanceTimersByTimeAsync(2 * 3_700_000)
  expect(lists).toHaveLength(3)
})

it('tells of an object that was deleted and made again while nobody looked', async () => {
  const states = [[object('a', '1', 'old')], [object('a', '9', 'new')]]
  let lists = 0
  const { changes } = reflect(
    (request) => (lists === 1 ? failing('expired') : quiet(request)),
    () => states[lists++] ?? [],
  )
  await jest.advanceTimersByTimeAsync(1_000)
  expect(changes.map(({ kind, object: { metadata } }) => [kind, metadata.uid])).toEqual([
    ['applied', 'old'],
    ['deleted', 'old'],
    ['applied', 'new'],
  ])
})
