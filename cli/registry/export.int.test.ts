/** `caspool export` as people and pipelines call it, over its own former output and that of an import. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it, jest } from '@jest/globals'
import { commandHome, definition } from './testing/commands.ts'

jest.setTimeout(120_000)

const { home, caspool, directory, filesIn, remove } = commandHome()

afterAll(remove)

it('gives back no id that does not fit 64 bits, and says so', async () => {
  const files = await directory('wide', definition(1), definition(2))
  await caspool(['import', files, '--cluster', 'sso', '--output', 'wide-made'])
  const path = join(home, 'wide-made/app-1.yaml')
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace("imported-id: '1'", "imported-id: '9223372036854775808'"))
  const exported = await caspool(['export', 'wide-made', '--imported-ids', '--output', 'wide-out'])
  expect(exported).toEqual({
    status: 1,
    output: '',
    errors: expect.stringMatching(
      /^not written {2}wide-made\/app-1\.yaml: annotation caspool\.io\/imported-id: "9223372036854775808" is no id/m,
    ),
  })
  expect(await filesIn('wide-out')).toEqual(['App2-2.json'])
  expect(await caspool(['export', 'wide-made', '--output', 'wide-derived'])).toMatchObject({ status: 0 })
})
