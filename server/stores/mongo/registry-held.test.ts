import { describe, expect, it } from '@jest/globals'
import { ObjectId } from 'mongodb'
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import { aService } from '../contract/registry-samples.ts'
import {
  afterLoad,
  contentsOf,
  digestOf,
  type HeldRegistry,
  isBelievable,
  isBelievableStep,
  nothingHeld,
  withChanges,
} from './registry-held.ts'

const loaded = (...ids: bigint[]): HeldRegistry =>
  afterLoad(nothingHeld, {
    head: { rev: 1, digest: 'd' },
    services: ids.map((id) => aService(id)),
    properties: [],
  })

describe('changes', () => {
  it('that repeat what is held give the same state', () => {
    const held = loaded(1n)
    const change = { kind: 'put', part: 'services', id: '1', document: aService(1n) } as const
    expect(withChanges(held, [change, { kind: 'head', head: { rev: 1, digest: 'd' } }])).toBe(held)
    expect(withChanges(held, [{ kind: 'remove', part: 'services', id: '7' }])).toBe(held)
  })

  it('leave the state they start from as it was', () => {
    const held = loaded(1n)
    const next = withChanges(held, [{ kind: 'remove', part: 'services', id: '1' }])
    expect([held.services.size, next.services.size]).toEqual([1, 0])
  })
})

describe('properties', () => {
  const property = (id: string, value: string) => ({ _id: id, name: 'cas.a', value })
  it('with one name under two ids: the first by id wins, whatever the order they came in', () => {
    const one = afterLoad(nothingHeld, {
      head: undefined,
      services: [],
      properties: [property('b', '2'), property('a', '1')],
    })
    const other = afterLoad(nothingHeld, {
      head: undefined,
      services: [],
      properties: [property('a', '1'), property('b', '2')],
    })
    expect(contentsOf(one).properties.get('cas.a')).toMatchObject({ value: '1' })
    expect(contentsOf(one).digest).toBe(contentsOf(other).digest)
  })
})

describe('a property whose id is its name, as the operator writes it', () => {
  const name = 'cas.ticket.st.time-to-kill-in-seconds'
  it.each([new ObjectId(), 'cas.a', 7n])('counts before one with the id %p', (_id) => {
    const loadedWith = (properties: StoredDocument[]) =>
      afterLoad(nothingHeld, { head: undefined, services: [], properties })
    const ours = { _id: name, name, value: '20' }
    const both = loadedWith([{ _id, name, value: '3600' }, ours])
    expect(contentsOf(both).properties.get(name)).toMatchObject({ value: '20' })
    expect(digestOf(both)).toBe(digestOf(loadedWith([ours])))
  })
})

describe('a load', () => {
  const unvouched = (registry: ReturnType<typeof loaded>) => ({
    ...registry,
    head: { rev: 2, digest: 'other' },
  })
  const cases = [
    [
      'is believed at first, where nobody has written a head',
      nothingHeld,
      nothingHeld,
      { isFirst: true },
      true,
    ],
    [
      'is not believed at first when it is empty and the head says otherwise',
      nothingHeld,
      unvouched(loaded()),
      { isFirst: true, waitedEnough: true },
      false,
    ],
    [
      'is not believed at first when it is not what the head says',
      nothingHeld,
      unvouched(loaded(1n)),
      { isFirst: true },
      false,
    ],
    [
      'is believed at first some time later',
      nothingHeld,
      unvouched(loaded(1n)),
      { isFirst: true, waitedEnough: true },
      true,
    ],
    ['is believed when nothing was there before', loaded(), loaded(1n), {}, true],
    ['is believed when it has all that is held', loaded(1n), loaded(1n, 2n), {}, true],
    ['is not believed when services are missing', loaded(1n, 2n), loaded(1n), {}, false],
    ['is believed without them some time later', loaded(1n, 2n), loaded(1n), { waitedEnough: true }, true],
    ['is never believed when it is empty', loaded(1n), loaded(), { waitedEnough: true }, false],
  ] as const
  it.each(cases)('%s', (_title, held, next, how, verdict) => {
    expect(isBelievable(held, next, { isFirst: false, waitedEnough: false, ...how })).toBe(verdict)
  })

  it('is believed whatever it holds when the head vouches for it', () => {
    const empty = loaded()
    const vouched = { ...empty, head: { rev: 2, digest: digestOf(empty) } }
    for (const isFirst of [true, false]) {
      expect(isBelievable(loaded(1n), vouched, { isFirst, waitedEnough: false })).toBe(true)
    }
  })

  it('is followed by no step to nothing, unless the head vouches for it', () => {
    const empty = loaded()
    expect(isBelievableStep(loaded(1n), empty)).toBe(false)
    expect(isBelievableStep(loaded(1n), { ...empty, head: { rev: 2, digest: digestOf(empty) } })).toBe(true)
    expect(isBelievableStep(loaded(1n, 2n), loaded(2n))).toBe(true)
    expect(isBelievableStep(empty, empty)).toBe(true)
  })
})
