import { expect, it } from '@jest/globals'
import { liveProperties } from '../../common/documents/properties.ts'
import { explain, nameProblem, problemSummary, type StatedProperties } from './explanation.ts'

const st = 'cas.ticket.st.time-to-kill-in-seconds'
const stated = (
  from: StatedProperties['from'],
  values: Readonly<Record<string, unknown>>,
  reports: StatedProperties['reports'] = [],
): StatedProperties => ({ from, values: new Map(Object.entries(values)), reports })
const nowhere = stated('nowhere', {})

it('tells all of every property where nothing is stated', () => {
  const { properties, others, refusedFor } = explain(nowhere)
  expect(properties.map(({ name }) => name)).toEqual(Object.values(liveProperties).map(({ name }) => name))
  expect({ others, refusedFor }).toEqual({ others: [], refusedFor: [] })
  expect(properties[0]).toEqual({
    name: st,
    type: 'seconds',
    takes: 'whole seconds from 1 to 3600, or a duration such as PT30S',
    default: '30',
    meaning: liveProperties.serviceTicketSeconds.doc,
    takesEffect: 'live',
    override: 'serviceTicketExpirationPolicy',
    origin: 'default',
    writtenAs: [],
    problems: [],
  })
})

it('tells a value, its origin and its spelling, under a name in any of them or the beginning of some', () => {
  const here = stated('spec.config', { 'cas.ticket.st.timeToKillInSeconds': 'PT20S' })
  for (const name of [st, 'cas.ticket.st.timeToKillInSeconds', 'CAS.ticket.ST', 'cas.ticket.st.']) {
    const [property, ...more] = explain(here, [name]).properties
    expect(more).toEqual([])
    expect(property).toMatchObject({
      inForce: '20',
      origin: 'spec.config',
      writtenAs: ['cas.ticket.st.timeToKillInSeconds'],
    })
  }
})

it('says of a refused revision that the last good one stays, and once what is to be mended', () => {
  const values = { [st]: '20', 'cas.slo.disabled': 'perhaps', 'cas.x.password': 'Mellon' }
  const asked = explain(stated('spec.config', values))
  const told = asked.properties.map(({ inForce, wouldBe, origin }) => ({ inForce, wouldBe, origin }))
  expect(told.every(({ inForce }) => inForce === undefined)).toBe(true)
  const [ofTicket, ofLogout] = [st, 'cas.slo.disabled'].map(
    (one) => told[asked.properties.findIndex(({ name }) => name === one)],
  )
  expect(ofTicket).toMatchObject({ wouldBe: '20', origin: 'spec.config' })
  expect(ofLogout).toMatchObject({ wouldBe: undefined, origin: 'default' })
  expect(problemSummary(asked)).toBe(
    '2 problems: nothing of spec.config counts before cas.slo.disabled, cas.x.password are mended; until then the last good revision stays in force',
  )
  expect(problemSummary(explain(stated('spec.config', values), [st]))).toMatch(/^2 problems: /)
  expect(problemSummary(explain(stated('spec.config', { [st]: '20' })))).toBeUndefined()
  expect(problemSummary(explain(stated('spec.config', { 'cas.monkey': '1' })))).toBe('1 problem')
  const [logout] = explain(stated('database', values), ['cas.slo']).properties
  expect(logout).toMatchObject({
    inForce: 'false',
    problems: ['must be true or false'],
    origin: 'default; servers that have seen a good revision keep that one',
  })
})

it('tells which server refuses what', () => {
  const reports = [{ member: 's-1', refused: [{ name: st, reason: 'must be less' }] }]
  const [property] = explain(stated('database', { [st]: '20' }, reports), [st]).properties
  expect(property?.problems).toEqual(['s-1 refuses it: must be less'])
})

it('never tells the value of what is no live property', () => {
  const values = {
    'cas.x.password': 'Mellon',
    'cas.monkey': 'Mellon',
    'cas.audit.uri': 'jdbc://a:Mellon@b/c',
  }
  const explanation = explain(stated('spec.config', values))
  expect(explanation.others.map(({ name }) => name)).toEqual([
    'cas.x.password',
    'cas.audit.uri',
    'cas.monkey',
  ])
  expect(explanation.refusedFor).toEqual(['cas.x.password', 'cas.audit.uri'])
  expect(JSON.stringify(explanation)).not.toContain('Mellon')
})

it.each([
  ['cas.ticket', undefined],
  ['cas.ticket.st.time_to_kill_in_seconds', undefined],
  ['cas.tickt.st.time-to-kill-in-seconds', expect.stringContaining(`did you mean ${st}?`)],
  ['cas.server.name', expect.stringContaining('spec.serverUrl')],
  ['cas.authn.accept.users', expect.stringContaining('staticUsers')],
  ['ca', 'is not known'],
])('knows what to say of the name %s', (name, problem) => {
  expect(nameProblem(name)).toEqual(problem)
})
