import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { lastSentence, lastWords } from './last-words.ts'

it.each([
  ['a plain line', 'first\nCASPOOL_PORT must be a number\n', 'CASPOOL_PORT must be a number'],
  ['the message of a JSON line', '{"level":"error","msg":"cannot start"}\n', 'cannot start'],
  [
    'message and reason',
    '{"msg":"no registry","err":{"message":"not authorized"}}\n',
    'no registry: not authorized',
  ],
  [
    'the error of a trace, not where it was thrown',
    "Error: Cannot find module 'x'\n    at load (a.js:1:1)\n\nNode.js v24.0.0\n",
    "Error: Cannot find module 'x'",
  ],
  ['no colours or other control characters', '\u001b[31mred\u001b[0m\n', '[31mred [0m'],
  [
    'trouble, also when something went well after it',
    '{"level":"error","msg":"registry was not taken over","reason":"bad _id"}\n{"level":"info","msg":"primary was found"}\n',
    'registry was not taken over: bad _id',
  ],
  ['what went well, where there was no trouble', '{"level":"info","msg":"listening"}\n', 'listening'],
  ['nothing', '', ''],
])('a log ends in %s', (_what, log, sentence) => {
  expect(lastSentence(log)).toBe(sentence)
})

it('is of bounded length', () => {
  expect(lastSentence('x'.repeat(10_000)).length).toBeLessThan(500)
})

it('what an earlier run wrote is not told', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'caspool-log-'))
  const log = join(directory, 'server.log')
  await writeFile(log, 'of yesterday\n')
  expect(await lastWords(log, 0)).toBe('of yesterday')
  expect(await lastWords(log, 'of yesterday\n'.length)).toBe('')
  expect(await lastWords(join(directory, 'none'), 0)).toBe('')
  await rm(directory, { recursive: true })
})
