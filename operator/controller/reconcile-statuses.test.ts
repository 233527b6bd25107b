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
  const written: string[] = []
  const applyStatus: KubeClient['applyStatus'] = async (object) => {
    const fault = answer(object.metadata.name)
    if (fault !== undefined) throw fault
    written.push(object.metadata.name)
    return object
  }
  const clock = new FixedClock()
  const noted: unknown[] = []
  const deps = {
    ...{ world, clock, log: silentLog, settled: new SettledServices() },
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
  return { written, noted, pass: () => reconcileStatuses(deps, 'ns/c') }
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

it('stops soon when edits begin to pour in, and goes on when they have ended', async () => {
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
  expect(await pass()).toEqual({ kind: 'done' })
  expect(new Set(written).size).toBe(500)
})
