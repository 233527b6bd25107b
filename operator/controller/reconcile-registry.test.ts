import { expect, it } from '@jest/globals'
import { monotonicClock } from '../../common/clock.ts'
import { silentLog } from '../../common/log.ts'
import type { CasService } from '../api/cas-service.ts'
import type { KubeObject } from '../api/meta.ts'
import { StatusWriter } from '../apply/status.ts'
import type { KubeClient } from '../kube/client.ts'
import type { Change } from '../kube/object-cache.ts'
import { World } from '../observe/world.ts'
import { MemoryRegistryStore } from '../registry/memory-store.ts'
import { registrySync } from '../registry/sync.ts'
import { clusterOf, serviceOf } from '../test/builders.ts'
import { reconcileRegistry } from './reconcile-registry.ts'
import { PoolRuntimes } from './runtimes.ts'
import { wakesOf } from './wakes.ts'
import { WitnessedDeletes } from './witnessed-deletes.ts'

const key = 'ns/c'
const raw = (object: unknown): KubeObject => object as KubeObject

/** A registry of thirty services, and a world that hears of changes as the controllers do. */
async function start() {
  const world = new World()
  const services = Array.from({ length: 30 }, (_, i) => serviceOf(`s${i}`))
  world.take({ kind: 'put', object: raw(clusterOf()) })
  for (const service of services) world.take({ kind: 'put', object: raw(service) })
  /** Done when the API is asked for something. */
  const meanwhile: (() => void)[] = []
  const get: KubeClient['get'] = async ({ kind, name }) => {
    for (const act of meanwhile.splice(0)) act()
    return raw({ kind, apiVersion: 'v1', metadata: { name } })
  }
  const kube = { get } as KubeClient
  const sync = registrySync({
    ...{ store: new MemoryRegistryStore(), pool: key, epoch: () => 1 },
    ...{ log: silentLog, clock: monotonicClock },
  })
  const link = { ...sync, members: () => new Map(), close: async () => undefined }
  const runtimes = new PoolRuntimes({ log: silentLog, openRegistry: () => link })
  await runtimes.openRegistry(key, { uri: 'mongodb://127.0.0.1', database: 'cas' })
  const witnessed = new WitnessedDeletes(kube)
  const deps = {
    ...{ world, runtimes, witnessed, status: new StatusWriter(kube) },
    isInScope: () => true,
    noteSummary: () => undefined,
    wakeStatuses: () => undefined,
    onFenced: () => undefined,
  }
  const hear = (change: Change, kind: 'put' | 'removed'): void => {
    const wakes = wakesOf(change, world.take({ kind, object: change.object }))
    if (wakes.witnessed !== undefined) witnessed.note(wakes.witnessed.pool, wakes.witnessed.service)
  }
  const pass = async () => {
    await reconcileRegistry(deps, key)
    const look = runtimes.look(key)
    if (look?.kind !== 'synced') throw new Error('the registry was not synced')
    return { services: look.report.services.size, held: look.report.heldDeletes }
  }
  const remove = (service: CasService) =>
    hear({ kind: 'deleted', object: raw(service), witnessed: true }, 'removed')
  const move = (service: CasService) => {
    const metadata = { ...service.metadata, generation: 2 }
    const moved = raw({ ...service, metadata, spec: { ...service.spec, clusterRef: { name: 'other' } } })
    hear({ kind: 'applied', object: moved, previous: raw(service) }, 'put')
  }
  expect(await pass()).toEqual({ services: 30, held: undefined })
  return { services, meanwhile, pass, remove, move }
}

it('acts on deletes that the API tells of while it is asked about the one before', async () => {
  const { services, meanwhile, pass, remove } = await start()
  services.slice(0, 1).forEach(remove)
  meanwhile.push(() => services.slice(1, 14).forEach(remove))
  await pass()
  expect(await pass()).toEqual({ services: 16, held: undefined })
})

it('takes services that were moved to another cluster out at once, however many', async () => {
  const { services, pass, move } = await start()
  services.slice(0, 20).forEach(move)
  expect(await pass()).toEqual({ services: 10, held: undefined })
})
