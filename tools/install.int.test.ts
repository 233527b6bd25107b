/** The first calls in a fresh clone, several at a time, with an npm that notices when it is not alone. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { findProgram } from './system/command.ts'

/** Takes a while, ends with an error when another one is at work, and writes down that it ran. */
const npm = `#!/usr/bin/env bash
mkdir busy || { echo "two at a time" >&2; exit 1; }
rm -rf node_modules/*
sleep 0.5
mkdir -p node_modules
echo "$*" >>npm.log
rmdir busy
`
const programs = ['bash', 'env', 'dirname', 'mkdir', 'rmdir', 'rm', 'sleep', 'touch', 'ln', 'readlink']

let tree: string
let path: string
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'caspool-install-'))
  path = join(tree, 'bin')
  mkdirSync(path)
  mkdirSync(join(tree, 'tools'))
  copyFileSync(join(import.meta.dirname, 'install'), join(tree, 'tools/install'))
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) writeFileSync(join(tree, file), '')
  writeFileSync(join(path, 'npm'), npm, { mode: 0o755 })
  for (const name of programs) symlinkSync(findProgram(name) ?? name, join(path, name))
})
afterEach(() => rmSync(tree, { recursive: true }))

async function install(): Promise<{ status: number; errors: string }> {
  const child = spawn(join(tree, 'tools/install'), {
    env: { PATH: path },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [errors, [status]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { status, errors }
}

const runs = (): number => readFileSync(join(tree, 'npm.log'), 'utf8').trim().split('\n').length

describe.each([
  ['with flock', ['flock']],
  ['without flock', []],
] as const)('the packages, %s', (_how, more) => {
  beforeEach(() => {
    for (const name of more) symlinkSync(findProgram(name) ?? name, join(path, name))
  })

  it('leave those of another tree alone, where node_modules is a link to them', async () => {
    const theirs = join(tree, 'theirs')
    mkdirSync(theirs)
    writeFileSync(join(theirs, 'package'), '')
    symlinkSync(theirs, join(tree, 'node_modules'))
    expect((await install()).status).toBe(0)
    expect(existsSync(join(theirs, 'package'))).toBe(true)
    expect(existsSync(join(theirs, '.installed'))).toBe(false)
  })

  it('are installed once by calls at the same time, and all of them find the packages', async () => {
    const answers = await Promise.all([install(), install(), install()])
    expect(answers.map(({ status }) => status)).toEqual([0, 0, 0])
    expect(runs()).toBe(1)
    expect(existsSync(join(tree, 'node_modules/.installed'))).toBe(true)
  })

  it('are not installed again until package.json changes', async () => {
    await install()
    await install()
    expect(runs()).toBe(1)
    const later = new Date('2100-01-01')
    utimesSync(join(tree, 'package.json'), later, later)
    await install()
    expect(runs()).toBe(2)
  })

  it('are installed although somebody was killed while at it', async () => {
    symlinkSync('999999999', join(tree, '.install.lock'))
    if (more.length > 0) rmSync(join(tree, '.install.lock'))
    expect((await install()).status).toBe(0)
    expect(runs()).toBe(1)
  })
})

describe('caspool', () => {
  const packages = () => join(tree, 'node_modules/.package-lock.json')
  beforeEach(() => {
    copyFileSync(join(import.meta.dirname, '../caspool'), join(tree, 'caspool'))
    writeFileSync(join(path, 'node'), '#!/usr/bin/env bash\necho "node $*"\n', { mode: 0o755 })
    writeFileSync(join(path, 'npm'), `${npm}touch node_modules/.package-lock.json\n`)
  })

  async function caspool(user: { uid?: number; gid?: number } = {}) {
    const child = spawn(join(tree, 'caspool'), ['lint', 'a b'], {
      ...user,
      env: { PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const streams = [text(child.stdout), text(child.stderr), once(child, 'close')] as const
    const [output, errors, [status]] = await Promise.all(streams)
    return { status, output, errors }
  }
  const ran = () => ({ status: 0, output: `node ${join(tree, 'cli/main.ts')} lint a b\n` })

  it('installs the packages at its first call only, and again when others are locked', async () => {
    expect(await caspool()).toMatchObject(ran())
    expect(await caspool()).toEqual({ ...ran(), errors: '' })
    expect(runs()).toBe(1)
    const later = new Date('2100-01-01')
    for (const file of ['package.json', 'package-lock.json']) utimesSync(join(tree, file), later, later)
    expect(await caspool()).toMatchObject(ran())
    expect(runs()).toBe(2)
  })

  it('takes packages that npm ci has installed, whoever did', async () => {
    mkdirSync(join(tree, 'node_modules'))
    writeFileSync(packages(), '{}')
    expect(await caspool()).toEqual({ ...ran(), errors: '' })
    expect(existsSync(join(tree, 'npm.log'))).toBe(false)
  })

  it('installs nothing in a tree of others: it runs what is there, or says what is missing', async () => {
    // Nothing is closed to a superuser.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    chmodSync(tree, 0o555)
    try {
      const missing = { status: 2, output: '', errors: expect.stringContaining('there are no packages') }
      expect(await caspool(user)).toEqual(missing)
      chmodSync(tree, 0o755)
      mkdirSync(join(tree, 'node_modules'))
      writeFileSync(packages(), '{}')
      const earlier = new Date('2000-01-01')
      utimesSync(packages(), earlier, earlier)
      chmodSync(tree, 0o555)
      expect(await caspool(user)).toEqual({ ...ran(), errors: expect.stringContaining('run npm ci there') })
    } finally {
      chmodSync(tree, 0o755)
    }
  })
})
