import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { contentHash, registryDigest } from '../../common/documents/content-hash.ts'
import { applyBatch, divideBatch } from './batch.ts'
import { definitionId } from './definition-id.ts'
import { planBatch } from './plan.ts'
import type { DesiredRegistry, DesiredService, RegistryBatch, RegistryState } from './registry.ts'
import { desiredRegistry, emptyState } from './testing/desired.ts'

function service(name: string, evaluationOrder = 0, namespace = 'demo'): DesiredService {
  const id = definitionId({ namespace, name })
  const document = { _id: id, name, evaluationOrder }
  const key = `${namespace}/${name}`
  const idText = id.toString()
  return { key, namespace, name, uid: key, generation: 1, id, idText, document, hash: contentHash(document) }
}

const desire = (
  services: readonly DesiredService[],
  change: Partial<DesiredRegistry> = {},
): DesiredRegistry => desiredRegistry({ services, ...change })

/** The state after everything that `desired` asks for was written. */
function settle(desired: DesiredRegistry, state: RegistryState = emptyState): RegistryState {
  const { batch } = planBatch(desired, state)
  return batch === undefined ? state : applyBatch(state, batch)
}

const many = (count: number, prefix = 's') =>
  Array.from({ length: count }, (_, i) => service(`${prefix}${i}`))
const names = (state: RegistryState) => [...state.owners.values()].map(({ name }) => name).toSorted()

describe('planning a batch', () => {
  it('plans nothing for what stands already', () => {
    const desired = desire([service('a'), service('b')], { properties: { 'cas.x': '1' } })
    expect(planBatch(desired, settle(desired)).batch).toBeUndefined()
  })

  it('writes a head for an empty registry, so that servers can tell it from one that nobody has written yet', () => {
    expect(settle(desire([])).headDigest).toBe(registryDigest({ services: new Map(), properties: new Map() }))
  })

  it('puts a rename and an exchange of orders into one batch', () => {
    const state = settle(desire([service('old'), service('a', 1), service('b', 2)]))
    const { batch } = planBatch(desire([service('new'), service('a', 2), service('b', 1)]), state)
    expect(batch?.services.map(({ kind }) => kind).toSorted()).toEqual([
      'delete',
      'replace',
      'replace',
      'replace',
    ])
  })

  it('puts all properties of a revision into one batch, and deletes those that are no longer named', () => {
    const state = settle(desire([], { properties: { 'cas.a': '1', 'cas.b': '2' } }))
    const { batch } = planBatch(desire([], { properties: { 'cas.b': '3', 'cas.c': '4' } }), state)
    expect(batch?.properties.map((change) => change.kind)).toEqual(['replace', 'replace', 'delete'])
  })

  it('leaves all properties as they are while those that are wanted are refused', () => {
    const state = settle(desire([], { properties: { 'cas.a': '1', 'cas.b': '2' } }))
    const plan = planBatch(desire([service('a')], { properties: undefined }), state)
    expect(plan.batch).toMatchObject({ services: [{ kind: 'replace' }], properties: [] })
    expect(plan.propertyConflicts).toEqual([])
  })

  it('writes again what somebody else has changed or deleted', () => {
    const desired = desire([service('a'), service('b')])
    const state = settle(desired)
    const services = new Map(state.services)
    services.set(service('a').id.toString(), 'changed')
    services.delete(service('b').id.toString())
    const plan = planBatch(desired, { ...state, services })
    expect(plan.batch?.services).toHaveLength(2)
    expect(plan.repairs).toEqual({ changed: ['demo/a'], deleted: ['demo/b'] })
  })

  it('leaves what somebody else changes again and again, but never leaves a definition deleted', () => {
    const desired = desire([service('a'), service('b')], { contested: new Set(['demo/a', 'demo/b']) })
    const state = settle(desire([service('a'), service('b')]))
    const services = new Map(state.services)
    services.set(service('a').id.toString(), 'changed')
    services.delete(service('b').id.toString())
    const plan = planBatch(desired, { ...state, services })
    expect(plan.conflicts.get('demo/a')).toContain('left alone for a while')
    expect(plan.batch?.services).toMatchObject([{ kind: 'replace', owner: { name: 'b' } }])
    expect(planBatch(desired, state).conflicts.size).toBe(0)
    // An edit of the CasService is no repair: an administrator who closes a service is not to wait for ten minutes.
    const edited = planBatch(
      { ...desired, services: [service('a', 7), service('b')] },
      { ...state, services },
    )
    expect(edited.conflicts.size).toBe(0)
    expect(edited.batch?.services).toMatchObject([
      { document: { evaluationOrder: 7 }, owner: { name: 'a' } },
      { owner: { name: 'b' } },
    ])
  })

  it('corrects the digest of the head when others have added definitions', () => {
    const state = settle(desire([service('a')]))
    const services = new Map(state.services).set('7', 'theirs')
    expect(settle(desire([service('a')]), { ...state, services }).headDigest).toBe(
      registryDigest({ services, properties: new Map() }),
    )
  })
})

