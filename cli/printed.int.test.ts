/** What commands print of names, keys and locations that somebody else has chosen, or mistyped. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'

jest.setTimeout(60_000)
const main = resolve(import.meta.dirname, 'main.ts')
const escapes = '\x1b]0;owned\x07\x1b[2J\u202e'
const type = 'org.apereo.cas.services'
let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'caspool-printed-'))
  mkdirSync(join(home, 'src'))
  const hostile = { '@class': `${type}.No${escapes}`, serviceId: '^https://a/.*', name: 'a', id: 1 }
  writeFileSync(join(home, `src/a${escapes}-1.json`), JSON.stringify(hostile))
  writeFileSync(join(home, `src/b${escapes}-2.json`), `{"a${escapes}": {]`)
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

function caspool(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: home,
    encoding: 'utf8',
  })
  return { status, stdout, stderr, printed: `${stdout}${stderr}` }
}

it.each([
  [['lint', 'src']],
  [['lint', 'src', '--format', 'json']],
  [['lint', 'src', '--format', 'github']],
  [['diff', 'src', 'mongodb://127.0.0.1:1/']],
  [['match', 'https://a/', 'src']],
  [['import', 'src', '--cluster', 'sso']],
  [['config', 'explain', `cas.${escapes}`]],
  [['lint', `missing${escapes}`]],
  [[`no${escapes}`]],
])('%p sends no control character to the terminal', (args) => {
  const { printed, status } = caspool(...args)
  expect(status).not.toBe(0)
  expect(printed).toMatch(/1b/)
  expect(printed).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
})

it.each([
  ' mongodb://someone:secret@127.0.0.1:1/cas',
  'mongodb:/someone:secret@127.0.0.1/cas',
  'mongodb//someone:secret@127.0.0.1/cas',
  '"mongodb://someone:secret@127.0.0.1/cas"',
  'mongo://someone:secret@127.0.0.1/cas',
  'someone:secret@127.0.0.1/cas',
  'mongodb://someone:se/cret@127.0.0.1/cas',
  'mongodb://someone:s@secret@127.0.0.1/cas',
  'mongodb://someone:secret@127.0.0.1:x/cas',
])('refuses %p without a word of its user and password', (location) => {
  for (const args of [
    ['lint', location],
    ['match', 'https://a/', location],
    ['diff', location, location],
    ['export', location, '--output', 'out'],
    ['config', 'explain', location],
    ['sync', location, 'dst'],
  ]) {
    const { printed, status } = caspool(...args)
    expect(status).not.toBe(0)
    expect([args[0], printed]).toEqual([args[0], expect.not.stringMatching(/someone|secret|cret/)])
  }
})

it('says how a connection string begins', () => {
  expect(caspool('lint', 'mongodb:/someone:secret@127.0.0.1/cas')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('no connection string: that is mongodb://'),
  })
})
