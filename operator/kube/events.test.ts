import { expect, it } from '@jest/globals'
import { FixedClock, systemRandom } from '../../common/clock.ts'
import { silentLog } from '../../common/log.ts'
import type { KubeObject } from '../api/meta.ts'
import { type EventNote, eventRecorder } from './events.ts'

const about = {
  apiVersion: 'caspool.io/v1alpha1',
  kind: 'CasCluster',
  metadata: { name: 'sso', namespace: 'idp', uid: 'u1' },
}
const stepDown: EventNote = {
  about,
  type: 'Normal',
  reason: 'SteppedDown',
  action: 'StepDown',
  note: 'sso-mongodb-0',
}

/** A recorder whose writes are kept by name. */
function recorder(apply: (object: KubeObject) => Promise<KubeObject> = async (object) => object) {
  const clock = new FixedClock()
  const written: KubeObject[] = []
  const client = {
    apply: (object: KubeObject) => {
      written.push(object)
      return apply(object)
    },
  }
  const events = eventRecorder({
    client,
    instance: 'operator-0',
    clock,
    random: systemRandom,
    log: silentLog,
  })
  return { clock, written, events, names: () => new Set(written.map(({ metadata }) => metadata.name)) }
}

it('writes an event about its object', async () => {
  const { events, written } = recorder()
  events.record(stepDown)
  await events.drain()
  expect(written).toEqual([
    {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: expect.stringMatching(/^sso\.[0-9a-f]{16}$/), namespace: 'idp' },
      type: 'Normal',
      reason: 'SteppedDown',
      action: 'StepDown',
      note: 'sso-mongodb-0',
      regarding: {
        apiVersion: about.apiVersion,
        kind: 'CasCluster',
        name: 'sso',
        namespace: 'idp',
        uid: 'u1',
      },
      reportingController: 'caspool.io/operator',
      reportingInstance: 'operator-0',
      eventTime: '2026-01-01T00:00:00.000000Z',
    },
  ])
})

it('counts repetitions on the first event, and writes them ever more rarely', () => {
  const { events, written, names, clock } = recorder()
  for (let i = 0; i < 100; i++) {
    clock.advanceMs(1000)
    events.record(stepDown)
  }
  expect(names().size).toBe(1)
  const counts = written.map((event) => (event['series'] as { count: number } | undefined)?.count)
  expect(counts).toEqual([undefined, 2, 4, 8, 16, 32, 64])
})

it('tells the same anew after ten quiet minutes', () => {
  const { events, names, clock } = recorder()
  events.record(stepDown)
  clock.advanceMs(600_001)
  events.record(stepDown)
  expect(names().size).toBe(2)
})

it('drops what one object floods it with, and still tells of others', () => {
  const { events, written } = recorder()
  for (let i = 0; i < 1000; i++) events.record({ ...stepDown, note: `attempt ${i}` })
  expect(written).toHaveLength(25)
  events.record({ ...stepDown, about: { ...about, metadata: { ...about.metadata, uid: 'u2' } } })
  expect(written).toHaveLength(26)
})

it('goes on when an event cannot be written', async () => {
  const { events } = recorder(() => Promise.reject(new Error('away')))
  events.record(stepDown)
  await expect(events.drain()).resolves.toBeUndefined()
})
