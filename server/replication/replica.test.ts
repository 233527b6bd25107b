import { describe, expect, it } from '@jest/globals'
import { textHash } from './entry.ts'
import { parseSaved, savedText } from './saved-replica.ts'
import { aJoined, aReplica, directory, entry, restarted, tombstone, version } from './testing/replicas.ts'
import type { ReplicatedEntry } from './transport.ts'

describe('a node that edits', () => {
  it('gives each edit a version above all that it has seen', () => {
    const { replica } = aJoined({ 1: 'one', 9: 'stays' })
    replica.merge([entry('2', 41)])
    replica.scanned(directory({ 1: 'edited', 9: 'stays' }))
    expect(replica.entries.get('1')).toMatchObject({
      text: 'edited',
      version: version(42, 'node-a'),
      replaces: version(1, 'node-a'),
    })
    expect([...replica.unpublished]).toEqual(['1'])
  })

  it('makes one entry of a rename, and a tombstone of a deletion', () => {
    const { replica } = aJoined({ 1: 'one', 2: 'two', 9: 'stays' })
    const renamed = { file: 'new-1.json', text: 'one', hash: textHash('one') }
    const found = directory({ 9: 'stays' })
    replica.scanned({ ...found, definitions: new Map([...found.definitions, ['1', renamed]]) })
    expect(replica.entries.get('1')).toMatchObject({ kind: 'definition', file: 'new-1.json', text: 'one' })
    expect(replica.entries.get('2')).toMatchObject({ kind: 'tombstone' })
    expect([...replica.unpublished].sort()).toEqual(['1', '2'])
  })

  it('does not take a file that cannot be read for a deletion', () => {
    const { replica } = aJoined({ 1: 'one', 9: 'stays' })
    replica.scanned(directory({ 9: 'stays' }, { unread: new Set(['app-1.json']) }))
    expect(replica.unpublished.size).toBe(0)
    expect(replica.entries.get('1')?.kind).toBe('definition')
  })

  it('does not take the loss of all files for deletions, and writes them again', () => {
    const { replica, events, steps } = aJoined({ 1: 'one', 2: 'two' })
    replica.scanned(directory({}))
    expect(events).toEqual([{ kind: 'directoryLost', definitions: 2 }])
    expect(replica.unpublished.size).toBe(0)
    expect(steps().map(({ kind, id }) => [kind, id])).toEqual([
      ['write', '1'],
      ['write', '2'],
    ])
  })
})

describe('a node that is told', () => {
  it('writes what is greater, drops what is not, and hears its own echo without a word', () => {
    const { replica, steps, events } = aJoined({ 1: 'one', 9: 'stays' })
    const revision = replica.revision
    replica.merge([...replica.entries.values()])
    expect(replica.revision).toBe(revision)
    replica.merge([entry('1', 7, { replaces: version(1, 'node-a') })])
    replica.merge([entry('1', 6, { replaces: version(1, 'node-a') })])
    expect(steps()).toEqual([
      {
        kind: 'write',
        id: '1',
        version: version(7),
        text: '7',
        now: { file: 'app-1.json', hash: textHash('one'), version: version(1, 'node-a') },
        next: { file: 'app-1.json', hash: textHash('7'), version: version(7) },
        keepsCopy: false,
      },
    ])
    expect(events).toEqual([])
  })

  it('tells of edits that did not know of each other, and keeps a copy of the one that goes', () => {
    const { replica, steps, events } = aJoined({ 1: 'one', 9: 'stays' })
    replica.scanned(directory({ 1: 'mine', 9: 'stays' }))
    replica.merge([entry('1', 7, { replaces: version(1, 'node-a') })])
    expect(events).toEqual([
      {
        kind: 'concurrentEdits',
        id: '1',
        file: 'app-1.json',
        kept: version(7),
        dropped: version(3, 'node-a'),
      },
    ])
    expect(steps()).toMatchObject([{ kind: 'write', keepsCopy: true }])
  })

  it('publishes again what the store lacks, deletions included', () => {
    const { replica } = aJoined({ 1: 'one', 9: 'stays' })
    replica.merge([tombstone('5', 8)])
    replica.mergeWhole([entry('1', 9)])
    expect([...replica.unpublished].sort()).toEqual(['5', '9'])
  })

  it('takes the entry of the store where two nodes gave one version, and says so', () => {
    const { replica, events } = aJoined({ 1: 'one', 9: 'stays' })
    replica.merge([entry('1', 1, { version: version(1, 'node-a'), text: 'other' })])
    expect(replica.entries.get('1')).toMatchObject({ text: 'other' })
    expect(events).toEqual([{ kind: 'versionGivenTwice', id: '1', version: version(1, 'node-a') }])
  })

  it('refuses what no node makes', () => {
    const { replica, events } = aJoined({ 9: 'stays' })
    replica.merge([entry('1', 5, { file: '../../etc/cron.d/x.json' })])
    expect(replica.entries.has('1')).toBe(false)
    expect(events).toMatchObject([{ kind: 'refusedEntry', id: '1' }])
  })
})

