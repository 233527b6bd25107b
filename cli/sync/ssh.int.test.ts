/** `caspool sync` to and from another host: a real sshd on the loopback interface. */
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, symlink } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { findRsync } from '../../tools/rsync/programs.ts'
import { until } from '../../tools/system/ports.ts'
import { remoteHost } from './testing/ssh.ts'
import { contents, definition, largeDefinitions, Workplace } from './testing/sync-command.ts'

jest.setTimeout(120_000)
const host = remoteHost()
let place: Workplace
let src: string
let dst: string

beforeEach(async () => {
  place = await Workplace.make()
  ;[src, dst] = [place.path('src'), place.path('dst')]
})

afterEach(() => place.remove())

const ssh = host.reach
const remote = host.at
const odd = {
  'with blanks-1.json': definition(1),
  'new\nline-2.json': definition(2),
  '-e sh-3.json': definition(3),
  "cas-client/$(touch x)'`;*-4.json": definition(4),
}

it('pushes and pulls definitions whatever files and directories are called', async () => {
  const [there, back] = [place.path("it's * $(touch y)"), place.path('back')]
  await place.write('src', { ...odd, 'README.md': 'x' })
  const pushed = await place.sync(...ssh(), src, remote(there))
  expect(pushed).toEqual({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^4 new, 0 changed, 0 deleted/),
  })
  expect(await contents(there)).toEqual(odd)
  expect(await place.sync(...ssh(), remote(there), back)).toMatchObject({ status: 0 })
  expect(await contents(back)).toEqual(odd)
  const again = await place.sync(...ssh(), src, remote(there))
  expect(again).toEqual({ status: 0, stderr: '', stdout: 'up to date: 4 files\n' })
})

it('pushes edits and, when told to, deletes', async () => {
  await place.write('src', { 'a-1.json': definition(1, 'new'), 'b-2.json': definition(2) })
  await place.write('dst', { 'a-1.json': definition(1), 'c-3.json': definition(3), 'README.md': 'x' })
  const { stdout } = await place.sync(...ssh(), '--delete', src, remote(dst))
  expect(stdout).toMatch(/^1 new, 1 changed, 1 deleted, of 2 files/)
  expect(await contents(dst)).toEqual({ ...(await contents(src)), 'README.md': 'x' })
})

it('pulls nothing from where a link leads nowhere, and pushes nothing', async () => {
  await place.write('src', { 'a-1.json': definition(1, 'new') })
  await place.write('dst', { 'a-1.json': definition(1), 'team-a/b-2.json': definition(2) })
  await symlink(place.path('unmounted'), `${src}/team-a`)
  const before = await contents(dst)
  for (const [from, to] of [
    [remote(src), dst],
    [src, remote(dst)],
  ] as const) {
    expect(await place.sync(...ssh(), '--delete', from, to)).toMatchObject({
      status: 3,
      stderr: expect.stringContaining(`symlink has no referent: "${src}/team-a"`),
    })
    expect(await contents(dst)).toEqual(before)
  }
})

it('changes nothing on the other host in a dry run', async () => {
  await place.write('src', { 'a-1.json': definition(1, 'new') })
  await place.write('dst', { 'a-1.json': definition(1), 'c-3.json': definition(3) })
  const before = await contents(place.root)
  const { status, stdout } = await place.sync(...ssh(), '-n', '--delete', src, remote(dst))
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: 'changed  a-1.json\ndeleted  c-3.json\nwould be: 0 new, 1 changed, 1 deleted\n',
  })
  expect(await contents(place.root)).toEqual(before)
})

it('checks what it pulls before the destination changes', async () => {
  await place.write('src', { 'a-1.json': definition(1), 'bad-2.json': '{' })
  await place.write('dst', { 'a-1.json': definition(1, 'old') })
  const { status, stderr } = await place.sync(...ssh(), remote(src), dst)
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringContaining(`${remote(src)}/bad-2.json:`),
  })
  expect(await contents(dst)).toEqual({ 'a-1.json': definition(1, 'old') })
})

it.each(['ssh', 'rsync'])('keeps the last good state when %s is killed while it pushes', async (program) => {
  const [before, after] = [largeDefinitions(30, 'old'), largeDefinitions(30, 'new')]
  await place.write('src', after)
  await place.write('dst', before)
  const started = place.start(...ssh(), '--bwlimit', '50', '--delete', src, remote(dst))
  const stage = place.path('.dst.caspool-sync')
  await until('a part to arrive', async () => Object.keys(await contents(stage)).length >= 2)
  expect(started.killPrograms(program)).toBeGreaterThan(0)
  const { status, stderr } = await started.end
  expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringMatching(/^failed: cannot send to/) })
  expect(await contents(dst)).toEqual(before)
  expect((await place.sync(...ssh(), '--delete', src, remote(dst))).status).toBe(0)
  expect(await contents(dst)).toEqual(after)
})

