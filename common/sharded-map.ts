/**
 * An immutable map by text, in shards: the next version shares with the one before every shard that did not change. A
 * change costs as much as its shard is large, and so does whatever is derived from shards and remembered by their
 * identity (`derivedByShard`), however large the map is.
 */

const shardCount = 512

export type Shard<V> = ReadonlyMap<string, V>

/** What a key becomes: a value, or nothing. */
export type ShardedChange<V> = readonly [key: string, value: V | undefined]

export class ShardedMap<V> implements ReadonlyMap<string, V> {
  /** Always as many, each key in the one that its text says. Never changed in place. */
  readonly shards: readonly Shard<V>[]
  readonly size: number

  private constructor(shards: readonly Shard<V>[], size: number) {
    this.shards = shards
    this.size = size
  }

  /** Of several entries with one key the last counts, as in a Map. */
  static from<V>(entries: Iterable<readonly [string, V]>): ShardedMap<V> {
    const shards = Array.from({ length: shardCount }, () => new Map<string, V>())
    for (const [key, value] of entries) shards[shardOf(key)]?.set(key, value)
    return ShardedMap.#of(shards)
  }

  static #of<V>(shards: readonly Shard<V>[]): ShardedMap<V> {
    return new ShardedMap(
      shards,
      shards.reduce((sum, shard) => sum + shard.size, 0),
    )
  }

  /** The map after all changes, in their order; this very map if they change nothing. */
  with(changes: Iterable<ShardedChange<V>>): ShardedMap<V> {
    const touched = new Map<number, Map<string, V>>()
    for (const [key, value] of changes) {
      const index = shardOf(key)
      const before = touched.get(index) ?? this.shards[index]
      if (before?.get(key) === value) continue
      const shard = touched.get(index) ?? new Map(this.shards[index])
      touched.set(index, shard)
      if (value === undefined) shard.delete(key)
      else shard.set(key, value)
    }
    return touched.size === 0 ? this : ShardedMap.#of(this.shards.map((shard, i) => touched.get(i) ?? shard))
  }

  /** The same keys with other values; a function made by `derivedByShard` does no work for shards that it knows. */
  mapShards<W>(derive: (shard: Shard<V>) => Shard<W>): ShardedMap<W> {
    return ShardedMap.#of(this.shards.map(derive))
  }

  get(key: string): V | undefined {
    return this.shards[shardOf(key)]?.get(key)
  }

  has(key: string): boolean {
    return this.shards[shardOf(key)]?.has(key) ?? false
  }

  *entries(): MapIterator<[string, V]> {
    for (const shard of this.shards) yield* shard.entries()
  }

  *keys(): MapIterator<string> {
    for (const shard of this.shards) yield* shard.keys()
  }

  *values(): MapIterator<V> {
    for (const shard of this.shards) yield* shard.values()
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries()
  }

  forEach(visit: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }
}

/** A map as a ShardedMap: itself, if it is one. */
export function sharded<V>(map: ReadonlyMap<string, V>): ShardedMap<V> {
  return map instanceof ShardedMap ? map : ShardedMap.from(map)
}

/** What became of each key whose value is another one; `undefined` where there is none. */
export function* differences<V>(
  before: ShardedMap<V>,
  after: ShardedMap<V>,
): Generator<{ readonly key: string; readonly before: V | undefined; readonly after: V | undefined }> {
  for (const [index, old] of before.shards.entries()) {
    const fresh = after.shards[index]
    if (fresh === undefined || fresh === old) continue
    for (const [key, value] of old) {
      if (fresh.get(key) !== value) yield { key, before: value, after: fresh.get(key) }
    }
    for (const [key, value] of fresh) {
      if (!old.has(key)) yield { key, before: undefined, after: value }
    }
  }
}

/** Remembers what was derived from a shard for as long as the shard is used. */
export function derivedByShard<V, W>(derive: (shard: Shard<V>) => W): (shard: Shard<V>) => W {
  const known = new WeakMap<Shard<V>, { readonly value: W }>()
  return (shard) => {
    const found = known.get(shard) ?? { value: derive(shard) }
    known.set(shard, found)
    return found.value
  }
}

/**
 * Which of a map's shards holds the key, if any does. FNV-1a over UTF-16 units: the same in every process, since digests
 * are made of shards.
 */
export function shardOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash ^ (hash >>> 16)) & (shardCount - 1)
}