describe('a file that is removed before the edit of another node is written into it', () => {
  const later = entry('1', 7, { replaces: version(1, 'node-a') })

  const broken = directory({ 9: 'stays' }, { unread: new Set(['app-1.json']) })

  it('and could not be read deletes nothing: the edit is written', () => {
    const { replica, steps } = aJoined({ 1: 'one', 9: 'stays' })
    replica.merge([later])
    replica.scanned(broken)
    replica.scanned(directory({ 9: 'stays' }))
    expect(replica.entries.get('1')).toEqual(later)
    expect(replica.unpublished.size).toBe(0)
    expect(steps()).toMatchObject([{ kind: 'write', id: '1', text: '7', next: { file: 'app-1.json' } }])
    expect(steps()[0]).not.toHaveProperty('now')
  })

  it('and could be read is deleted: an edit and a deletion that did not know of each other', () => {
    const { replica, events } = aJoined({ 1: 'one', 9: 'stays' })
    replica.merge([later])
    replica.scanned(directory({ 9: 'stays' }))
    const deletion = { kind: 'tombstone', id: '1', version: version(8, 'node-a') }
    expect(replica.entries.get('1')).toMatchObject({ ...deletion, replaces: version(1, 'node-a') })
    expect([...replica.unpublished]).toEqual(['1'])
    expect(events).toMatchObject([
      { kind: 'concurrentEdits', kept: version(8, 'node-a'), dropped: version(7) },
    ])
  })

  it.each([true, false])('is deleted where it has the text of that edit already: %p (it runs)', (runs) => {
    const { replica } = aJoined({ 1: 'one', 9: 'stays' })
    const moved = { ...later, text: 'one', file: 'other-1.json' }
    replica.merge([moved])
    if (runs) replica.scanned(broken)
    const gone = directory({ 9: 'stays' })
    if (runs) replica.scanned(gone)
    const after = runs ? replica : restarted(replica, gone).replica
    expect(after.entries.get('1')?.kind).toBe('tombstone')
  })

  it('while the node is stopped, too', () => {
    const { replica } = aJoined({ 1: 'one', 2: 'two', 9: 'stays' })
    replica.merge([later])
    const { replica: back, steps } = restarted(replica, directory({ 9: 'stays' }))
    expect([...back.unpublished]).toEqual(['2'])
    back.mergeWhole([later, entry('9', 1, { version: version(2, 'node-a'), text: 'stays' })])
    expect(back.entries.get('1')).toEqual(later)
    expect(steps()).toMatchObject([{ kind: 'write', id: '1', text: '7' }])
  })

  it('is deleted where it is the master, over whose files nothing is written', () => {
    const { replica } = aReplica({ isMaster: true })
    replica.scanned(directory({ 1: 'one', 9: 'stays' }))
    replica.mergeWhole([])
    replica.merge([later])
    replica.scanned(directory({ 9: 'stays' }))
    expect(replica.entries.get('1')?.kind).toBe('tombstone')
  })

  it('and has another text when it is back counts as an edit', () => {
    const { replica } = aJoined({ 1: 'one', 9: 'stays' })
    replica.merge([later])
    replica.scanned(broken)
    replica.scanned(directory({ 9: 'stays' }))
    replica.scanned(directory({ 1: 'put back', 9: 'stays' }))
    expect(replica.entries.get('1')).toMatchObject({ text: 'put back', version: version(8, 'node-a') })
  })
})

