/** The promises of RegistryStore, as tests that memory and MongoDB both pass. */
import { describe, expect, it } from '@jest/globals'
import { contentHash } from '../../../common/documents/content-hash.ts'
import type { PropertyChange, RegistryBatch, RegistryState, ServiceChange } from '../registry.ts'
import { propertyOwnerId, stateDigest } from '../registry.ts'
import { FencedFault, type RegistryStore } from '../store.ts'

/** A store on an empty database, and a hand that writes there past it. */
export interface StoreUnderTest {
  readonly store: RegistryStore
  /** Writes a definition that has no owner. */
  writeForeign(id: bigint, name: string): Promise<void>
}

export const replaceService = (id: bigint, name: string): ServiceChange => {
  const document = { _id: id, name, evaluationOrder: 0 }
  const owner = { _id: id, pool: 'demo/main', namespace: 'demo', name, uid: 'u', generation: 1 }
  return { kind: 'replace', document, owner: { ...owner, hash: contentHash(document) } }
}

const replaceProperty = (name: string, value: string): PropertyChange => {
  const document = { _id: name, name, value }
  const owner = { _id: propertyOwnerId(name), pool: 'demo/main', hash: contentHash(document) }
  return { kind: 'replace', document, owner }
}

const batchOf = (services: ServiceChange[], properties: PropertyChange[] = []): RegistryBatch => ({
  services,
  properties,
})
const at = (rev: number, epoch = 1) => ({ rev, digest: `digest ${rev + 1}`, epoch })
const id = 7_000_000_000_000_000_001n

export function describeRegistryStore(make: () => Promise<StoreUnderTest>): void {
  const prepared = async () => {
    const underTest = await make()
    await underTest.store.prepare()
    await underTest.store.claim(1)
    return underTest
  }

  describe('a registry store', () => {
    it('holds nothing at first, and preparing twice is no harm', async () => {
      const { store } = await prepared()
      await store.prepare()
      const state = await store.load()
      expect([state.rev, state.headDigest, state.services.size, state.owners.size]).toEqual([
        0,
        undefined,
        0,
        0,
      ])
    })

    it('returns what a batch wrote: hashes that agree with the documents, owners with the rev', async () => {
      const { store } = await prepared()
      const change = replaceService(id, 'app')
      const batch = batchOf([change], [replaceProperty('cas.x', '1')])
      expect(await store.commit(batch, at(0))).toEqual({ kind: 'committed', rev: 1 })
      const state = await store.load()
      expect(state.rev).toBe(1)
      expect(state.headDigest).toBe('digest 1')
      expect(Object.fromEntries(state.services)).toEqual({
        [id.toString()]: contentHash({ _id: id, name: 'app', evaluationOrder: 0 }),
      })
      expect(state.owners.get(id.toString())).toMatchObject({ _id: id, pool: 'demo/main', rev: 1 })
      expect(state.properties.get('string:cas.x')).toEqual({
        name: 'cas.x',
        hash: state.propertyOwners.get('cas.x')?.hash,
      })
    })

    it('deletes definition and owner, property and owner', async () => {
      const { store } = await prepared()
      await store.commit(batchOf([replaceService(id, 'app')], [replaceProperty('cas.x', '1')]), at(0))
      const deletes = batchOf([{ kind: 'delete', id }], [{ kind: 'delete', name: 'cas.x' }])
      await store.commit(deletes, at(1))
      const state = await store.load()
      expect(sizes(state)).toEqual([0, 0, 0, 0])
      expect(state.rev).toBe(2)
    })

    it('shows what others have written, without an owner', async () => {
      const { store, writeForeign } = await prepared()
      await writeForeign(1001n, 'theirs')
      const state = await store.load()
      expect([...state.services.keys()]).toEqual(['1001'])
      expect(state.owners.size).toBe(0)
      expect(stateDigest(state)).not.toBe(stateDigest({ ...state, services: new Map() }))
    })

    it('writes nothing when the head has moved on', async () => {
      const { store } = await prepared()
      await store.commit(batchOf([replaceService(id, 'app')]), at(0))
      expect(await store.commit(batchOf([replaceService(5n, 'late')]), at(0))).toEqual({ kind: 'stale' })
      const state = await store.load()
      expect([...state.services.keys()]).toEqual([id.toString()])
      expect(state.rev).toBe(1)
    })

    it('of many writers at the same rev lets exactly one through', async () => {
      const { store } = await prepared()
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          store.commit(batchOf([replaceService(BigInt(i + 1), 'x')]), at(0)),
        ),
      )
      expect(results.filter(({ kind }) => kind === 'committed')).toHaveLength(1)
      expect((await store.load()).services.size).toBe(1)
    })

    it('refuses a former leader and changes nothing, once a new one has claimed the registry', async () => {
      const { store } = await prepared()
      await store.commit(batchOf([replaceService(id, 'app')]), at(0, 1))
      await store.claim(2)
      const before = await store.load()
      await expect(store.commit(batchOf([{ kind: 'delete', id }]), at(1, 1))).rejects.toThrow(FencedFault)
      await expect(store.claim(1)).rejects.toThrow(FencedFault)
      expect(await store.load()).toEqual(before)
      expect(await store.commit(batchOf([{ kind: 'delete', id }]), at(1, 2))).toEqual({
        kind: 'committed',
        rev: 2,
      })
    })

    it('claims without touching rev and digest', async () => {
      const { store } = await prepared()
      await store.commit(batchOf([replaceService(id, 'app')]), at(0, 1))
      const before = await store.load()
      await store.claim(9)
      await store.claim(9)
      expect(await store.load()).toEqual(before)
    })
  })
}

function sizes(state: RegistryState): number[] {
  return [state.services.size, state.owners.size, state.properties.size, state.propertyOwners.size]
}
