/** What a run makes of a switch that the one before it left undone, with the real rsync. */
import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { rsyncUnavailable } from '../../tools/rsync/programs.ts'
import { contents, definition, Workplace } from './testing/sync-command.ts'

jest.setTimeout(120_000)
let place: Workplace
let src: string
let dst: string
const before = { 'a-1.json': definition(1, 'old'), 'b-2.json': definition(2) }
const after = { 'a-1.json': definition(1, 'new'), 'b-2.json': definition(2) }

/** A run that breaks just before it changes anything in the destination, and has written down that it begins. */
beforeEach(async () => {
  const missing = await rsyncUnavailable()
  if (missing !== undefined) throw new Error(missing)
  place = await Workplace.make()
  ;[src, dst] = [place.path('src'), place.path('dst')]
  await place.write('src', after)
  await place.write('dst', before)
  const broken = await place.wrapper(
    'broken',
    `case "$*" in *--dry-run*) ;; *" ${dst}/") echo no space >&2; exit 11;; esac`,
  )
  expect(await place.sync('--rsync', broken, src, dst, '--delete')).toMatchObject({ status: 3 })
})

afterEach(() => place.remove())

/** The state directory of the only destination. */
async function state(name: string): Promise<string> {
  const [directory = ''] = await readdir(place.path('state'))
  return place.path('state', directory, name)
}

it('finishes it although the source is gone, as long as it holds what was to be brought', async () => {
  await rename(src, `${src}.away`)
  expect(await place.sync(src, dst, '--delete')).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/^failed: SRC /),
  })
  expect(await contents(dst)).toEqual(after)
})

it.each<[string, () => Promise<unknown>]>([
  [
    'was emptied',
    async () => {
      for (const name of Object.keys(after)) await rm(await state(`snapshot/${name}`))
    },
  ],
  ['is gone', async () => rm(await state('snapshot'), { recursive: true })],
  ['has lost a file', async () => rm(await state('snapshot/b-2.json'))],
  ['holds another text', async () => writeFile(await state('snapshot/a-1.json'), 'x')],
  ['cannot be told from a note that was cut', async () => writeFile(await state('switching.json'), '{"del')],
  [
    'is not known to an older note',
    async () => writeFile(await state('switching.json'), '{"deletes":true,"all":false}'),
  ],
])('deletes nothing for it when what was to be brought %s, and begins anew', async (_, harm) => {
  await harm()
  await rename(src, `${src}.away`)
  const failed = await place.sync(src, dst, '--delete')
  expect(failed).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/^the last run broke .* begins anew\nfailed: SRC /),
  })
  expect(await contents(dst)).toEqual(before)
  await rename(`${src}.away`, src)
  expect(await place.sync(src, dst, '--delete')).toMatchObject({ status: 0, stderr: '' })
  expect(await contents(dst)).toEqual(after)
})
