import { expect, it } from '@jest/globals'
import { FixedClock } from '../../common/clock.ts'
import { StoreFault } from '../../common/fault.ts'
import { silentLog } from '../../common/log.ts'
import { casService, invalidService } from './contract/services.ts'
import { definitionId } from './definition-id.ts'
import { MemoryRegistryStore } from './memory-store.ts'
import { type RegistryBatch, stateDigest } from './registry.ts'
import { type CommitAt, FencedFault } from './store.ts'
import { registrySync } from './sync.ts'

/** A store that counts, and fails or is overtaken when told to. */
class ObservedStore extends MemoryRegistryStore {
  loads = 0
  commits = 0
  beforeCommit: (() => void) | undefined
  override load() {
    this.loads++
    return super.load()
  }
  override commit(batch: RegistryBatch, at: CommitAt) {
    this.commits++
    const act = this.beforeCommit
    this.beforeCommit = undefined
    act?.()
    return super.commit(batch, at)
  }
}

function start(store = new ObservedStore(), epoch = 1) {
  const clock = new FixedClock()
  const sync = registrySync({ store, pool: 'demo/main', epoch: () => epoch, log: silentLog, clock })
  return { store, clock, sync: sync.sync, forget: sync.forget }
}

const a = casService('a')
const b = casService('b')
const properties = { 'cas.ticket.st.time-to-kill-in-seconds': '20' }

it('writes services and properties in one batch and tells where each stands', async () => {
  const { store, sync } = start()
  const report = await sync({ services: [a, b], properties })
  expect(report).toMatchObject({ rev: 1, written: 3, config: { rev: 1, conflicts: [] }, foreign: [] })
  expect(report.services.get('demo/a')).toEqual({
    uid: a.metadata.uid ?? '',
    generation: a.metadata.generation ?? 0,
    kind: 'synced',
    id: definitionId({ namespace: 'demo', name: 'a' }),
    serviceId: expect.stringContaining('a\\.example\\.org'),
    rev: 1,
  })
  expect(report.digest).toBe(stateDigest(await store.load()))
  expect(store.head).toEqual({ _id: 'head', rev: 1, digest: report.digest, epoch: 1 })
})

it('asks and writes nothing when nothing changed', async () => {
  const { store, sync } = start()
  await sync({ services: [a], properties })
  const report = await sync({ services: [a], properties })
  expect(report).toMatchObject({ rev: 1, written: 0 })
  expect([store.loads, store.commits]).toEqual([1, 1])
})

it('compares after a restart and writes nothing', async () => {
  const { store, sync } = start()
  await sync({ services: [a], properties })
  const head = store.head
  const report = await start(store).sync({ services: [casService('a')], properties })
  expect(report).toMatchObject({ rev: 1, written: 0 })
  expect(report.services.get('demo/a')).toMatchObject({ kind: 'synced', rev: 1 })
  expect(store.head).toEqual(head)
})

it('keeps the rev of a service that a later batch did not touch', async () => {
  const { sync } = start()
  await sync({ services: [a], properties })
  const report = await sync({ services: [a, b], properties })
  expect(report.services.get('demo/a')).toMatchObject({ rev: 1 })
  expect(report.services.get('demo/b')).toMatchObject({ rev: 2 })
  expect(report.config.rev).toBe(1)
})

it('keeps what a service said before when it now says something that cannot be done', async () => {
  const { store, sync } = start()
  await sync({ services: [a], properties: {} })
  const report = await sync({ services: [invalidService('a'), invalidService('new')], properties: {} })
  expect(report.services.get('demo/a')).toMatchObject({
    kind: 'refused',
    isKept: true,
    problems: [{ path: 'spec.access.unauthorizedRedirectUrl' }],
  })
  expect(report.services.get('demo/new')).toMatchObject({ kind: 'refused', isKept: false })
  expect(store.services.size).toBe(1)
})

it('deletes the definition of a service that is gone', async () => {
  const { store, sync } = start()
  await sync({ services: [a, b], properties: {} })
  await sync({ services: [b], properties: {}, witnessedDeletes: new Set(['demo/a']) })
  expect([...store.services.values()].map(({ name }) => name)).toEqual(['b'])
})

it('starts over from the database when somebody else has written in between', async () => {
  const { store, sync } = start()
  await sync({ services: [a], properties: {} })
  store.beforeCommit = () => {
    store.head = { ...store.head!, rev: 7 }
  }
  const report = await sync({ services: [a, b], properties: {} })
  expect(report.rev).toBe(8)
  expect(store.loads).toBe(2)
})

it('compares with the database again after a fault', async () => {
  const { store, sync } = start()
  await sync({ services: [a], properties: {} })
  store.beforeCommit = () => {
    throw new StoreFault('write the registry', { retryable: true })
  }
  await expect(sync({ services: [a, b], properties: {} })).rejects.toThrow(StoreFault)
  expect(await sync({ services: [a, b], properties: {} })).toMatchObject({ rev: 2, written: 1 })
  expect(store.loads).toBe(2)
})

