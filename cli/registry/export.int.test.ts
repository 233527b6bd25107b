/** `caspool export` as people and pipelines call it, over its own former output and that of an import. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it, jest } from '@jest/globals'
import { commandHome, definition, services } from './testing/commands.ts'

jest.setTimeout(120_000)

const { home, caspool, directory, filesIn, remove } = commandHome()

afterAll(remove)

const disabled = { '@class': `${services}.DefaultRegisteredServiceAccessStrategy`, enabled: false }

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

it('tells which definitions only stand for what an import refused, out of manifests and of what was written', async () => {
  const refused = definition(1, { environments: ['java.util.HashSet', ['x']] })
  const files = await directory('part', refused, definition(2), definition(3, { accessStrategy: disabled }))
  await caspool(['import', files, '--cluster', 'sso', '--keep-going', '--output', 'part-made'])
  const exported = await caspool(['export', 'part-made', '--imported-ids', '--output', 'part-out'])
  expect({ ...exported, errors: exported.errors.trimEnd().split('\n') }).toEqual({
    status: 1,
    output: '',
    errors: [
      expect.stringMatching(/^disabled {5}part-made\/app-1\.yaml: .* import refused.*: environments /),
      'part-out: 3 files written, 0 as they were, 1 disabled, 0 not written',
    ],
  })
  const again = await caspool(['export', 'part-out', '--format', 'yaml', '--output', 'part-yaml'])
  expect(again).toMatchObject({
    status: 1,
    errors: expect.stringMatching(/^disabled {5}part-out\/App1-1\.json: /),
  })
})

it('names files of the same definitions under other names, which it leaves', async () => {
  const files = await directory('name', definition(1), definition(2))
  await caspool(['export', files, '--output', 'name-out'])
  await mkdir(join(home, 'name-out/old'))
  await writeFile(join(home, 'name-out/old/App1.yml'), await yamlOf(files))
  await directory('name', definition(1, { name: 'Renamed' }))
  expect(await caspool(['export', files, '--output', 'name-out', '--force'])).toEqual({
    status: 0,
    output: '',
    errors:
      'name-out: 1 files written, 1 as they were, 0 not written; without a definition now, delete them yourself: App1-1.json, old/App1.yml\n',
  })
  expect(await filesIn('name-out')).toEqual(['App1-1.json', 'App2-2.json', 'Renamed-1.json', 'old'])
})

async function yamlOf(files: string): Promise<string> {
  await caspool(['export', `${files}/App-1.json`, '--format', 'yaml', '--output', `${files}-yaml`])
  return readFile(join(home, `${files}-yaml`, 'App1-1.yml'), 'utf8')
}

it('names manifests of the same definitions under other names likewise', async () => {
  const files = await directory('manifest', definition(1))
  const args = ['export', files, '--format', 'manifest', '--cluster', 'sso', '--output', 'manifest-out']
  expect(await caspool(args)).toMatchObject({ status: 0 })
  await directory('manifest', definition(1, { name: 'Renamed' }))
  expect(await caspool([...args, '--force'])).toMatchObject({
    status: 0,
    errors: expect.stringMatching(/; without a definition now, delete them yourself: app-1\.yaml\n$/),
  })
})
