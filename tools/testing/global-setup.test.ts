import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { runsIntegrationTests } from './global-setup.ts'

let rootDir: string
beforeAll(() => {
  rootDir = mkdtempSync(join(tmpdir(), 'caspool-setup-'))
  for (const file of ['server/a.test.ts', 'server/a.int.test.ts', 'node_modules/b.int.test.ts']) {
    mkdirSync(join(rootDir, file, '..'), { recursive: true })
    writeFileSync(join(rootDir, file), '')
  }
})
afterAll(() => rmSync(rootDir, { recursive: true, force: true }))

const runs = (patterns: string[], ignored: string[] = []) =>
  runsIntegrationTests({ rootDir, testPathPatterns: { patterns } }, { testPathIgnorePatterns: ignored })

it.each([
  ['a run of all tests', [], []],
  ['a run that names an integration test', ['server/a.int'], []],
  ['a run of a folder that holds one', ['server'], []],
])('%s gets a database', (_, patterns, ignored) => {
  expect(runs(patterns, ignored)).toBe(true)
})

it.each([
  ['a run of unit tests', [], ['\\.int\\.test\\.ts$']],
  ['a run of one unit test', ['server/a.test'], []],
  ['a run that selects nothing', ['operator'], []],
])('%s starts no database', (_, patterns, ignored) => {
  expect(runs(patterns, ignored)).toBe(false)
})
