/** A definition that would stay beside the one that replaces it, with the real rsync. */
import { rename } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { remoteHost } from './testing/ssh.ts'
import { contents, definition, Workplace } from './testing/sync-command.ts'

jest.setTimeout(120_000)
const host = remoteHost()
let place: Workplace
let src: string
let dst: string

/** The wiki has been renamed in the source, and narrowed. */
beforeEach(async () => {
  place = await Workplace.make()
  ;[src, dst] = [place.path('src'), place.path('dst')]
  await place.write('src', { 'Wiki-1002.json': definition(1002, 'lax'), 'b-2.json': definition(2) })
  await place.write('dst', { 'c-3.json': definition(3), 'README-2.md': 'x' })
  expect((await place.sync(src, dst)).status).toBe(0)
  await rename(`${src}/Wiki-1002.json`, `${src}/Wikipedia-1002.json`)
  await place.write('src', { 'Wikipedia-1002.json': definition(1002, 'strict') })
})

afterEach(() => place.remove())

/** How to reach the destination: on this machine, or on another. */
const here = (): string[] => [dst]
const there = (): string[] => [...host.reach(), host.at(dst)]
const refused = {
  status: 5,
  stdout: '',
  stderr: expect.stringMatching(
    /^Wiki-1002\.json stays in DST with the id 1002, which Wikipedia-1002\.json in SRC has, too\nrefused: .*--delete.*\n$/,
  ),
}

describe.each([
  ['on this machine', here],
  ['on another host', there],
])('a destination %s', (_, to) => {
  it('is left as it was when a file with the old name of a service would stay in it', async () => {
    const before = await contents(dst)
    expect(await place.sync(src, ...to())).toEqual(refused)
    expect(await place.sync('--dry-run', src, ...to())).toEqual(refused)
    expect(await contents(dst)).toEqual(before)
    expect((await place.sync('--delete', src, ...to())).status).toBe(0)
    expect(await contents(dst)).toEqual({ ...(await contents(src)), 'README-2.md': 'x' })
  })

  it('is not called up to date while both are there, and only a warning where nothing is asked', async () => {
    const { status, stderr } = await place.sync('--check', 'none', src, ...to())
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^warning: Wiki-1002\.json stays .*\n$/),
    })
    expect(await place.sync(src, ...to())).toEqual(refused)
  })
})

it('looks into files on this machine, whatever they are called', async () => {
  await rename(`${dst}/Wiki-1002.json`, `${dst}/my\nwiki.json`)
  await place.write('dst', { 'b-1002.json': definition(77), 'broken-1002.json': '{' })
  const { status, stderr } = await place.sync(src, dst)
  expect({ status, stderr }).toEqual({
    status: 5,
    stderr: expect.stringMatching(/^my\\u\{a\}wiki\.json stays .*\nrefused: DST would hold one id twice/),
  })
})