it('writes nothing any more when another operator has taken over', async () => {
  const { store, sync } = start()
  await sync({ services: [a], properties: {} })
  await start(store, 2).sync({ services: [a], properties: {} })
  await expect(sync({ services: [], properties: {}, witnessedDeletes: new Set(['demo/a']) })).rejects.toThrow(
    FencedFault,
  )
  expect(store.services.size).toBe(1)
})

it('sees within minutes what others have changed, and puts it right', async () => {
  const { store, clock, sync } = start()
  await sync({ services: [a], properties: {} })
  store.services.clear()
  store.services.set('7', { _id: 7n, name: 'theirs' })
  clock.advanceMs(5 * 60_000)
  const report = await sync({ services: [a], properties: {} })
  expect(report).toMatchObject({ written: 1, foreign: ['7'] })
  expect(store.services.size).toBe(2)
})

it('has nobody who edits wait for a look at everything, which follows', async () => {
  const { store, clock, sync } = start()
  await sync({ services: [a], properties: {} })
  store.services.set('7', { _id: 7n, name: 'theirs' })
  clock.advanceMs(60 * 60_000)
  expect(await sync({ services: [a, b], properties: {} })).toMatchObject({
    written: 1,
    isCompareDue: true,
    foreign: [],
  })
  expect(store.loads).toBe(1)
  expect(await sync({ services: [a, b], properties: {} })).toMatchObject({
    written: 0,
    isCompareDue: false,
    foreign: ['7'],
  })
  expect(store.loads).toBe(2)
})

it('looks at everything in the end, however many edits come', async () => {
  const { store, clock, sync } = start()
  const edits = [[a, b], [a], [a, b]]
  await sync({ services: [a], properties: {} })
  for (const services of edits) {
    clock.advanceMs(3 * 60_000)
    await sync({ services, properties: {}, witnessedDeletes: new Set(['demo/b']) })
  }
  expect(store.loads).toBe(1)
  clock.advanceMs(3 * 60_000)
  await sync({ services: [a, b, { ...b, metadata: { ...b.metadata, name: 'c' } }], properties: {} })
  expect(store.loads).toBe(2)
})

it('puts back three times in ten minutes what somebody else changes, then leaves it alone and says so', async () => {
  const { store, clock, sync, forget } = start()
  const wanted = { services: [a, b], properties: {} }
  await sync(wanted)
  const id = definitionId({ namespace: 'demo', name: 'a' })
  const change = () => {
    store.services.set(id.toString(), { _id: id, name: 'theirs' })
    forget()
  }
  for (let time = 1; time <= 3; time++) {
    change()
    expect(await sync(wanted)).toMatchObject({ written: 1 })
  }
  change()
  const report = await sync(wanted)
  expect(report).toMatchObject({
    written: 0,
    isContested: true,
  })
  expect(report.services.get('demo/a')).toMatchObject({ kind: 'conflict' })
  expect(report.services.get('demo/b')).toMatchObject({ kind: 'synced' })
  expect(store.services.get(id.toString())).toMatchObject({ name: 'theirs' })
  expect(store.head?.digest).toBe(report.digest)
  clock.advanceMs(10 * 60_000)
  expect(await sync(wanted)).toMatchObject({ written: 1, isContested: false })
})

it('puts back three times in ten minutes a property that somebody else changes, then leaves it alone and says so', async () => {
  const { store, clock, sync, forget } = start()
  const [[name] = ''] = Object.entries(properties)
  const wanted = { services: [a], properties }
  await sync(wanted)
  const change = () => {
    store.properties.set(`string:${name}`, { _id: name, name, value: '99' })
    forget()
  }
  for (let time = 1; time <= 3; time++) {
    change()
    expect(await sync(wanted)).toMatchObject({ written: 1, config: { conflicts: [] } })
  }
  change()
  const report = await sync(wanted)
  expect(report).toMatchObject({ written: 0, isContested: true, config: { conflicts: [name] } })
  expect(report.digest).toBe(stateDigest(await store.load()))
  clock.advanceMs(10 * 60_000)
  expect(await sync(wanted)).toMatchObject({ written: 1, isContested: false, config: { conflicts: [] } })
})

it('names the first of many properties that others have set, and not at any length', async () => {
  const { store, sync } = start()
  const names = Array.from({ length: 12 }, (_, i) => `cas.slo.dis${'-'.repeat(1000 + i)}abled`)
  for (const name of names) store.properties.set(name, { _id: name, name, value: 'true' })
  const { conflicts } = (await sync({ services: [], properties: {} })).config
  expect(conflicts).toHaveLength(11)
  expect(conflicts.at(-1)).toBe('and 2 more')
  expect(conflicts.join('').length).toBeLessThan(2500)
})

it('runs passes one after the other', async () => {
  const { store, sync } = start()
  await Promise.all([
    sync({ services: [a], properties: {} }),
    sync({ services: [a, b], properties: {} }),
    sync({ services: [b], properties: {}, witnessedDeletes: new Set(['demo/a']) }),
  ])
  expect([...store.services.values()].map(({ name }) => name)).toEqual(['b'])
  expect([store.loads, store.head?.rev]).toEqual([1, 3])
})
