import { describe, expect, it } from '@jest/globals'
import { kstatusOf, progressConditions, setConditions } from './conditions.ts'

const later = Date.UTC(2026, 0, 2)
const before = setConditions(undefined, progressConditions({ kind: 'progressing', message: 'starting' }), {
  generation: 1,
  now: Date.UTC(2026, 0, 1, 0, 0, 0, 123),
})

describe('a list of conditions', () => {
  it('keeps the time of a condition whose status stays, and takes the new message and generation', () => {
    const after = setConditions(before, progressConditions({ kind: 'progressing', message: 'still' }), {
      generation: 2,
      now: later,
    })
    expect(after[0]).toEqual({
      type: 'Ready',
      status: 'False',
      reason: 'Progressing',
      message: 'still',
      observedGeneration: 2,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    })
  })

  it('shortens a message that the API would not take, by whole lines, and says how many there are more', () => {
    const lines = Array.from({ length: 2_000 }, (_, i) => `spec.access[${i}]: is no regular expression`)
    const [{ message } = { message: '' }] = setConditions(
      undefined,
      progressConditions({ kind: 'stalled', reason: 'Invalid', message: lines.join('\n') }),
      { generation: 1, now: later },
    )
    const shown = message.split('\n')
    expect(message.length).toBeLessThan(4_100)
    expect(shown.slice(0, -1)).toEqual(lines.slice(0, shown.length - 1))
    expect(shown.at(-1)).toBe(`and ${lines.length - shown.length + 1} more`)
    const wide = setConditions(
      undefined,
      progressConditions({ kind: 'stalled', reason: 'Invalid', message: 'x'.repeat(200_000) }),
      { generation: 1, now: later },
    )
    expect(wide[0]?.message).toHaveLength(4_000)
  })

  it('takes the new time for a condition whose status changes', () => {
    const after = setConditions(before, progressConditions({ kind: 'ready', message: 'all is well' }), {
      generation: 1,
      now: later,
    })
    expect(after.map(({ type, status, lastTransitionTime }) => [type, status, lastTransitionTime])).toEqual([
      ['Ready', 'True', '2026-01-02T00:00:00Z'],
    ])
  })

  it('leaves out what does not hold of Reconciling and Stalled, as kstatus wants it', () => {
    const typesOf = (kind: 'ready' | 'progressing' | 'readyAndProgressing' | 'stalled') =>
      progressConditions({ kind, message: '' }).map(({ type, status }) => `${type} ${status}`)
    expect(typesOf('ready')).toEqual(['Ready True'])
    expect(typesOf('progressing')).toEqual(['Ready False', 'Reconciling True'])
    expect(typesOf('readyAndProgressing')).toEqual(['Ready True', 'Reconciling True'])
    expect(typesOf('stalled')).toEqual(['Ready False', 'Stalled True'])
  })

  it('holds exactly the wanted conditions', () => {
    expect(setConditions(before, [], { generation: 1, now: later })).toEqual([])
  })
})

describe('kstatus', () => {
  const verdictOf = (kind: 'ready' | 'progressing' | 'stalled', observedGeneration = 3) =>
    kstatusOf({
      metadata: { generation: 3 },
      status: {
        observedGeneration,
        conditions: setConditions([], progressConditions({ kind, message: '' }), {
          generation: 3,
          now: later,
        }),
      },
    })

  it('reads ready as Current, progressing as InProgress and stalled as Failed', () => {
    expect([verdictOf('ready'), verdictOf('progressing'), verdictOf('stalled')]).toEqual([
      'Current',
      'InProgress',
      'Failed',
    ])
  })

  it('never takes a new object for ready: the schema defaults observedGeneration to -1', () => {
    expect(kstatusOf({ metadata: { generation: 1 }, status: { observedGeneration: -1 } })).toBe('InProgress')
  })

  it('never takes the verdict on an older generation for one on this', () => {
    expect(verdictOf('ready', 2)).toBe('InProgress')
  })

  it('reads an object that is being deleted as Terminating', () => {
    expect(kstatusOf({ metadata: { generation: 1, deletionTimestamp: '2026-01-01T00:00:00Z' } })).toBe(
      'Terminating',
    )
  })
})
