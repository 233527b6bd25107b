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

const loaded = (...ids: bigint[]): HeldRegistry => loadedWith([], ...ids)

/** With properties of these names. */
const loadedWith = (names: readonly string[], ...ids: bigint[]): HeldRegistry =>
  afterLoad(nothingHeld, {
    head: { rev: 1, digest: 'd' },
    services: ids.map((id) => aService(id)),
    properties: names.map((name) => ({ _id: name, name, value: '1' })),
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
    const holding = (properties: StoredDocument[]) =>
      afterLoad(nothingHeld, { head: undefined, services: [], properties })
    const ours = { _id: name, name, value: '20' }
    const both = holding([{ _id, name, value: '3600' }, ours])
    expect(contentsOf(both).properties.get(name)).toMatchObject({ value: '20' })
    expect(digestOf(both)).toBe(digestOf(holding([ours])))
  })
})

it('a property whose document stands under another id by now is not missing', () => {
  const under = (_id: string) =>
    afterLoad(nothingHeld, { head: undefined, services: [], properties: [{ _id, name: 'a', value: '1' }] })
  expect(isBelievable(under('x'), under('y'), { isFirst: false, waitedEnough: false })).toBe(true)
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
    [
      'is never believed without them where another head was written that does not vouch for that',
      loaded(1n, 2n),
      unvouched(loaded(1n)),
      { waitedEnough: true },
      false,
    ],
    [
      'is believed with all that is held, whatever the head says',
      loadedWith(['a'], 1n),
      unvouched(loadedWith(['a', 'b'], 1n, 2n)),
      {},
      true,
    ],
    [
      'is not believed when a property is missing',
      loadedWith(['a', 'b'], 1n),
      loadedWith(['a'], 1n),
      {},
      false,
    ],
    ['nor where there are no services', loadedWith(['a']), loaded(), {}, false],
    [
      'is believed without properties some time later',
      loadedWith(['a'], 1n),
      loaded(1n),
      { waitedEnough: true },
      true,
    ],
    [
      'is never believed without properties where another head was written',
      loadedWith(['a'], 1n),
      unvouched(loaded(1n)),
      { waitedEnough: true },
      false,
    ],
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
    expect(isBelievableStep(loadedWith(['a'], 1n), loaded(1n))).toBe(false)
    expect(isBelievableStep(loadedWith(['a', 'b'], 1n), loadedWith(['b'], 1n))).toBe(true)
  })
})