it('keeps the last good state when ssh is killed while it pulls', async () => {
  const [before, after] = [largeDefinitions(30, 'old'), largeDefinitions(30, 'new')]
  await place.write('src', after)
  await place.write('dst', before)
  const started = place.start(...ssh(), '--bwlimit', '50', remote(src), dst)
  await until('a part to arrive', async () => Object.keys(await contents(place.path('state'))).length >= 3)
  expect(started.killPrograms('ssh')).toBeGreaterThan(0)
  expect(await started.end).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/^failed: cannot read/),
  })
  expect(await contents(dst)).toEqual(before)
  expect((await place.sync(...ssh(), remote(src), dst)).status).toBe(0)
  expect(await contents(dst)).toEqual(after)
})

it('finishes a switch on the other host that broke in the middle, although the source is gone', async () => {
  const [before, after] = [largeDefinitions(30, 'old'), largeDefinitions(30, 'new')]
  await place.write('src', after)
  await place.write('dst', { ...before, 'Bürger-99.json': definition(99) })
  // The switch is the one call that is no server of another rsync.
  const slow = await place.wrapper(
    'slow',
    `case "$*" in *--server*) ;; *) exec ${findRsync()} --bwlimit=50 "$@";; esac`,
  )
  const started = place.start(...ssh(), '--rsync-path', slow, src, remote(dst), '--delete')
  await until('the switch to be half done', async () => {
    const now = await contents(dst)
    return Object.keys(after).some((name) => now[name] === after[name])
  })
  await started.kill()
  // The other side ends by itself when nobody listens any more; nothing can tell it to hurry.
  const broken = await contents(dst)
  for (const [name, text] of Object.entries(after)) expect([before[name], text]).toContain(broken[name])
  await rename(src, `${src}.away`)
  expect((await place.sync(...ssh(), src, remote(dst))).status).toBe(3)
  const visible = Object.entries(await contents(dst)).filter(([name]) => !name.startsWith('.'))
  expect(Object.fromEntries(visible)).toEqual(after)
})

it('finishes no switch on the other host when what was to be brought is not there as it was', async () => {
  const [before, after] = [{ 'a-1.json': definition(1, 'old') }, { 'a-1.json': definition(1, 'new') }]
  const stage = place.path('.dst.caspool-sync')
  // The switch is the one call that is no server of another rsync.
  const broken = await place.wrapper('broken', 'case "$*" in *--server*) ;; *) exit 11;; esac')
  for (const harm of [() => rm(stage, { recursive: true }), () => rm(`${stage}/a-1.json`)]) {
    await place.write('src', after)
    await place.write('dst', before)
    expect((await place.sync(...ssh(), '--rsync-path', broken, src, remote(dst))).status).toBe(3)
    await harm()
    await rename(src, `${src}.away`)
    const { status, stderr } = await place.sync(...ssh(), '--delete', src, remote(dst))
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringMatching(/^the last run broke .*\.dst\.caspool-sync does not hold any more/),
    })
    expect(await contents(dst)).toEqual(before)
    await rename(`${src}.away`, src)
    expect((await place.sync(...ssh(), '--delete', src, remote(dst))).status).toBe(0)
    expect(await contents(dst)).toEqual(after)
  }
})

it('never asks: a key that is not taken and an unknown host end the run with the words of ssh', async () => {
  await place.write('src', { 'a-1.json': definition(1) })
  const { port, identity } = host.server()
  const unknown = await place.sync(
    ...['--port', String(port), '--identity', identity, '-o', 'UserKnownHostsFile=/dev/null'],
    ...['-o', 'GlobalKnownHostsFile=/dev/null', src, remote(dst)],
  )
  expect(unknown).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('Host key verification failed'),
  })
  const refused = await place.sync(
    ...ssh(),
    '--identity',
    place.path('none'),
    '-o',
    'IdentityAgent=none',
    src,
    remote(dst),
  )
  expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining('Permission denied') })
})

it('says what to install where the other host has no rsync, and names a directory that is not there', async () => {
  await place.write('src', { 'a-1.json': definition(1) })
  const none = await place.sync(...ssh(), '--rsync-path', 'no-such-rsync', src, remote(dst))
  expect(none).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('install rsync 3.1 or later there'),
  })
  const missing = await place.sync(...ssh(), remote(place.path('none')), dst)
  expect(missing).toMatchObject({ status: 3, stderr: expect.stringContaining('No such file or directory') })
  await mkdir(place.path('none'))
  const empty = await place.sync(...ssh(), '--delete', remote(place.path('none')), dst)
  expect(empty.status).toBe(5)
  expect(existsSync(dst)).toBe(false)
})
