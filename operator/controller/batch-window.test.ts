import { expect, it } from '@jest/globals'
import { windowAfter } from './batch-window.ts'

const quiet = { now: 1000, lastAt: Number.NEGATIVE_INFINITY, isRush: false }
const busy = { now: 1010, lastAt: 1000, isRush: false }
const rush = { ...busy, isRush: true }

it('writes an edit on a quiet registry in a breath', () => {
  expect(windowAfter(undefined, 'inPlace', quiet).dueAt - quiet.now).toBeLessThanOrEqual(10)
})

it('puts edits together that follow a batch closely', () => {
  expect(windowAfter(undefined, 'inPlace', busy).dueAt).toBe(1050)
})

it('puts more of them together in a rush, halves too, until it pauses', () => {
  for (const change of ['inPlace', 'half'] as const) {
    const first = windowAfter(undefined, change, rush)
    expect(first.dueAt).toBe(1110)
    expect(windowAfter(first, change, { ...rush, now: 1080 }).dueAt).toBe(1180)
  }
})

it('writes what came in a rush that does not pause, halves too', () => {
  for (const change of ['inPlace', 'half'] as const) {
    let window = windowAfter(undefined, change, rush)
    for (let now = 1020; now < window.dueAt; now += 10) window = windowAfter(window, change, { ...rush, now })
    expect(window.dueAt).toBe(2000)
  }
})

it('waits in a rush too for the other half of what came at its end', () => {
  const edit = windowAfter(undefined, 'inPlace', { ...rush, now: 1950 })
  expect(edit.dueAt).toBe(2000)
  const half = windowAfter(edit, 'half', { ...rush, now: 1990 })
  expect(half.dueAt).toBe(2090)
  expect(windowAfter(half, 'half', { ...rush, now: 2050 }).dueAt).toBe(2090)
})

it('lets more edits wait with the first, not longer', () => {
  const first = windowAfter(undefined, 'inPlace', busy)
  expect(windowAfter(first, 'inPlace', { ...busy, now: 1040 })).toBe(first)
})

it('waits for the other half of a rename or of exchanged orders, whatever else is edited meanwhile', () => {
  const half = windowAfter(undefined, 'half', quiet)
  expect(half.dueAt).toBe(1100)
  expect(windowAfter(half, 'inPlace', { ...quiet, now: 1020 })).toBe(half)
  expect(windowAfter(half, 'half', { ...quiet, now: 1090 })).toBe(half)
})

it('keeps an edit back that would take half of a rename with it', () => {
  const edit = windowAfter(undefined, 'inPlace', quiet)
  expect(windowAfter(edit, 'half', { ...quiet, now: 1002 }).dueAt).toBe(1102)
})
