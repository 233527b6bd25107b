import { expect, it } from '@jest/globals'
import { initialConfig, nextConfig } from './live-config.ts'

function properties(values: Readonly<Record<string, unknown>>) {
  return new Map(Object.entries(values).map(([name, value]) => [name, { _id: name, name, value }]))
}

const stName = 'cas.ticket.st.time-to-kill-in-seconds'
const idleName = 'cas.ticket.tgt.primary.time-to-kill-in-seconds'

it('puts a good revision in force', () => {
  expect(nextConfig(initialConfig, properties({ [stName]: '15' })).inForce.serviceTicketSeconds).toBe(15)
})

it('keeps all of the last good revision when one property of the next is refused', () => {
  const good = nextConfig(initialConfig, properties({ [stName]: '15' }))
  const bad = nextConfig(good, properties({ [stName]: '20', [idleName]: 'soon' }))
  expect(bad.inForce).toEqual(good.inForce)
  expect(bad.refused.map(({ name }) => name)).toEqual([idleName])
})

it('forgets the refusal when it is mended, and a property when it is removed', () => {
  const bad = nextConfig(initialConfig, properties({ [idleName]: 'soon' }))
  expect(nextConfig(bad, properties({}))).toEqual({ ...initialConfig, isWhole: true })
})

it('reports unknown properties without holding up the others', () => {
  const { inForce, refused } = nextConfig(
    initialConfig,
    properties({ [stName]: '15', 'cas.unheard.of': 'x' }),
  )
  expect(inForce.serviceTicketSeconds).toBe(15)
  expect(refused).toEqual([{ name: 'cas.unheard.of', reason: 'is not known' }])
})

it('takes what is good of a refused revision where it has seen no good one: the rest runs with defaults', () => {
  const first = nextConfig(initialConfig, properties({ [stName]: '15', [idleName]: 'soon' }))
  expect(first.inForce).toEqual({ ...initialConfig.inForce, serviceTicketSeconds: 15 })
  expect(first.refused.map(({ name }) => name)).toEqual([idleName])
  const next = nextConfig(first, properties({ [stName]: '16', [idleName]: 'soon' }))
  expect(next.inForce.serviceTicketSeconds).toBe(16)
})

it('passes over what looks like a secret, says so without showing it, and takes the rest', () => {
  const state = nextConfig(initialConfig, properties({ [stName]: '15', 'cas.x.password': 'Mellon' }))
  expect(state.inForce.serviceTicketSeconds).toBe(15)
  expect(state.refused.map(({ name }) => name)).toEqual(['cas.x.password'])
  expect(JSON.stringify(state.refused)).not.toContain('Mellon')
})
