import { expect, it } from '@jest/globals'
import { FixedClock } from '../../common/clock.ts'
import { silentLog } from '../../common/log.ts'
import type { KubeObject } from '../api/meta.ts'
import { StatusWriter } from '../apply/status.ts'
import { type KubeClient, KubeFault } from '../kube/client.ts'
import { World } from '../observe/world.ts'
import { serviceOf } from '../test/builders.ts'
import { EditsFirst } from './edits-first.ts'
import { reconcileStatuses } from './reconcile-statuses.ts'
import { PoolRuntimes } from './runtimes.ts'
import { SettledServices } from './settled-services.ts'

/** Services of a cluster that does not exist, and an API that answers each status as it is told. */
function start({
  services = 50,
  answer = (_name: string): KubeFault | undefined => undefined,
  isRush = (): boolean => false,
} = {}) {
  const world = new World()
  for (let i = 0; i < services; i++) {
    world.take({ kind: 'put', object: serviceOf(`s${i}`) as unknown as KubeObject })
  }
  let generation = 1
  const put = (name: string, cluster: string) => {
    generation += 1
    const { metadata, spec, ...rest } = serviceOf(name)
    const object = {
      ...rest,
      metadata: { ...metadata, generation },
      spec: { ...spec, clusterRef: { name: cluster } },
    }
    world.take({ kind: 'put', object: object as unknown as KubeObject })
  }
  const edit = (name: string) => put(name, 'c')
  const move = (name: string) => put(name, 'other')
  const written: string[] = []
  const applyStatus: KubeClient['applyStatus'] = async (object) => {
    const fault = answer(object.metadata.name)
    if (fault !== undefined) throw fault
    const { name } = object.metadata
    written.push(name)
    // As the watch tells it a moment later.
    const [stored] = world.servicesOf('ns/c').filter((one) => one.metadata.name === name)
    if (stored !== undefined) {
      const next = { ...stored, status: object['status'] } as unknown as KubeObject
      world.take({ kind: 'put', object: next })
    }
    return object
  }
  const clock = new FixedClock()
  const noted: unknown[] = []
  const deps = {
    ...{ world, clock, log: silentLog, settled: new SettledServices(), places: new Map<string, number>() },
    status: new StatusWriter({ applyStatus } as KubeClient),
    runtimes: new PoolRuntimes({
      log: silentLog,
      openRegistry: () => {
        throw new Error('nobody opens a registry')
      },
    }),
    editsFirst: new EditsFirst(clock, isRush),
    noteSummary: (key: string) => void noted.push(key),
  }
  return { clock, edit, move, written, noted, pass: () => reconcileStatuses(deps, 'ns/c') }
}

it('writes the statuses of all others when the API refuses some, and tries those again', async () => {
  const refused = ['s0', 's1', 's2', 's3', 's4']
  const { written, pass } = start({
    answer: (name) => (refused.includes(name) ? new KubeFault(name, { kind: 'invalid' }) : undefined),
  })
  expect(await pass()).toMatchObject({ kind: 'again', why: 'statuses were refused' })
  expect(written).toHaveLength(45)
})

it('does not go on to ask an API that cannot be reached', async () => {
  const asked: string[] = []
  const { pass } = start({
    answer: (name) => {
      asked.push(name)
      return new KubeFault(name, { kind: 'unavailable' })
    },
  })
  await expect(pass()).rejects.toThrow(KubeFault)
  expect(asked.length).toBeLessThan(10)
})

it('writes no status in a rush of edits, but passes on what was found', async () => {
  const { written, noted, pass } = start({ isRush: () => true })
  expect(await pass()).toMatchObject({ kind: 'again', why: 'edits go first' })
  expect([written, noted]).toEqual([[], ['ns/c']])
})

it('stops soon when edits begin to pour in, and goes on where it stopped', async () => {
  let isRush = false
  const { written, pass } = start({
    services: 500,
    isRush: () => isRush,
    answer: (name) => {
      if (name === 's70') isRush = written.length < 100
      return undefined
    },
  })
  expect(await pass()).toMatchObject({ kind: 'again', why: 'edits go first' })
  expect(written).toHaveLength(100)
  isRush = false
  expect(await pass()).toMatchObject({ kind: 'again', why: 'more statuses are to be written' })
  expect(written.slice(100, 103)).toEqual(['s100', 's101', 's102'])
  for (let passes = 0; (await pass()).kind === 'again'; passes++) expect(passes).toBeLessThan(10)
  expect(new Set(written).size).toBe(500)
})

it('comes to every service in a rush that does not end, though those before it change again and again', async () => {
  const { clock, written, pass, edit } = start({ services: 200, isRush: () => true })
  expect(await pass()).toMatchObject({ why: 'edits go first' })
  clock.advanceMs(30_000)
  for (let passes = 0; passes < 4; passes++) {
    await pass()
    for (let i = 0; i < 50; i++) edit(`s${i}`)
  }
  expect(new Set(written).size).toBe(200)
})

it('ends after a number of writes, so that other pools have their turn', async () => {
  const { written, pass } = start({ services: 1000 })
  expect(await pass()).toMatchObject({ kind: 'again', inMs: 1 })
  expect(written).toHaveLength(200)
})

it('writes nothing about a service that was moved or edited since it was judged', async () => {
  const { written, pass, edit, move } = start({
    services: 60,
    answer: (name) => {
      if (name === 's10') edit('s58')
      if (name === 's11') move('s59')
      return undefined
    },
  })
  await pass()
  expect(written).not.toContain('s59')
  expect(written.filter((name) => name === 's58')).toEqual([])
  await pass()
  expect(written).toContain('s58')
  expect(written).not.toContain('s59')
})
