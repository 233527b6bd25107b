import { expect, it } from '@jest/globals'
import { UsageError } from '../usage.ts'
import { help } from './help.ts'
import { parseSettings } from './settings.ts'

it('deletes nothing, checks everything and runs once unless it is told otherwise', () => {
  expect(parseSettings(['a', 'b'])).toMatchObject({
    everyMs: undefined,
    isDryRun: false,
    deletes: false,
    check: 'full',
    all: false,
    transport: { rsync: 'rsync', remoteRsync: 'rsync', sshOptions: [], timeoutSeconds: 60 },
  })
})

it('waits up to a tenth longer between runs unless it is told otherwise', () => {
  expect(parseSettings(['a', 'b', '--every', '5m'])).toMatchObject({ everyMs: 300_000, jitterMs: 30_000 })
  expect(parseSettings(['a', 'b', '--every', '30s', '--jitter', '0'])).toMatchObject({ jitterMs: 0 })
  expect(parseSettings(['a', 'b', '--every', '1h', '--jitter', '2s'])).toMatchObject({ jitterMs: 2000 })
})

it.each([
  [['--check', 'syntax'], 'syntax'],
  [['--check', 'none'], 'none'],
  [['--no-lint'], 'none'],
] as const)('asks less of definitions where it is told so: %j', (args, check) => {
  expect(parseSettings(['a', 'b', ...args])).toMatchObject({ check })
})

it.each([
  [['a'], 'name a source and a destination'],
  [['a', 'b', 'c'], 'name a source and a destination'],
  [['a:/b', 'c:/d'], 'cannot both be remote'],
  [['a', 'b', '--every', '30'], '--every takes a time'],
  [['a', 'b', '--every', '0s'], '--every takes a time'],
  [['a', 'b', '--every', '25d'], '--every takes a time'],
  [['a', 'b', '--jitter', '1s'], '--jitter goes with --every'],
  [['a', 'b', '--max-delete', '1'], '--max-delete goes with --delete'],
  [['a', 'b', '--check', 'half'], '--check takes full, syntax or none'],
  [['a', 'b', '--check', 'full', '--no-lint'], '--no-lint is --check none'],
  [['a', 'b', '--delete', '--max-delete', '-1'], 'max-delete'],
  [['a', 'b', '--port', '0'], 'a port is'],
  [['a', 'b', '--timeout', '0'], '--timeout takes'],
  [['a', 'b', '--bwlimit', 'fast'], '--bwlimit takes'],
  [['a', 'b', '--metrics-file', 'x.txt'], 'end in .prom'],
  [['a', 'b', '--sudo'], 'there is no option --sudo'],
  [['a', 'b', '--delet'], 'did you mean --delete?'],
])('refuses %j: %s', (args, why) => {
  expect(() => parseSettings(args)).toThrow(UsageError)
  expect(() => parseSettings(args)).toThrow(why)
})

it('tells every option in its help', () => {
  const told = [...help.matchAll(/--([a-z][a-z-]+)/g)].map(([, name]) => name)
  for (const name of [
    'every',
    'jitter',
    'dry-run',
    'progress',
    'delete',
    'max-delete',
    'check',
    'no-lint',
    'all',
    'port',
  ])
    expect(told).toContain(name)
  for (const name of [
    'identity',
    'ssh-option',
    'bwlimit',
    'timeout',
    'rsync',
    'rsync-path',
    'state',
    'metrics-file',
  ])
    expect(told).toContain(name)
})