describe('what belongs to somebody else', () => {
  const foreign = {
    ...emptyState,
    services: new Map([['7', 'theirs']]),
    properties: new Map([['string:cas.x', { name: 'cas.x', hash: 'theirs' }]]),
  }

  it('is reported and left alone', () => {
    const state = settle(desire([service('a')]), foreign)
    const plan = planBatch(desire([], { witnessedDeletes: new Set(['demo/a']) }), state)
    expect(plan.foreign).toEqual(['7'])
    expect(plan.batch?.services).toEqual([{ kind: 'delete', id: service('a').id }])
  })

  it('is a conflict when a definition stands under the id of a service', () => {
    const { id } = service('a')
    const state = { ...emptyState, services: new Map([[id.toString(), 'theirs']]) }
    const plan = planBatch(desire([service('a')]), state)
    expect(plan.conflicts.get('demo/a')).toContain(`definition ${id} was written by somebody else`)
    expect(plan.batch?.services).toEqual([])
  })

  it('is a conflict when another pool owns the id', () => {
    const state = settle({ ...desire([service('a', 5)]), pool: 'other/pool' })
    const plan = planBatch(desire([service('a')]), state)
    expect(plan.conflicts.get('demo/a')).toContain('other/pool')
    expect(plan.batch).toBeUndefined()
  })

  it('is our own if it has the very content: a copy that was restored without its owners', () => {
    const { id, hash } = service('a')
    const state = { ...emptyState, services: new Map([[id.toString(), hash]]) }
    const plan = planBatch(desire([service('a')]), state)
    expect(plan.conflicts.size).toBe(0)
    expect(plan.batch?.services).toMatchObject([{ kind: 'replace', document: undefined, owner: { _id: id } }])
  })

  it('stays when it is a property of the same name', () => {
    const plan = planBatch(desire([], { properties: { 'cas.x': '1' } }), foreign)
    expect(plan.propertyConflicts).toEqual(['cas.x'])
    expect(plan.batch?.properties).toEqual([])
  })
})

describe('deletes', () => {
  const standing = settle(desire(many(30)))

  it('are done when they were seen, however many', () => {
    const witnessedDeletes = new Set(many(30).map(({ key }) => key))
    expect(names(settle(desire([], { witnessedDeletes }), standing))).toEqual([])
  })

  it('are done when services were moved to another cluster, however many', () => {
    const isElsewhere = (namespace: string, name: string) => namespace === 'demo' && name !== 's29'
    const plan = planBatch(desire(many(14), { isElsewhere }), standing)
    expect(plan.heldDeletes).toBeUndefined()
    expect(names(applyBatch(standing, plan.batch!))).toHaveLength(14)
  })

  it('are held when a list merely came back too short, while additions go on', () => {
    const desired = desire([...many(15), service('new')])
    const plan = planBatch(desired, standing)
    expect(plan.heldDeletes).toMatchObject({ of: 30 })
    expect(plan.heldDeletes?.services).toHaveLength(15)
    expect(names(applyBatch(standing, plan.batch!))).toHaveLength(31)
  })

  it('are done once somebody has confirmed them', () => {
    expect(names(settle(desire(many(1), { areDeletesConfirmed: true }), standing))).toEqual(['s0'])
  })

  it.each([
    ['ten of thirty', 20, 20],
    ['eleven of thirty', 19, 30],
  ])('of %s that nobody saw leave the right number', (_title, wanted, left) => {
    expect(names(settle(desire(many(wanted)), standing))).toHaveLength(left)
  })

  it('do not reach services whose CR stands but cannot be written', () => {
    expect(names(settle(desire([], { keep: new Set(['demo/a']) }), settle(desire([service('a')]))))).toEqual([
      'a',
    ])
  })

  it('do not reach namespaces that are not watched', () => {
    const state = settle(desire([service('a', 0, 'far')]))
    expect(names(settle(desire([], { isInScope: (namespace) => namespace === 'demo' }), state))).toEqual([
      'a',
    ])
  })
})

