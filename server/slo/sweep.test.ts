import { expect, it } from '@jest/globals'
import { session } from '../cas/testing/samples.ts'
import { decideSweep } from './sweep.ts'

const begin = Date.UTC(2026, 0, 1)
const hourMs = 3_600_000
const ended = session({ key: 'next', state: { kind: 'ended', reason: 'logout' } })

it.each([
  ['idle for its idle time', session(), undefined, 2 * hourMs, { kind: 'end' }],
  [
    'at its longest life, however much used',
    session({ lastUsedAt: begin + 8 * hourMs - 1 }),
    undefined,
    8 * hourMs,
    { kind: 'end' },
  ],
  [
    'used meanwhile: later, when it would be idle again',
    session({ lastUsedAt: begin + hourMs }),
    undefined,
    2 * hourMs,
    { kind: 'lookAgain', at: begin + 3 * hourMs },
  ],
  [
    'continued by a live one: not before that one',
    session(),
    session({ key: 'next', lastUsedAt: begin + hourMs }),
    2 * hourMs,
    { kind: 'lookAgain', at: begin + 3 * hourMs },
  ],
  [
    'continued by one that has ended',
    session({ lastUsedAt: begin + hourMs }),
    ended,
    2 * hourMs,
    { kind: 'end' },
  ],
  [
    'continued by one that is gone',
    session({ lastUsedAt: begin + hourMs }),
    'gone' as const,
    2 * hourMs,
    { kind: 'end' },
  ],
])('a session %s', (_what, found, successor, afterMs, decision) => {
  expect(decideSweep({ session: found, successor }, begin + afterMs)).toEqual(decision)
})
