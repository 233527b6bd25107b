import { expect, it } from '@jest/globals'
import { contentHash } from '../../common/documents/content-hash.ts'
import { applyBatch } from './batch.ts'
import { planBatch } from './plan.ts'
import type { DesiredRegistry, RegistryState } from './registry.ts'
import { desiredRegistry, emptyState } from './testing/desired.ts'

const st = 'cas.ticket.st.time-to-kill-in-seconds'

const desire = (
  properties: Readonly<Record<string, string>>,
  change: Partial<DesiredRegistry> = {},
): DesiredRegistry => desiredRegistry({ properties, ...change })

/** The state after the batch, if there is one. */
function after(desired: DesiredRegistry, state: RegistryState): RegistryState {
  const { batch } = planBatch(desired, state)
  return batch === undefined ? state : applyBatch(state, batch)
}

/** With a document of somebody else. */
const beside = (state: RegistryState, key: string, name = st): RegistryState => ({
  ...state,
  properties: new Map([...state.properties, [key, { name, hash: `theirs under ${key}` }]]),
})

const wanted = desire({ [st]: '20' })
const written = after(wanted, emptyState)

it('a document of that name under another id is told, and written neither over nor again', () => {
  const state = after(wanted, beside(written, 'object#0'))
  const plan = planBatch(wanted, state)
  expect(plan.propertyConflicts).toEqual([st])
  expect(plan.batch).toBeUndefined()
  expect(state.properties.get(`string:${st}`)).toEqual(written.properties.get(`string:${st}`))
})

it('such a document is told, and in the digest, when the property is not wanted any more', () => {
  const plan = planBatch(desire({}), beside(written, 'object#0'))
  expect(plan.batch?.properties).toEqual([{ kind: 'delete', name: st }])
  expect(plan.propertyConflicts).toEqual([st])
  const state = after(desire({}), beside(written, 'object#0'))
  expect(planBatch(desire({}), state)).toMatchObject({ batch: undefined, propertyConflicts: [st] })
})

it.each(['object#0', `string:${st}`, 'string:another'])(
  'one that was there first under %s stays, whatever it says, and nothing is written beside it',
  (key) => {
    const state = after(wanted, beside(emptyState, key))
    expect(planBatch(wanted, state)).toMatchObject({ batch: undefined, propertyConflicts: [st] })
    expect([...state.properties.keys()]).toEqual([key])
  },
)

it('the very document is taken over, which a copy without owners has restored', () => {
  const hash = contentHash({ _id: st, name: st, value: '20' })
  const restored = { ...emptyState, properties: new Map([[`string:${st}`, { name: st, hash }]]) }
  const plan = planBatch(wanted, restored)
  expect(plan).toMatchObject({ propertyConflicts: [], batch: { properties: [{ kind: 'replace' }] } })
  expect(plan.batch?.properties).not.toMatchObject([{ document: { value: '20' } }])
})

it('a document of another name under the id of a wanted one is not written over, and told by both', () => {
  const other = 'cas.slo.disabled'
  const state = after(wanted, beside(emptyState, `string:${st}`, other))
  const plan = planBatch(wanted, state)
  expect(plan).toMatchObject({ batch: undefined, propertyConflicts: [other, st] })
  expect(state.properties.get(`string:${st}`)).toMatchObject({ name: other })
})

it('what nobody here asks for is told where it is in force, in any spelling, and not where it changes nothing', () => {
  const spelt = 'cas.ticket.tgt.rememberMe.enabled'
  const state = [spelt, st, 'cas.server.name'].reduce(
    (found, name) => beside(found, `string:${name}`, name),
    emptyState,
  )
  expect(planBatch(desire({}), state).propertyConflicts).toEqual([st, spelt])
})

it('an own property that somebody changed is put back, unless that was done too often; a deleted one always', () => {
  const gone = { ...written, properties: new Map() }
  const theirs = beside(gone, `string:${st}`)
  const contested = desire({ [st]: '20' }, { contestedProperties: new Set([st]) })
  expect(planBatch(wanted, theirs)).toMatchObject({
    propertyRepairs: { changed: [st], deleted: [] },
    propertyConflicts: [],
    batch: { properties: [{ kind: 'replace' }] },
  })
  expect(planBatch(contested, theirs)).toMatchObject({
    propertyRepairs: { changed: [], deleted: [] },
    propertyConflicts: [st],
    batch: { properties: [] },
  })
  expect(planBatch(contested, gone)).toMatchObject({
    propertyRepairs: { deleted: [st] },
    propertyConflicts: [],
    batch: { properties: [{ kind: 'replace' }] },
  })
})

const camel = 'cas.ticket.st.timeToKillInSeconds'

it('a document of that property in another spelling is told, and stands in the way of a new one only', () => {
  const foreign = beside(written, 'object#0', camel)
  const plan = planBatch(wanted, after(wanted, foreign))
  expect(plan.propertyConflicts).toEqual([camel])
  expect(plan.batch).toBeUndefined()
  const first = planBatch(wanted, beside(emptyState, 'object#0', camel))
  expect(first.batch?.properties ?? []).toEqual([])
  expect(first.propertyConflicts).toEqual([st, camel].toSorted())
})

it('an own document in another spelling gives way to the one that is wanted now', () => {
  const plan = planBatch(desire({ [camel]: '20' }), written)
  expect(plan.propertyConflicts).toEqual([])
  expect(plan.batch?.properties).toMatchObject([{ document: { _id: camel } }, { kind: 'delete', name: st }])
})

it('a property that somebody changes back takes an edit of spec.config', () => {
  const key = `string:${st}`
  const changed = { ...written, properties: new Map([[key, { name: st, hash: 'theirs' }]]) }
  const contestedProperties = new Set([st])
  expect(planBatch(desire({ [st]: '20' }, { contestedProperties }), changed).batch?.properties ?? []).toEqual(
    [],
  )
  const edited = planBatch(desire({ [st]: '5' }, { contestedProperties }), changed)
  expect(edited.batch?.properties).toMatchObject([{ document: { value: '5' } }])
  expect(edited.propertyConflicts).toEqual([])
})