describe('a version that somebody else put into the store', () => {
  const foreign = (counter: bigint, id = '1', replaces?: bigint): ReplicatedEntry => ({
    kind: 'tombstone',
    id,
    version: { counter, node: 'zz' },
    ...(replaces !== undefined && { replaces: { counter: replaces, node: 'zz' } }),
  })

  it.each([2n ** 63n - 1n, 2n ** 62n - 1n, 2n ** 48n + 1n, -(2n ** 63n)])(
    'is refused, counted until it is gone, told of once, and leaves no trace in other versions: %p',
    (counter) => {
      const { replica, events } = aJoined({ 1: 'one', 9: 'stays' })
      const all = [...replica.entries.values(), foreign(counter, '999')]
      replica.mergeWhole(all)
      replica.mergeWhole(all)
      expect(events).toMatchObject([{ kind: 'refusedEntry', id: '999' }])
      expect([...replica.refused.keys()]).toEqual(['999'])
      replica.scanned(directory({ 1: 'edited', 9: 'stays' }))
      expect(replica.entries.get('1')?.version).toEqual(version(3, 'node-a'))
      replica.mergeWhole([...replica.entries.values()])
      expect(replica.refused.size).toBe(0)
    },
  )

  it.each(['merge', 'mergeWhole'] as const)('is replaced by what is held: %s', (how) => {
    const { replica } = aJoined({ 1: 'one', 9: 'stays' })
    const before = replica.entries.get('1') as ReplicatedEntry
    const others = [...replica.entries.values()].filter(({ id }) => id !== '1')
    replica[how]([...others, foreign(2n ** 62n - 1n)])
    expect([...replica.unpublished]).toEqual(['1'])
    expect(replica.entries.get('1')).toBe(before)
    replica.published([before])
    replica.merge([before])
    expect([replica.unpublished.size, replica.refused.size]).toEqual([0, 0])
  })

  it.each([2n ** 31n, 2n ** 33n, 2n ** 47n, 2n ** 48n])(
    'and is as far as it may be leaves room for edits of every id, those that are new included: %p',
    (counter) => {
      const { replica, steps } = aJoined({ 1: 'one', 9: 'stays' })
      const other = aReplica({ node: 'node-c' })
      replica.merge([foreign(counter)])
      for (const { id } of steps()) replica.wrote(id, undefined)
      for (const round of [1, 2, 3]) {
        replica.scanned(directory({ 1: `${round}`, 2: `${round}`, 9: 'stays' }))
      }
      other.replica.mergeWhole([foreign(counter), ...replica.entries.values()])
      expect(other.events.filter(({ kind }) => kind === 'refusedEntry')).toEqual([])
      expect(other.replica.entries.get('1')).toMatchObject({ text: '3', version: { node: 'node-a' } })
      other.replica.scanned(directory({ 1: 'x', 2: 'x', 3: 'x', 9: 'x' }))
      replica.merge([...other.replica.entries.values()])
      expect(['1', '2', '3', '9'].map((id) => replica.entries.get(id))).toMatchObject(
        ['x', 'x', 'x', 'x'].map((text) => ({ text, version: { node: 'node-c' } })),
      )
    },
  )

  it('and was not written yet is overruled by an edit that did not know it, as by any greater one', () => {
    const { replica, events } = aJoined({ 1: 'one', 9: 'stays' })
    replica.merge([foreign(2n ** 48n)])
    replica.scanned(directory({ 1: 'edited', 9: 'stays' }))
    const edit = replica.entries.get('1') as ReplicatedEntry
    const other = aReplica({ node: 'node-c' }).replica
    other.mergeWhole([edit])
    expect(other.entries.get('1')).toMatchObject({ text: 'edited', version: { counter: 2n ** 48n + 1n } })
    expect(events.at(-1)).toMatchObject({ kind: 'concurrentEdits', kept: edit.version })
  })

  it('and 100,000 in a row, each as far above the last as counts, leave room for new ids', () => {
    const { replica } = aJoined({ 1: 'one', 9: 'stays' })
    for (let n = 1n; n <= 100_000n; n++)
      replica.merge([foreign(n * 2n ** 32n, '999', (n - 1n) * 2n ** 32n || 1n)])
    replica.scanned(directory({ 1: 'one', 2: 'new', 9: 'stays' }))
    const other = aReplica({ node: 'node-c' })
    other.replica.mergeWhole([...replica.entries.values()])
    expect(other.events).toEqual([])
    expect(other.replica.entries.get('2')).toMatchObject({ text: 'new' })
    expect(parseSaved(savedText(replica.saved())).entries.size).toBe(4)
  })

  it('and is the last that there can be holds: no edit of its id is made, which is told, and others are', () => {
    const { replica, events, steps } = aJoined({ 1: 'one', 2: 'two', 9: 'stays' })
    const last = {
      ...entry('1', 1),
      ...foreign(2n ** 62n - 1n, '1', 2n ** 62n - 2n),
      kind: 'definition' as const,
    }
    replica.merge([last])
    replica.wrote('1', { file: last.file, hash: textHash(last.text), version: last.version })
    replica.scanned(directory({ 1: 'edited', 2: 'second', 9: 'stays' }))
    expect(events.at(-1)).toEqual({ kind: 'lastVersion', id: '1', version: last.version })
    expect(replica.entries.get('1')).toEqual(last)
    expect([...replica.unpublished]).toEqual(['2'])
    expect(steps()).toMatchObject([{ kind: 'write', id: '1', text: last.text, keepsCopy: true }])
    replica.scanned(directory({ 2: 'second', 9: 'stays' }))
    expect(replica.entries.get('1')).toEqual(last)
    expect(steps()).toMatchObject([{ kind: 'write', id: '1', text: last.text }])
  })
})

