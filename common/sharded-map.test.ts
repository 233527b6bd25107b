import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { derivedByShard, differences, type ShardedChange, ShardedMap, sharded } from './sharded-map.ts'

const keys = fc.string({ maxLength: 3 })
const changes = fc.array(fc.tuple(keys, fc.option(fc.integer(), { nil: undefined })))

function applied(map: Map<string, number>, all: readonly ShardedChange<number>[]): Map<string, number> {
  for (const [key, value] of all) {
    if (value === undefined) map.delete(key)
    else map.set(key, value)
  }
  return map
}

const ordered = (map: ReadonlyMap<string, number>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

it('holds what a Map holds after the same changes, and leaves the versions before as they were', () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 5 }), (steps) => {
      let map = ShardedMap.from<number>([])
      const model = new Map<string, number>()
      for (const step of steps) {
        const before = map
        const stood = ordered(before)
        map = map.with(step)
        applied(model, step)
        expect(ordered(before)).toEqual(stood)
        expect(ordered(map)).toEqual(ordered(model))
        expect(map.size).toBe(model.size)
        expect([...map.keys()].every((key) => map.get(key) === model.get(key) && map.has(key))).toBe(true)
        expect([...map.values()].length).toBe(model.size)
      }
    }),
  )
})

it('stays the same object when nothing changes', () => {
  const map = ShardedMap.from([['a', 1]])
  expect(map.with([['a', 1]])).toBe(map)
  expect(map.with([['b', undefined]])).toBe(map)
  expect(sharded(map)).toBe(map)
})

it('derives anew only what a change touches', () => {
  const map = ShardedMap.from(Array.from({ length: 10_000 }, (_, i) => [`key-${i}`, i] as const))
  let derived = 0
  const doubled = derivedByShard<number, ReadonlyMap<string, number>>((shard) => {
    derived += shard.size
    return new Map(Array.from(shard, ([key, value]) => [key, value * 2]))
  })
  expect(map.mapShards(doubled).get('key-77')).toBe(154)
  expect(derived).toBe(10_000)
  const next = map.with([['key-77', 1]]).mapShards(doubled)
  expect(next.get('key-77')).toBe(2)
  expect(next.get('key-78')).toBe(156)
  expect(derived).toBeLessThan(10_100)
})

it('tells exactly what differs between two versions', () => {
  fc.assert(
    fc.property(changes, changes, (first, second) => {
      const before = ShardedMap.from<number>([]).with(first)
      const after = before.with(second)
      const rebuilt = applied(
        new Map(before),
        Array.from(differences(before, after), ({ key, after: value }) => [key, value] as const),
      )
      expect(ordered(rebuilt)).toEqual(ordered(after))
      for (const { key, ...values } of differences(before, after)) {
        expect(values).toEqual({ before: before.get(key), after: after.get(key) })
        expect(values.before).not.toBe(values.after)
      }
    }),
  )
})
