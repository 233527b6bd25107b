/** What a run makes of a switch that the one before it left undone, with the real rsync. */
import { readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { rsyncUnavailable } from '../../tools/rsync/programs.ts'
import { contents, definition, Workplace } from './testing/sync-command.ts'

jest.setTimeout(120_000)
let place: Workplace
let src: string
let dst: string
const before = { 'a-1.json': definition(1, 'old'), 'b-2.json': definition(2), 'gone-3.json': definition(3) }
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
    stderr: expect.stringMatching(
      /^finished what a run before had begun: 0 new, 1 changed, 1 deleted\nfailed: SRC /,
    ),
  })
  expect(await contents(dst)).toEqual(after)
})

it('counts what it finishes, in its words and in metrics', async () => {
  const metrics = place.path('sync.prom')
  const { status, stdout } = await place.sync(src, dst, '--metrics-file', metrics)
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^0 new, 1 changed, 1 deleted, of 2 files \([1-9]\d* bytes\)\n$/),
  })
  const text = await readFile(metrics, 'utf8')
  expect(text).toMatch(/^caspool_sync_changes\{.*change="deleted"\} 1$/m)
  expect(text).toMatch(/^caspool_sync_changes\{.*change="changed"\} 1$/m)
})

it('finishes it also for a run that reaches the destination through a link', async () => {
  await symlink('dst', place.path('link'))
  expect(await place.sync(src, place.path('link'))).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^finished what a run before had begun: /),
  })
})

/** An rsync that does not get the text `new` into the destination. */
const failing = async (status: number): Promise<string> =>
  place.wrapper(
    `failing-${status}`,
    `case "$*" in *--dry-run*) ;; *" ${dst}/") ! grep -q new '${await state('snapshot')}/a-1.json' || { echo no space >&2; exit ${status}; };; esac`,
  )

it.each([11, 23])(
  'begins anew when the destination does not take it (status %i of rsync), so that a source that was mended does',
  async (status) => {
    const mended = { ...after, 'a-1.json': definition(1, 'less') }
    await place.write('src', mended)
    expect(await place.sync('--rsync', await failing(status), src, dst, '--delete')).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^the last run broke .* as DST does not take it: no space .* anew\n$/),
    })
    expect(await contents(dst)).toEqual(mended)
  },
)

it('tries again to finish it when only the connection was lost', async () => {
  expect(await place.sync('--rsync', await failing(12), src, dst)).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/^failed: cannot finish the last run: no space/),
  })
  expect((await place.sync(src, dst)).stderr).toMatch(/^finished what a run before had begun/)
})

it('says in a dry run that it is not finished, and leaves it so', async () => {
  const dry = await place.sync('--dry-run', src, dst)
  expect(dry).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^a run has begun to change DST .* deleting one file \(gone-3\.json\)\n$/),
  })
  expect(await contents(dst)).toEqual(before)
})

it.each([[[]], [['--delete']]])(
  'deletes no file that came since, and begins anew as a run with %p',
  async (options) => {
    const later = Object.fromEntries(
      Array.from({ length: 61 }, (_, i) => [`later-${100 + i}.json`, definition(100 + i)]),
    )
    await place.write('dst', later)
    const { status, stderr } = await place.sync(src, dst, ...options)
    expect(stderr).toMatch(/^the last run broke .* it would delete 61 files .*, and 41 others\): .* anew\n/)
    // Its own guard refuses the one, the other deletes nothing.
    expect(status).toBe(options.length === 0 ? 0 : 5)
    expect(await contents(dst)).toEqual({ ...before, ...later, ...(status === 0 ? after : {}) })
    expect((await place.sync(src, dst)).stderr).toBe('')
  },
)

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
