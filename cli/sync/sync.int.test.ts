/** `caspool sync` between directories, with the real rsync. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { rsyncUnavailable } from '../../tools/rsync/programs.ts'
import { until } from '../../tools/system/ports.ts'
import { contents, definition, killQuietly, largeDefinitions, Workplace } from './testing/sync-command.ts'

jest.setTimeout(120_000)
let place: Workplace
let src: string
let dst: string

beforeEach(async () => {
  const missing = await rsyncUnavailable()
  if (missing !== undefined) throw new Error(missing)
  place = await Workplace.make()
  ;[src, dst] = [place.path('src'), place.path('dst')]
})

afterEach(() => place.remove())

const odd = {
  'with blanks-1.json': definition(1),
  'new\nline-2.json': definition(2),
  '-n-3.json': definition(3),
  'cas-client/*;$(touch x)-4.JSON': definition(4),
  "quote's-5.yml":
    '--- !<org.apereo.cas.services.CasRegisteredService>\nserviceId: ^https://five\\.example\\.org/.*\nname: five\nid: 5\n',
}

it('brings definitions whatever their files are called, and nothing else', async () => {
  await place.write('src', {
    ...odd,
    'README.md': 'x',
    '.hidden-9.json': 'x',
    '.git/config.json': 'x',
    'empty/x.txt': '',
  })
  const { status, stdout } = await place.sync(src, dst)
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^5 new, 0 changed, 0 deleted, of 5 files/),
  })
  expect(await contents(dst)).toEqual(odd)
  expect(existsSync(`${dst}/empty`)).toBe(false)
})

it('sends no file whose name is not UTF-8, unless nothing is asked, and says which it is', async () => {
  await place.write('src', { 'a-1.json': definition(1) })
  await writeFile(Buffer.from(`${src}/b\xff-2.json`, 'latin1'), definition(2))
  const { status, stderr } = await place.sync(src, dst)
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(
      /^\S*\/src\/b\\xff-2\.json:1: has a name that is not UTF-8.*\nnothing was sent/,
    ),
  })
  expect((await place.sync(src, dst, '--check', 'none')).status).toBe(0)
})

it('tells what is wrong in files without control characters of their names and text', async () => {
  const hostile = {
    '@class': 'org.apereo.cas.services.No\x1b[2J',
    serviceId: '^https://a/.*',
    name: 'a',
    id: 1,
  }
  await place.write('src', { 'a\x1b]0;x\x07\n-1.json': JSON.stringify(hostile) })
  const { status, stdout, stderr } = await place.sync(src, dst)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toContain('a\\u{1b}]0;x\\u{7}\\u{a}-1.json:')
  expect(stderr).not.toMatch(/(?!\n)\p{Cc}/u)
})

it('brings files of all kinds where that is asked for', async () => {
  const all = { 'README.md': 'x', '.hidden/x': 'y', 'a-1.json': definition(1) }
  await place.write('src', all)
  expect((await place.sync(src, dst, '--all')).status).toBe(0)
  expect(await contents(dst)).toEqual(all)
})

it('follows the links that a ConfigMap is made of', async () => {
  await place.write('src', { '..1/a-1.json': definition(1) })
  await symlink('..1', `${src}/..data`)
  await symlink('..data/a-1.json', `${src}/a-1.json`)
  expect((await place.sync(src, dst)).status).toBe(0)
  expect(await contents(dst)).toEqual({ 'a-1.json': definition(1) })
})

it('notices an edit that leaves size and time as they were', async () => {
  const [before, after] = [definition(1, 'a'), definition(1, 'b')]
  const at = new Date(1_700_000_000_000)
  await place.write('src', { 'a-1.json': before })
  await utimes(`${src}/a-1.json`, at, at)
  await place.sync(src, dst)
  await place.write('src', { 'a-1.json': after })
  await utimes(`${src}/a-1.json`, at, at)
  const { stdout } = await place.sync(src, dst)
  expect(stdout).toMatch(/^0 new, 1 changed/)
  expect(await contents(dst)).toEqual({ 'a-1.json': after })
})

it('changes nothing in a dry run, and says what it would change', async () => {
  await place.write('src', { 'a-1.json': definition(1, 'new'), 'Bürger-2.json': definition(2) })
  await place.write('dst', { 'a-1.json': definition(1), 'c-3.json': definition(3) })
  const before = [await contents(src), await contents(dst), await contents(place.path('state'))]
  const { status, stdout } = await place.sync(src, dst, '--dry-run', '--delete')
  expect(status).toBe(0)
  expect(stdout.split('\n').toSorted()).toEqual([
    '',
    'changed  a-1.json',
    'deleted  c-3.json',
    'new      Bürger-2.json',
    'would be: 1 new, 1 changed, 1 deleted',
  ])
  expect([await contents(src), await contents(dst), await contents(place.path('state'))]).toEqual(before)
})

it('copies no directory into itself, whether the destination is there or not and whatever links lead to it', async () => {
  await place.write('src', { 'a-1.json': definition(1) })
  await symlink('src', place.path('link'))
  for (const into of ['src/in', 'src/in/deeper', 'link/in', 'link', 'src']) {
    expect(await place.sync(src, place.path(into))).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('are the same directory, or one is in the other'),
    })
  }
  expect(await contents(place.root)).toEqual({ 'src/a-1.json': definition(1), ...(await stateFiles()) })
})

it('deletes only when told to, and only definitions', async () => {
  await place.write('src', { 'a-1.json': definition(1) })
  await place.write('dst', { 'b-2.json': definition(2), 'README.md': 'x' })
  await place.sync(src, dst)
  expect(Object.keys(await contents(dst)).toSorted()).toEqual(['README.md', 'a-1.json', 'b-2.json'])
  const { stdout } = await place.sync(src, dst, '--delete')
  expect(stdout).toMatch(/^0 new, 0 changed, 1 deleted/)
  expect(Object.keys(await contents(dst)).toSorted()).toEqual(['README.md', 'a-1.json'])
})

it('refuses to empty the destination from an empty, missing or half-readable source', async () => {
  await place.write('dst', { 'a-1.json': definition(1) })
  const missing = await place.sync(src, dst, '--delete')
  expect(missing).toMatchObject({ status: 3, stderr: expect.stringContaining(`SRC ${src} is no directory`) })
  await mkdir(src)
  const empty = await place.sync(src, dst, '--delete')
  expect(empty).toMatchObject({
    status: 5,
    stderr: expect.stringContaining('--delete would empty the destination'),
  })
  await place.write('src', { 'README.md': 'x', '.git/b-2.json': definition(2) })
  expect(await place.sync(src, dst, '--delete', '--all')).toEqual(empty)
  await place.write('src', { 'b-2.json': definition(2) })
  await symlink('nowhere', `${src}/c-3.json`)
  const half = await place.sync(src, dst, '--delete')
  expect(half).toMatchObject({ status: 3, stderr: expect.stringContaining('c-3.json') })
  expect(await contents(dst)).toEqual({ 'a-1.json': definition(1) })
})

it('takes a link that leads nowhere for a folder that cannot be read, whatever it is called', async () => {
  await place.write('dst', { 'a-1.json': definition(1), 'team-a/b-2.json': definition(2) })
  await place.write('src', { 'a-1.json': definition(1, 'new') })
  await symlink('gone', `${src}/.hidden`)
  for (const [link, target] of [
    ['team-a', place.path('unmounted')],
    ['team', 'team'],
    ['in/team.d', '../a-1.json/x'],
  ] as const) {
    await mkdir(`${src}/in`, { recursive: true })
    await symlink(target, `${src}/${link}`)
    for (const options of [['--delete'], [], ['--delete', '--dry-run'], ['--delete', '--all']]) {
      expect(await place.sync(src, dst, ...options)).toMatchObject({
        status: 3,
        stdout: '',
        stderr: expect.stringContaining(`${src}/${link}`),
      })
    }
    await rm(`${src}/${link}`)
  }
  expect(Object.keys(await contents(dst)).toSorted()).toEqual(['a-1.json', 'team-a/b-2.json'])
  await rm(`${src}/.hidden`)
  expect((await place.sync(src, dst, '--delete')).status).toBe(0)
})

it('refuses a run that would delete many files, unless it was told how many', async () => {
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a-${i}.json`, definition(i)]))
  await place.write('dst', many)
  await place.write('src', { 'a-1.json': definition(1) })
  const { status, stderr } = await place.sync(src, dst, '--delete')
  expect({ status, stderr }).toEqual({
    status: 5,
    stderr: 'refused: 19 of 20 files would be deleted: if that is meant, --max-delete 19 lets it happen\n',
  })
  expect((await place.sync(src, dst, '--delete', '--max-delete', '18')).status).toBe(5)
  const dry = await place.sync(src, dst, '-n', '--delete')
  expect(dry).toEqual({
    status: 5,
    stdout: '',
    stderr: expect.stringMatching(/^(deleted {2}a-.*\n){19}refused: /),
  })
  expect(await contents(dst)).toEqual(many)
  expect((await place.sync(src, dst, '--delete', '--max-delete', '19')).status).toBe(0)
})

it('sends nothing while a definition has an error, and names file and line', async () => {
  await place.write('src', { 'good-1.json': definition(1), 'bad-2.json': '{\n  "@class": \n' })
  const { status, stderr } = await place.sync(src, dst)
  expect(status).toBe(1)
  expect(stderr).toContain(`${src}/bad-2.json:`)
  expect(await contents(dst)).toEqual({})
  expect((await place.sync(src, dst, '--no-lint')).status).toBe(0)
})

it('sends what only an Apereo CAS serves where syntax alone is asked for, and nothing that no server can read', async () => {
  const saml = {
    '@class': 'org.apereo.cas.support.saml.services.SamlRegisteredService',
    serviceId: 'urn:example:sp',
    name: 'sp',
    id: 1,
    metadataLocation: '/etc/cas/saml/sp.xml',
  }
  const files = { 'sp-1.json': JSON.stringify(saml), 'app-2.json': definition(2) }
  await place.write('src', files)
  expect(await place.sync(src, dst)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('(--check syntax or none asks less of them)'),
  })
  expect((await place.sync(src, dst, '--check', 'syntax')).status).toBe(0)
  expect(await contents(dst)).toEqual(files)
  await place.write('src', { 'app-2.json': definition(2, 'edited'), 'b-3.json': '{ "name": "b" }' })
  const { status, stderr } = await place.sync(src, dst, '--check', 'syntax')
  expect(status).toBe(1)
  expect(stderr.split('\n')).toEqual([
    `${src}/b-3.json:1: @class: is missing: every definition names its class`,
    `${src}/b-3.json:1: id: every definition needs a whole number of its own`,
    'nothing was sent: 2 errors in definitions (--check none asks nothing of them)',
    '',
  ])
  expect(await contents(dst)).toEqual(files)
})

it('leaves the destination as it was when it is killed while it reads, and goes on at the next run', async () => {
  const [before, after] = [largeDefinitions(30, 'old'), largeDefinitions(30, 'new')]
  await place.write('src', after)
  await place.write('dst', before)
  const started = place.start(src, dst, '--delete', '--bwlimit', '50')
  await until('a part to arrive', async () => (await snapshotSize()) >= 2)
  await started.kill()
  expect(await contents(dst)).toEqual(before)
  expect((await place.sync(src, dst, '--delete')).status).toBe(0)
  expect(await contents(dst)).toEqual(after)
})

it('finishes a switch that was killed in the middle, although the source is gone', async () => {
  const [before, after] = [largeDefinitions(30, 'old'), largeDefinitions(30, 'new')]
  await place.write('src', after)
  await place.write('dst', { ...before, 'gone-99.json': definition(99) })
  const slow = await place.wrapper(
    'slow',
    `case "$*" in *--dry-run*) ;; *" ${dst}/") exec ${'$'}0.real --bwlimit=50 "$@";; esac`,
  )
  await place.wrapper('slow.real', '')
  const started = place.start('--rsync', slow, src, dst, '--delete')
  const mixed = await until('the switch to be half done', async () => {
    const now = await contents(dst)
    return Object.keys(after).some((name) => now[name] === after[name]) && now
  })
  await started.kill()
  const broken = await contents(dst)
  for (const [name, text] of Object.entries(after)) expect([before[name], text]).toContain(broken[name])
  expect(Object.keys(mixed)).toContain('gone-99.json')
  expect(broken['app29-29.json']).toBe(before['app29-29.json'])
  await rename(src, `${src}.away`)
  expect((await place.sync(src, dst, '--delete')).status).toBe(3)
  expect(withoutTemporary(await contents(dst))).toEqual(after)
})

it.each(['SIGTERM', 'SIGINT'] as const)('stops on %s before the destination is touched', async (signal) => {
  await place.write('src', largeDefinitions(30, 'new'))
  const started = place.start(src, dst, '--bwlimit', '50')
  await until('a part to arrive', async () => (await snapshotSize()) >= 1)
  started.signal(signal)
  const { status, stderr } = await started.end
  expect(status).toBe(signal === 'SIGTERM' ? 143 : 130)
  expect(stderr).toBe('stopped before the destination was touched\n')
  expect(await contents(dst)).toEqual({})
})

it('runs once at a time into a destination, and counts an rsync that outlives its command', async () => {
  await place.write('src', { 'a-1.json': definition(1) })
  const stuck = await place.wrapper('stuck', 'case "$*" in --version) ;; *) exec sleep 300;; esac')
  const first = place.start('--rsync', stuck, src, dst)
  await until('the first to work', async () => first.has('sleep'))
  const taken = {
    status: 4,
    stderr: expect.stringMatching(/^another run into this destination .* \(process \d+ since 2/),
  }
  expect(await place.sync(src, dst)).toMatchObject(taken)
  const left = await first.killAlone()
  try {
    expect(await place.sync(src, dst)).toMatchObject(taken)
  } finally {
    for (const pid of left) killQuietly(pid)
  }
  await until('the lock to be free', async () => (await place.sync(src, dst)).status === 0)
  expect(await contents(dst)).toEqual({ 'a-1.json': definition(1) })
})

it('runs once at a time into a destination whatever links lead to it, also before it is there', async () => {
  await place.write('src', { 'a-1.json': definition(1) })
  await mkdir(place.path('real'))
  await symlink('real', place.path('link'))
  const stuck = await place.wrapper('stuck', 'case "$*" in --version) ;; *) exec sleep 300;; esac')
  const first = place.start('--rsync', stuck, src, place.path('real/dst'))
  await until('the first to work', async () => first.has('sleep'))
  expect((await place.sync(src, place.path('link/dst'))).status).toBe(4)
  await mkdir(place.path('real/dst'))
  await symlink('real/dst', place.path('other'))
  expect((await place.sync(src, place.path('other'))).status).toBe(4)
  await first.kill()
})

it('runs again and again, survives runs that fail, and ends well when it is told to', async () => {
  await place.write('src', { 'a-1.json': definition(1) })
  const metrics = place.path('sync.prom')
  const started = place.start(src, dst, '--every', '50ms', '--metrics-file', metrics)
  await until('the first run', async () => started.stdout.includes('1 new'))
  await until('metrics', async () => existsSync(metrics))
  await rename(src, `${src}.away`)
  await until('a run that fails', async () => started.stderr.includes('is no directory'))
  await until('its metric', async () => exitStatus() === '3')
  const text = readFileSync(metrics, 'utf8')
  expect(text).toMatch(/^caspool_sync_last_success_timestamp_seconds\{source=".*",destination=".*"\} \d{10}/m)
  await rename(`${src}.away`, src)
  await writeFile(`${src}/b-2.json`, definition(2))
  await until('the edit', async () => existsSync(`${dst}/b-2.json`))
  await until('a good metric', async () => exitStatus() === '0')
  started.signal('SIGTERM')
  expect((await started.end).status).toBe(0)

  function exitStatus(): string | undefined {
    return /^caspool_sync_exit_status\{.*\} (\d+)$/m.exec(readFileSync(metrics, 'utf8'))?.[1]
  }
})

it('shows progress where that is asked for', async () => {
  await place.write('src', largeDefinitions(10, 'new'))
  const { stderr } = await place.sync(src, dst, '--progress')
  expect(stderr).toMatch(/100%/)
})

it('says what to install where rsync is missing or too old', async () => {
  await place.write('src', { 'a-1.json': definition(1) })
  const missing = await place.sync('--rsync', place.path('none'), src, dst)
  expect(missing).toMatchObject({ status: 3, stderr: expect.stringContaining('install rsync 3.1 or later') })
  const old = await place.wrapper('old', 'echo "rsync  version 2.6.9  protocol version 29"; exit 0')
  expect((await place.sync('--rsync', old, src, dst)).stderr).toContain('is version 2.6')
  await rm(old)
})

async function stateFiles(): Promise<Record<string, string>> {
  const files = Object.entries(await contents(place.path('state')))
  return Object.fromEntries(files.map(([name, text]) => [`state/${name}`, text]))
}

async function snapshotSize(): Promise<number> {
  const state = await contents(place.path('state'))
  return Object.keys(state).filter((name) => /snapshot\/app\d+-\d+\.json$/.test(name)).length
}

/** What a killed rsync leaves is hidden, and read by nobody. */
function withoutTemporary(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith('.')))
}