describe('a node that joins with files of its own', () => {
  const held: readonly ReplicatedEntry[] = [entry('1', 5), tombstone('2', 6)]

  it('takes what the others hold, deletions included, and publishes the rest', () => {
    const { replica, steps } = aReplica()
    replica.scanned(directory({ 1: 'old', 2: 'deleted elsewhere', 3: 'new' }))
    expect(replica.unpublished.size).toBe(0)
    replica.mergeWhole(held)
    expect([...replica.unpublished]).toEqual(['3'])
    expect(replica.entries.get('3')?.version).toEqual(version(7, 'node-a'))
    expect(steps()).toMatchObject([
      { kind: 'write', id: '1', keepsCopy: true },
      { kind: 'remove', id: '2', keepsCopy: true },
    ])
  })

  it('and is the master has the last word on each of its files', () => {
    const { replica } = aReplica({ isMaster: true })
    replica.scanned(directory({ 1: 'mine', 2: 'mine too' }))
    replica.mergeWhole(held)
    expect(replica.entries.get('1')).toMatchObject({ text: 'mine', replaces: version(5) })
    expect(replica.entries.get('2')).toMatchObject({ text: 'mine too', replaces: version(6) })
  })
})

describe('a node that was away', () => {
  it('tells an edit and a deletion made meanwhile from a stale file', () => {
    const { replica } = aJoined({ 1: 'one', 2: 'two', 3: 'three', 9: 'stays' })
    const { replica: back, steps } = restarted(replica, directory({ 1: 'edited', 3: 'three', 9: 'stays' }))
    expect([...back.unpublished].sort()).toEqual(['1', '2'])
    back.mergeWhole(
      [...replica.entries.values(), tombstone('3', 50)].filter(
        ({ id, version: { counter } }) => id !== '3' || counter === 50n,
      ),
    )
    expect(steps()).toMatchObject([{ kind: 'remove', id: '3' }])
    expect(back.entries.get('2')?.kind).toBe('tombstone')
  })

  it.each([
    ['before', 'one', 1],
    ['after', '7', 7],
  ])('and crashed %s a write that it had announced makes no edit of it', (_when, text, counter) => {
    const { replica } = aJoined({ 1: 'one', 9: 'stays' })
    replica.merge([entry('1', 7, { replaces: version(1, 'node-a') })])
    const { replica: back } = restarted(replica, directory({ 1: text, 9: 'stays' }))
    expect(back.unpublished.size).toBe(0)
    expect(back.entries.get('1')?.version.counter).toBe(BigInt(counter))
  })

  it('and crashed before a deletion was carried out carries it out', () => {
    const { replica } = aJoined({ 1: 'one', 9: 'stays' })
    replica.merge([tombstone('1', 7)])
    const { steps, replica: back } = restarted(replica, directory({ 1: 'one', 9: 'stays' }))
    expect(back.unpublished.size).toBe(0)
    expect(steps()).toMatchObject([{ kind: 'remove', id: '1' }])
  })

  it('and ends before it has looked at its directory forgets nothing of what it knew', () => {
    const { replica } = aJoined({ 1: 'one', 9: 'stays' })
    const { replica: brief } = aReplica({ saved: parseSaved(savedText(replica.saved())) })
    const { replica: back } = restarted(brief, directory({ 9: 'stays' }))
    expect([...back.unpublished]).toEqual(['1'])
    expect(back.entries.get('1')).toMatchObject({ kind: 'tombstone', replaces: version(1, 'node-a') })
  })

  it('and finds no files at all concludes nothing', () => {
    const { replica } = aJoined({ 1: 'one', 2: 'two' })
    replica.merge([tombstone('3', 8)])
    const { replica: back, events } = restarted(replica, directory({}))
    expect(events).toMatchObject([{ kind: 'directoryLost' }])
    expect([...back.entries.values()]).toEqual([tombstone('3', 8)])
    back.mergeWhole([entry('1', 1, { version: version(1, 'node-a'), text: 'one' })])
    expect([...back.unpublished]).toEqual(['3'])
  })
})

