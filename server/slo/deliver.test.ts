import { describe, expect, it } from '@jest/globals'
import { FixedClock, systemRandom } from '../../common/clock.ts'
import { silentLog } from '../../common/log.ts'
import { Metrics } from '../../common/metrics.ts'
import type { OutboundOutcome } from '../outbound/outbound-client.ts'
import { LogoutDelivery, settlementOf } from './deliver.ts'
import type { Delivery, Settlement } from './outbox-store.ts'
import { Applications } from './testing/applications.ts'

const facts = { attempts: 0, now: 1_000, spread: 0.5 }
const answered = (status: number): OutboundOutcome => ({ kind: 'answered', status })

describe('after an attempt', () => {
  it.each([200, 204, 302])('status %i means delivered', (status) => {
    expect(settlementOf(answered(status), facts)).toEqual({ kind: 'delivered' })
  })

  it.each([400, 403, 404, 405, 410])(
    'status %i means that the application will not say otherwise',
    (status) => {
      expect(settlementOf(answered(status), facts)).toEqual({ kind: 'givenUp' })
    },
  )

  it.each([408, 429, 500, 503])('status %i means once more, later', (status) => {
    expect(settlementOf(answered(status), facts)).toEqual({ kind: 'retry', at: 3_000 })
  })

  it('an address that must not be called is not tried again', () => {
    expect(settlementOf({ kind: 'refused', reason: 'private' }, facts)).toEqual({ kind: 'givenUp' })
  })

  it('pauses grow, and after six attempts it is given up', () => {
    const failed = { kind: 'failed', reason: 'no connection' } as const
    const pauses = [0, 1, 2, 3, 4, 5].map((attempts) => settlementOf(failed, { ...facts, attempts }))
    expect(pauses.map((p) => (p.kind === 'retry' ? p.at - facts.now : p.kind))).toEqual([
      2_000,
      10_000,
      60_000,
      300_000,
      900_000,
      'givenUp',
    ])
  })
})

function newDelivery() {
  const clock = new FixedClock()
  const applications = new Applications()
  const settled = new Map<string, Settlement>()
  const released: string[] = []
  const outbox = {
    settle: async ({ id }: Delivery, settlement: Settlement) => void settled.set(id, settlement),
    release: async (deliveries: readonly Delivery[]) => void released.push(...deliveries.map(({ id }) => id)),
  }
  const messages = new Metrics().counter('messages', 'Test.')
  const parts = { outbox, outbound: applications, clock, random: systemRandom, log: silentLog, messages }
  let count = 0
  const message = (host: string): Delivery => ({
    id: `LR-${++count}`,
    issuedAt: 0,
    nameId: 'casuser',
    sessionIndex: `ST-${count}`,
    url: `https://${host}/`,
    host,
    definitionId: '1',
    attempts: 0,
    claim: 'c',
    leasedUntil: clock.now() + 60_000,
  })
  return { delivery: new LogoutDelivery(parts), applications, settled, released, clock, message }
}

describe('delivery', () => {
  it('tells everybody else at once while one application hangs', async () => {
    const { delivery, applications, settled, message } = newDelivery()
    const { promise: never, resolve } = Promise.withResolvers<OutboundOutcome>()
    applications.answer('slow.example', () => never)
    const slow = Array.from({ length: 100 }, () => message('slow.example'))
    const others = Array.from({ length: 100 }, (_, n) => message(`app${n}.example`))
    delivery.send([...slow, ...others])
    while (settled.size < others.length) await new Promise(setImmediate)
    expect(others.every(({ id }) => settled.get(id)?.kind === 'delivered')).toBe(true)
    expect(applications.underWay.get('slow.example')).toEqual({ now: 4, most: 4 })
    expect(delivery.busyHosts).toEqual(['slow.example'])
    resolve(answered(200))
    await delivery.stop()
  })

  it('makes one attempt at a time at a host that did not answer', async () => {
    const { delivery, applications, settled, message } = newDelivery()
    applications.answer('dead.example', async () => ({ kind: 'failed', reason: 'no connection' }))
    delivery.send([message('dead.example')])
    while (settled.size < 1) await new Promise(setImmediate)
    delivery.send(Array.from({ length: 10 }, () => message('dead.example')))
    while (settled.size < 11) await new Promise(setImmediate)
    expect([...settled.values()].every(({ kind }) => kind === 'retry')).toBe(true)
    await delivery.stop()
  })

  it('leaves to others what waited longer than its lease holds', async () => {
    const { delivery, applications, settled, clock, message } = newDelivery()
    const { promise, resolve } = Promise.withResolvers<OutboundOutcome>()
    applications.answer('slow.example', () => promise)
    const messages = Array.from({ length: 6 }, () => message('slow.example'))
    delivery.send(messages)
    clock.advanceMs(55_000)
    resolve(answered(200))
    await delivery.stop()
    expect(settled.size).toBe(4)
  })

  it('gives back what it cannot hold, and at its end what waits; what is under way ends first', async () => {
    const { delivery, applications, settled, released, message } = newDelivery()
    const { promise, resolve } = Promise.withResolvers<OutboundOutcome>()
    applications.answer('slow.example', () => promise)
    delivery.send(Array.from({ length: 250 }, () => message('slow.example')))
    expect(released).toHaveLength(50)
    const stopped = delivery.stop()
    expect(released).toHaveLength(246)
    resolve(answered(200))
    await stopped
    expect(settled.size).toBe(4)
    delivery.send([message('late.example')])
    expect(released).toHaveLength(247)
  })
})
