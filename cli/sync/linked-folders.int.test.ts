/** Folders that are reached through links in the destination, with the real rsync. */
import { mkdir, readlink, rm, symlink } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { remoteHost } from './testing/ssh.ts'
import { contents, definition, Workplace } from './testing/sync-command.ts'

jest.setTimeout(120_000)
const host = remoteHost()
let place: Workplace
let src: string
let dst: string

/** `team` in the destination leads to a folder elsewhere, and other links to the destination itself and nowhere. */
beforeEach(async () => {
  place = await Workplace.make()
  ;[src, dst] = [place.path('src'), place.path('dst')]
  await place.write('elsewhere', { 'Wiki-1.json': definition(1), 'b-2.json': definition(2) })
  await mkdir(dst)
  for (const [name, target] of Object.entries({ team: '../elsewhere', self: '.', dead: 'nowhere' }))
    await symlink(target, `${dst}/${name}`)
})

afterEach(() => place.remove())

describe.each([
  ['on this machine', (): string[] => [dst]],
  ['on another host', (): string[] => [...host.reach(), host.at(dst)]],
])('a destination %s', (_, to) => {
  it('keeps its link to a folder where the source has one, and what can be read there', async () => {
    await place.write('src', { 'team/Wiki-1.json': definition(1) })
    for (const options of [[], ['--delete', '--max-delete', '0'], ['--dry-run'], ['--check', 'none']])
      expect(await place.sync(...options, src, ...to())).toMatchObject({
        status: 5,
        stderr: expect.stringMatching(/^refused: team in DST is a link, .*\n$/),
      })
    expect(await readlink(`${dst}/team`)).toBe('../elsewhere')
    await rm(`${dst}/team`)
    expect(await place.sync(src, ...to())).toMatchObject({ status: 0, stderr: '' })
  })

  it('keeps its link to a folder when files of any kind are deleted', async () => {
    await place.write('src', { 'c-3.json': definition(3) })
    expect(await place.sync('--all', '--delete', src, ...to())).toMatchObject({
      status: 5,
      stderr: expect.stringMatching(/^refused: team in DST is a link, /),
    })
    expect(await readlink(`${dst}/team`)).toBe('../elsewhere')
  })

  it('holds no id twice behind a link, also when what is not in the source is deleted', async () => {
    await place.write('src', { 'Wikipedia-1.json': definition(1) })
    for (const options of [[], ['--delete']])
      expect(await place.sync(...options, src, ...to())).toMatchObject({
        status: 5,
        stderr: expect.stringMatching(/^team\/Wiki-1\.json stays in DST with the id 1, .*\nrefused: /),
      })
    expect(await contents(dst)).toEqual({})
  })

  it('may hold other definitions behind a link, and its own once more', async () => {
    await place.write('src', { 'c-3.json': definition(3) })
    for (const options of [[], ['--delete']])
      expect(await place.sync(...options, src, ...to())).toMatchObject({ status: 0, stderr: '' })
    expect(await readlink(`${dst}/team`)).toBe('../elsewhere')
  })
})
