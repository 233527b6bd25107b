import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decideRoll, type RollingMember } from './rolling.ts'

const member = (name: string, overrides: Partial<RollingMember> = {}): RollingMember => ({
  name,
  host: `${name}:27017`,
  outdated: true,
  terminating: false,
  containerReady: true,
  ready: true,
  primary: false,
  ...overrides,
})

describe('the roll of a replica set', () => {
  it('is done when every pod runs the wanted revision', () => {
    const current = { outdated: false }
    expect(decideRoll([member('a', { primary: true, ...current }), member('b', current)])).toEqual({
      kind: 'done',
    })
  })
  it('begins with the last secondary', () => {
    const decision = decideRoll([member('a'), member('b'), member('c', { primary: true })])
    expect(decision).toEqual({ kind: 'delete', name: 'b' })
  })
  it('waits while a pod is being replaced, and until the new one is a ready member', () => {
    const primary = member('a', { primary: true })
    const leaving = decideRoll([primary, member('b'), member('c', { terminating: true, ready: false })])
    expect(leaving).toMatchObject({ kind: 'wait' })
    const fresh = member('c', { outdated: false, ready: false })
    expect(decideRoll([primary, member('b'), fresh])).toMatchObject({ kind: 'wait' })
  })
  it('lets the primary hand over last, and then replaces it', () => {
    const current = { outdated: false }
    const members = [member('a', { primary: true }), member('b', current), member('c', current)]
    expect(decideRoll(members)).toEqual({ kind: 'stepDown', host: 'a:27017' })
    const handedOver = [member('a'), member('b', { ...current, primary: true }), member('c', current)]
    expect(decideRoll(handedOver)).toEqual({ kind: 'delete', name: 'a' })
  })
  it('touches nothing while the set has no primary', () => {
    expect(decideRoll([member('a'), member('b'), member('c')])).toMatchObject({ kind: 'wait' })
  })
  it('replaces the only member without a hand-over', () => {
    expect(decideRoll([member('a', { primary: true })])).toEqual({ kind: 'delete', name: 'a' })
  })
  it('replaces a pod of a bad revision that does not run, so that a roll can be corrected', () => {
    const bad = { ready: false, containerReady: false }
    const decision = decideRoll([member('a', { primary: true }), member('b'), member('c', bad)])
    expect(decision).toEqual({ kind: 'delete', name: 'c' })
  })
  it('never deletes a working pod while another member is missing, nor a primary that can hand over', () => {
    const pod = fc.record({
      outdated: fc.boolean(),
      terminating: fc.boolean(),
      containerReady: fc.boolean(),
      ready: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(pod, { minLength: 2, maxLength: 7 }), fc.nat(), (pods, seed) => {
        const members = pods.map((facts, index) =>
          member(`m${index}`, { ...facts, primary: index === seed % 7 }),
        )
        const decision = decideRoll(members)
        if (decision.kind !== 'delete') return
        const chosen = members.find(({ name }) => name === decision.name)!
        expect(chosen.outdated).toBe(true)
        if (!chosen.ready && !chosen.containerReady) return
        expect(members.every(({ ready, terminating }) => ready && !terminating)).toBe(true)
        expect(chosen.primary).toBe(false)
      }),
    )
  })
})