describe('files of one name or one id', () => {
  it('copies of a deleted definition are hidden', () => {
    const { replica, steps } = aJoined({ 1: 'one', 9: 'stays' })
    const copy = { file: 'a-copy-1.json', text: 'copy', hash: textHash('copy') }
    expect(replica.knownFiles.get('1')?.file).toBe('app-1.json')
    replica.scanned(directory({ 1: 'one', 9: 'stays' }, { duplicates: new Map([['1', [copy]]]) }))
    expect(replica.unpublished.size).toBe(0)
    replica.merge([tombstone('1', 7)])
    expect(steps()).toMatchObject([{ kind: 'remove', copies: ['a-copy-1.json'] }])
  })

  it('two definitions of one name get files of their own', () => {
    const { replica, steps } = aJoined({ 9: 'stays' })
    replica.merge([entry('1', 7, { file: 'app.json' }), entry('2', 8, { file: 'app.json' })])
    expect(steps()).toMatchObject([{ next: { file: 'app.json' } }, { next: { file: 'app-2.json' } }])
  })

  it('two of one name to which nothing can be added do so, too', () => {
    const { replica, steps } = aJoined({ 9: 'stays' })
    const file = `${'x'.repeat(250)}.json`
    replica.merge([entry('1', 7, { file }), entry('2', 8, { file })])
    expect(steps()).toMatchObject([{ next: { file } }, { next: { file: '2.json' } }])
  })
})

it('refuses a saved state that it has not written', () => {
  expect(() => parseSaved('{')).toThrow()
  expect(() => parseSaved('{"format":"other"}')).toThrow('is not in the format caspool-replication-1')
  const text = savedText(aJoined({ 1: 'one' }).replica.saved())
  expect(() => parseSaved(text.replace('1@node-a', 'one'))).toThrow('holds the version "one"')
  const beyond = text.replace('1@node-a', `${2n ** 62n}@node-a`)
  expect(() => parseSaved(beyond)).toThrow(`holds the version "${2n ** 62n}@node-a"`)
  expect(() => parseSaved(text.replace('"counter":"1"', '"counter":"9223372036854775807"'))).toThrow(
    'holds the counter 9223372036854775807',
  )
})