describe('dividing a batch', () => {
  const batchFor = (desired: DesiredRegistry, state: RegistryState): RegistryBatch =>
    planBatch(desired, state).batch!

  it('divides a large first load, what is asked first in front', () => {
    const services = many(10).map((s, i) => service(s.name, 10 - i))
    const parts = divideBatch(
      batchFor(desire(services, { properties: { 'cas.x': '1' } }), emptyState),
      emptyState,
      4,
    )
    expect(parts.map((part) => [part.services.length, part.properties.length])).toEqual([
      [4, 1],
      [4, 0],
      [2, 0],
    ])
    const orders = parts.flatMap((part) =>
      part.services.map((change) => change.kind === 'replace' && change.document?.['evaluationOrder']),
    )
    expect(orders).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('goes by all that servers order by, where orders are equal', () => {
    const [wide, narrow, other] = ['z-wide', 'b-narrow', 'A-other'].map((name) => service(name)) as [
      DesiredService,
      DesiredService,
      DesiredService,
    ]
    const parts = divideBatch(batchFor(desire([wide, narrow, other]), emptyState), emptyState, 1)
    const order = parts.flatMap((part) =>
      part.services.map((change) => change.kind === 'replace' && change.document?.['name']),
    )
    expect(order).toEqual(['A-other', 'b-narrow', 'z-wide'])
  })

  it('keeps renames and changes together, however many', () => {
    const state = settle(desire(many(10)))
    const renames = batchFor(desire(many(10, 't')), state)
    const changes = batchFor(desire(many(10).map((s) => service(s.name, 3))), state)
    expect(divideBatch(renames, state, 4)).toHaveLength(1)
    expect(divideBatch(changes, state, 4)).toHaveLength(1)
  })
})

it('leads any history of services and properties to what was wanted last, and touches nothing of others', () => {
  const wanted = fc.record({
    services: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 2 })),
    properties: fc.dictionary(fc.constantFrom('cas.a', 'cas.b'), fc.constantFrom('1', '2')),
    crash: fc.boolean(),
  })
  const foreign = {
    services: new Map([['7', 'theirs']]),
    properties: new Map([['string:cas.z', { name: 'cas.z', hash: 'theirs' }]]),
  }
  fc.assert(
    fc.property(fc.array(wanted, { maxLength: 12 }), fc.integer({ min: 1, max: 3 }), (history, limit) => {
      let state: RegistryState = { ...emptyState, ...foreign }
      for (const step of history) {
        const services = Object.entries(step.services).map(([name, order]) => service(name, order))
        const desired = desire(services, { properties: step.properties })
        const { batch } = planBatch(desired, state)
        if (batch === undefined) continue
        const parts = divideBatch(batch, state, limit)
        // A process that ends between two parts leaves the rest to the next plan.
        for (const part of step.crash ? parts.slice(0, 1) : parts) state = applyBatch(state, part)
        state = settle(desired, state)
        expect(planBatch(desired, state).batch).toBeUndefined()
        expect(Object.fromEntries(state.services)).toEqual({
          7: 'theirs',
          ...Object.fromEntries(services.map(({ id, hash }) => [id.toString(), hash])),
        })
        expect([...state.properties.values()].map(({ name }) => name).toSorted()).toEqual(
          ['cas.z', ...Object.keys(step.properties)].toSorted(),
        )
      }
    }),
  )
})

it('names properties of another pool in the same database: they are in force here, and no manifest of ours says so', () => {
  const theirs = settle(desire([], { pool: 'demo/other', properties: { 'cas.a': '1', 'cas.b': '2' } }))
  const plan = planBatch(desire([], { properties: { 'cas.b': '2' } }), theirs)
  expect(plan.propertyConflicts.toSorted()).toEqual(['cas.a', 'cas.b'])
  expect(plan.batch?.properties ?? []).toEqual([])
})
