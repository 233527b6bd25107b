import { describe, expect, it } from '@jest/globals'
import { FixedClock } from '../../common/clock.ts'
import { type Admission, defaultLimits, gate } from './limits.ts'

const patient = new AbortController().signal
const newGate = (change: Partial<typeof defaultLimits> = {}, clock = new FixedClock()) => ({
  clock,
  ...gate(clock, { ...defaultLimits, ...change }),
})

function done(admission: Admission, outcome: 'worked' | 'failed' = 'worked'): void {
  if (admission.kind !== 'admitted') throw new Error(`not admitted: ${admission.kind}`)
  admission.done(outcome)
}

describe('places', () => {
  it('for one host are limited, and its waiting requests keep nobody else out', async () => {
    const { enter } = newGate({ maxInFlight: 3, maxInFlightPerHost: 2 })
    const first = await enter('slow', patient)
    await enter('slow', patient)
    const order: string[] = []
    const noted = async (host: string) => {
      const { kind } = await enter(host, patient)
      order.push(`${host} ${kind}`)
    }
    const third = noted('slow')
    await noted('other')
    done(first)
    await third
    expect(order).toEqual(['other admitted', 'slow admitted'])
  })

  it('are not waited for longer than the caller wants, and none is lost by that', async () => {
    const { enter } = newGate({ maxInFlight: 1 })
    const first = await enter('a', patient)
    const impatient = new AbortController()
    const second = enter('b', impatient.signal)
    impatient.abort()
    expect(await second).toEqual({ kind: 'full' })
    done(first)
    expect((await enter('b', patient)).kind).toBe('admitted')
  })
})

describe('a host that fails again and again', () => {
  it('rests for a while, then one request tries', async () => {
    const { enter, clock } = newGate({ failuresUntilRest: 3, restMs: 1_000 })
    for (let i = 0; i < 3; i++) done(await enter('dead', patient), 'failed')
    expect(await enter('dead', patient)).toEqual({ kind: 'resting' })
    expect((await enter('alive', patient)).kind).toBe('admitted')
    clock.advanceMs(1_000)
    const trial = await enter('dead', patient)
    expect(await enter('dead', patient)).toEqual({ kind: 'resting' })
    done(trial, 'failed')
    expect(await enter('dead', patient)).toEqual({ kind: 'resting' })
    clock.advanceMs(1_000)
    done(await enter('dead', patient))
    expect((await enter('dead', patient)).kind).toBe('admitted')
  })

  it('is forgiven by one that works', async () => {
    const { enter } = newGate({ failuresUntilRest: 2 })
    for (let i = 0; i < 5; i++) {
      done(await enter('flaky', patient), 'failed')
      done(await enter('flaky', patient))
    }
    expect((await enter('flaky', patient)).kind).toBe('admitted')
  })
})
