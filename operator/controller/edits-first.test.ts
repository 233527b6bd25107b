import { expect, it } from '@jest/globals'
import { FixedClock } from '../../common/clock.ts'
import { EditsFirst } from './edits-first.ts'
import { Rush } from './rush.ts'

it('takes ten changes within half a second for a rush, until they have become rare', () => {
  const rush = new Rush()
  for (let i = 0; i < 9; i++) rush.note(i * 50)
  expect(rush.isOn(400)).toBe(false)
  rush.note(450)
  expect(rush.isOn(450)).toBe(true)
  expect(rush.isOn(501)).toBe(false)
  rush.note(510)
  expect(rush.isOn(510)).toBe(true)
})

it('never takes edits for a rush that follow each other as those of a person do', () => {
  const rush = new Rush()
  for (let now = 0; now < 10_000; now += 100) {
    rush.note(now)
    expect(rush.isOn(now)).toBe(false)
  }
})

it('holds statuses back during a rush, for thirty seconds at most, then lets them through one by one', () => {
  const clock = new FixedClock()
  let isRush = true
  const edits = new EditsFirst(clock, () => isRush)
  expect(edits.lanes('sso')).toBe(0)
  clock.advanceMs(29_999)
  expect(edits.lanes('sso')).toBe(0)
  clock.advanceMs(1)
  expect(edits.lanes('sso')).toBe(1)
  expect(edits.lanes('sso')).toBe(1)
  expect(edits.lanes('other')).toBe(0)
  isRush = false
  expect(edits.lanes('sso')).toBe(4)
})

it('holds no longer because a rush pauses, until all statuses are written', () => {
  const clock = new FixedClock()
  let isRush = true
  const edits = new EditsFirst(clock, () => isRush)
  for (let second = 0; second < 30; second++) {
    isRush = true
    expect(edits.lanes('sso')).toBe(0)
    isRush = false
    expect(edits.lanes('sso')).toBe(4)
    clock.advanceMs(1_000)
  }
  isRush = true
  expect(edits.lanes('sso')).toBe(1)
  edits.caughtUp('sso')
  expect(edits.lanes('sso')).toBe(0)
})

it('counts a rush from its own beginning', () => {
  const clock = new FixedClock()
  let isRush = true
  const edits = new EditsFirst(clock, () => isRush)
  expect(edits.lanes('sso')).toBe(0)
  isRush = false
  edits.caughtUp('sso')
  clock.advanceMs(60_000)
  isRush = true
  expect(edits.lanes('sso')).toBe(0)
})
