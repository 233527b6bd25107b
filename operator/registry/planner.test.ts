import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { contentHash } from '../../common/documents/content-hash.ts'
import type { CasService } from '../api/cas-service.ts'
import { applyBatch } from './batch.ts'
import { casService } from './contract/services.ts'
import { definitionOf } from './definition.ts'
import { planBatch } from './plan.ts'
import { Planner, type WantedBeside } from './planner.ts'
import { type PreparedService, PreparedServices } from './prepared.ts'
import type { RegistryState } from './registry.ts'
import { emptyState } from './testing/desired.ts'

const beside: WantedBeside = {
  pool: 'demo/main',
  properties: {},
  witnessedDeletes: new Set(),
  areDeletesConfirmed: true,
  contested: new Set(),
  contestedProperties: new Set(),
  isInScope: () => true,
  isElsewhere: () => false,
}

/** A service in one of its versions; `undefined` where it is not there, `broken` where it is refused. */
const version = fc.constantFrom('a', 'b', 'broken', undefined)
const histories = fc.array(fc.array(version, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 8 })

const prepared = new PreparedServices()
const known = new Map<string, ReturnType<typeof casService>>()

function serviceIn(index: number, text: string): ReturnType<typeof casService> {
  const name = `s${index}-${text}`
  const match = text === 'broken' ? { hosts: ['not a host'] } : { hosts: [`${text}.example.org`] }
  const service = known.get(name) ?? casService(`s${index}`, { match })
  known.set(name, service)
  return service
}

const preparedIn = (step: readonly (string | undefined)[]): Promise<readonly PreparedService[]> =>
  prepared.all(step.flatMap((text, index) => (text === undefined ? [] : [serviceIn(index, text)])))

/** The digest says what the definitions are. */
const facts = ({ rev, headDigest, owners }: RegistryState) => ({
  rev,
  headDigest,
  owners: [...owners.values()],
})

it('leads to the same database as a planner that compares everything each time', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const planner = new Planner()
      let state = emptyState
      for (const step of history) {
        const services = await preparedIn(step)
        const planned = planner.plan(services, { beside, state })
        const whole = planBatch(
          {
            ...beside,
            services: services.flatMap(({ desired }) => desired ?? []),
            keep: new Set(services.flatMap(({ key, desired }) => (desired === undefined ? [key] : []))),
          },
          state,
        )
        const after = (batch: typeof whole.batch) => (batch === undefined ? state : applyBatch(state, batch))
        expect(facts(after(planned.plan.batch))).toEqual(facts(after(whole.batch)))
        expect(planned.plan.foreign).toEqual(whole.foreign)
        state = after(planned.plan.batch)
        planner.settle(planned, state)
      }
    }),
    { numRuns: 40 },
  )
})

it('looks at an edited service alone', async () => {
  const planner = new Planner()
  const names = Array.from({ length: 1000 }, (_, index) => casService(`many-${index}`))
  const services = await prepared.all(names)
  const first = planner.plan(services, { beside, state: emptyState })
  const state = applyBatch(emptyState, first.plan.batch ?? { services: [], properties: [] })
  planner.settle(first, state)
  const edited = await prepared.all(names.with(500, casService('many-500', { theme: 'dark' })))
  const second = planner.plan(edited, { beside, state })
  expect(second.touched.map(({ key }) => key)).toEqual(['demo/many-500'])
  expect(second.plan.batch?.services).toHaveLength(1)
})

it('compares everything after the database was read anew, and finds what others have changed', async () => {
  const planner = new Planner()
  const services = await preparedIn(['a', 'b'])
  const first = planner.plan(services, { beside, state: emptyState })
  const state = applyBatch(emptyState, first.plan.batch ?? { services: [], properties: [] })
  planner.settle(first, state)
  const [id = ''] = state.services.keys()
  const foreign = contentHash({ by: 'somebody else' })
  const read = { ...state, services: new Map([...state.services, [id, foreign], ['77', foreign]]) }
  const second = planner.plan(services, { beside, state: read })
  expect(second.isWhole).toBe(true)
  expect(second.plan.batch?.services).toHaveLength(1)
  expect(second.plan.foreign).toEqual(['77'])
})

it('makes a definition once for each spec, whatever else of a service changes', async () => {
  let made = 0
  const counting = new PreparedServices((service) => {
    made += 1
    return definitionOf(service)
  })
  const services: CasService[] = Array.from({ length: 300 }, (_, index) => casService(`counted-${index}`))
  await counting.all(services)
  expect(made).toBe(300)
  const withStatus: CasService[] = services.map((service) => ({
    ...service,
    status: { observedGeneration: 1 },
  }))
  await counting.all(withStatus)
  expect(made).toBe(300)
  await counting.all(withStatus.with(7, casService('counted-7', { theme: 'dark' })))
  expect(made).toBe(301)
})

it('looks at edits alone although a service that is not here was seen to be deleted, but not if it was here', async () => {
  const planner = new Planner()
  const services = await prepared.all(['a', 'b'].map((name) => casService(name)))
  const first = planner.plan(services, { beside, state: emptyState })
  const state = applyBatch(emptyState, first.plan.batch ?? { services: [], properties: [] })
  planner.settle(first, state)
  const without = (key: string) => ({ ...beside, witnessedDeletes: new Set([key]) })
  const edited = services.with(0, (await prepared.all([casService('a', { theme: 'dark' })]))[0]!)
  expect(planner.plan(edited, { beside: without('demo/never'), state }).isWhole).toBe(false)
  expect(planner.plan(edited, { beside: without('demo/b'), state }).isWhole).toBe(true)
})
