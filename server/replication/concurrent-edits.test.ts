import { describe, expect, it } from '@jest/globals'
import { aJoined, aReplica, directory, entry, restarted, tombstone, version } from './testing/replicas.ts'
import type { ReplicatedEntry } from './transport.ts'

describe('a node whose edit is overruled', () => {
  const mine = directory({ 1: 'mine', 9: 'stays' })
  const dropped = version(3, 'node-a')

  it.each([
    ['by several edits of another node that it did not hear of', entry('1', 5, { replaces: version(4) })],
    [
      'by the second edit of a node whose first has the same counter',
      entry('1', 4, { replaces: version(3) }),
    ],
    ['by a deletion that was made on another edit', { ...tombstone('1', 5), replaces: version(4) }],
  ])('tells so and keeps a copy: %s', (_how, greater) => {
    const { replica, events, steps } = aJoined({ 1: 'one', 9: 'stays' })
    replica.scanned(mine)
    replica.merge([greater])
    expect(events).toMatchObject([
      { kind: 'concurrentEdits', file: 'app-1.json', kept: greater.version, dropped },
    ])
    expect(steps()).toMatchObject([{ id: '1', keepsCopy: true }])
  })

  it('tells so after it was started again before it could publish the edit', () => {
    const { replica } = aJoined({ 1: 'one', 9: 'stays' })
    replica.scanned(mine)
    const { replica: back, events, steps } = restarted(replica, mine)
    expect([...back.unpublished]).toEqual(['1'])
    back.mergeWhole([entry('1', 5, { replaces: version(4) }), entry('9', 9)])
    expect(events).toContainEqual(expect.objectContaining({ id: '1', kept: version(5), dropped }))
    expect(steps()).toContainEqual(expect.objectContaining({ id: '1', keepsCopy: true }))
  })

  it('tells so although it had published the edit, by what the other node was cut off from', () => {
    const { replica, events, steps } = aJoined({ 1: 'one', 9: 'stays' })
    const other = aReplica({ node: 'node-b' }).replica
    other.scanned(directory({ 1: 'one', 9: 'stays' }))
    other.mergeWhole([...replica.entries.values()])
    replica.scanned(mine)
    replica.published([...replica.entries.values()])
    for (const text of ['first', 'second', 'third']) other.scanned(directory({ 1: text, 9: 'stays' }))
    replica.merge([other.entries.get('1') as ReplicatedEntry])
    expect(events).toMatchObject([{ kind: 'concurrentEdits', kept: version(5), dropped }])
    expect(steps()).toMatchObject([{ text: 'third', keepsCopy: true }])
  })

  it('tells so once, however often the two edits come', () => {
    const { replica, events } = aJoined({ 1: 'one', 9: 'stays' })
    replica.scanned(mine)
    const own = replica.entries.get('1') as ReplicatedEntry
    for (let times = 0; times < 3; times++) replica.merge([own, entry('1', 5, { replaces: version(2) }), own])
    expect(events).toHaveLength(1)
  })

  it('says nothing where the other edit was made on it, or on one that was', () => {
    const { replica, events, steps } = aJoined({ 1: 'one', 9: 'stays' })
    replica.scanned(mine)
    replica.merge([entry('1', 4, { replaces: dropped })])
    expect(steps()).toMatchObject([{ keepsCopy: false }])
    const { replica: other, events: heard, steps: of } = aJoined({ 1: 'one', 9: 'stays' })
    other.scanned(mine)
    other.published([...other.entries.values()])
    other.merge([entry('1', 5, { replaces: version(4) })])
    expect(of()).toMatchObject([{ keepsCopy: false }])
    expect([...events, ...heard]).toEqual([])
  })
})
