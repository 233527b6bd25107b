/** `caspool import` as people and pipelines call it, over its own former output. */
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, it, jest } from '@jest/globals'
import { sealed, uneditedManifests } from './import-hash.ts'
import { manifestText } from './manifest-text.ts'
import { readSources } from './sources.ts'
import { commandHome, definition } from './testing/commands.ts'

jest.setTimeout(120_000)

const { home, start, caspool, directory, filesIn, remove } = commandHome()

afterAll(remove)

describe('importing', () => {
  it('writes one file per service, the same bytes again, and no other name when a definition is added', async () => {
    const files = await directory('add', definition(5, { name: 'Wiki' }), definition(6))
    const first = await caspool(['import', files, '--cluster', 'sso', '--output', 'added'])
    expect(first).toMatchObject({ status: 0, output: '' })
    expect(await filesIn('added')).toEqual(['app-6.yaml', 'wiki.yaml'])
    const again = await caspool(['import', files, '--cluster', 'sso', '--output', 'added'])
    expect(again.errors).toContain('added: 0 files written, 2 as they were')
    await directory('add', definition(1, { name: 'wiki' }))
    await caspool(['import', files, '--cluster', 'sso', '--output', 'added'])
    expect(await filesIn('added')).toEqual(['app-6.yaml', 'wiki-1.yaml', 'wiki.yaml'])
    expect(await readFile(join(home, 'added/wiki.yaml'), 'utf8')).toContain("imported-id: '5'")
  })

  it('tells how many services keep names without an id when new ones get theirs', async () => {
    const files = await directory('ids', definition(5, { name: 'Wiki' }))
    const args = ['import', files, '--cluster', 'sso', '--output', 'identified']
    await caspool(args)
    await directory('ids', definition(7, { name: 'Shop' }))
    const { errors } = await caspool([...args, '--id-in-names'])
    expect(errors).toContain(
      'note     one service keeps the name that it has: --id-in-names is for new ones\n',
    )
    expect(await filesIn('identified')).toEqual(['shop-7.yaml', 'wiki.yaml'])
  })

  it('tells which manifests are without a definition now, and leaves them', async () => {
    const files = await directory('less', definition(1), definition(2))
    await caspool(['import', files, '--cluster', 'sso', '--output', 'left'])
    await rm(join(home, 'less/App-2.json'))
    const { status, errors } = await caspool(['import', files, '--cluster', 'sso', '--output', 'left'])
    expect({ status, errors }).toEqual({
      status: 0,
      errors: expect.stringContaining('delete them yourself: app-2.yaml'),
    })
    expect(await filesIn('left')).toEqual(['app-1.yaml', 'app-2.yaml'])
  })

  it('tells nothing of manifests that a single file says nothing of', async () => {
    const files = await directory('single', definition(1), definition(2))
    await caspool(['import', files, '--cluster', 'sso', '--output', 'one-of'])
    const { errors } = await caspool([
      'import',
      `${files}/App-1.json`,
      '--cluster',
      'sso',
      '--output',
      'one-of',
    ])
    expect(errors).toMatch(/one-of: 0 files written, 1 as they were\n$/)
    expect(await filesIn('one-of')).toEqual(['app-1.yaml', 'app-2.yaml'])
  })

  it('takes away what kept the URLs of a copy when the copy has an id of its own', async () => {
    const copied = { name: 'Reports', serviceId: '^https://new\\.example\\.org/.*' }
    const files = await directory('copies', definition(2, { name: 'Reports' }))
    await writeFile(join(home, files, 'New-2.json'), JSON.stringify(definition(2, copied)))
    const args = ['import', files, '--cluster', 'sso', '--output', 'corrected']
    expect(await caspool([...args, '--keep-going'])).toMatchObject({ status: 1 })
    const placeholder = (await filesIn('corrected')).find((name) => name !== 'reports.yaml')
    await rm(join(home, files, 'New-2.json'))
    await directory('copies', definition(3, copied))
    const { status, errors } = await caspool(args)
    expect(errors).toContain(`; removed, as what they kept URLs for is imported now: ${placeholder}\n`)
    expect({ status, files: await filesIn('corrected') }).toEqual({
      status: 0,
      files: ['reports-3.yaml', 'reports.yaml'],
    })
  })

  it('writes nothing when something is refused, and the rest with --keep-going', async () => {
    const files = await directory(
      'bad',
      definition(1),
      definition(2, { environments: ['java.util.HashSet', ['x']] }),
    )
    const strict = await caspool(['import', files, '--cluster', 'sso'])
    expect(strict).toMatchObject({
      status: 1,
      output: '',
      errors: expect.stringContaining('refused  bad/App-2.json:6: environments '),
    })
    const going = await caspool(['import', files, '--cluster', 'sso', '--keep-going'])
    expect(going).toMatchObject({ status: 1, output: expect.stringContaining('name: app-1') })
  })

  it('writes a disabled service for what is refused, so that no wider one takes its URLs', async () => {
    const files = await directory(
      'wide',
      definition(1, { environments: ['java.util.HashSet', ['x']] }),
      definition(2, { serviceId: '^(https|imaps)://.*', evaluationOrder: 100 }),
    )
    const args = ['import', files, '--cluster', 'sso', '--keep-going', '--output', 'kept']
    const { status, errors } = await caspool(args)
    expect(status).toBe(1)
    expect(errors).toContain('kept     wide/App-1.json:3: serviceId CasService app-1 is disabled')
    expect(errors).toContain('1 imported, 1 refused (1 kept as disabled services)')
    const found = await caspool(['match', 'https://app-1.example.org/', 'kept'])
    expect(found.output).toMatch(/yes {2}App 1 .*\n *but nobody may sign in/)
    await directory('wide', definition(1))
    expect(await caspool(['import', files, '--cluster', 'sso', '--output', 'kept'])).toMatchObject({
      status: 0,
    })
    expect(await readFile(join(home, 'kept/app-1.yaml'), 'utf8')).not.toContain('enabled: false')
  })

  it('says how many errors lint finds in what it takes, as lint does afterwards', async () => {
    const files = await directory(
      'linted',
      definition(1, { serviceId: '^https://app.example.org/.*' }),
      definition(2, { environments: ['java.util.HashSet', ['x']], serviceId: '^https://app.example.net/.*' }),
      definition(3),
      definition(4, { serviceId: '^https://app-3\\.example\\.org/start$', evaluationOrder: 1 }),
    )
    const args = ['import', files, '--cluster', 'sso', '--keep-going', '--output', 'linted-out']
    const { status, errors } = await caspool(args)
    expect(status).toBe(1)
    expect(errors).toMatch(/^caspool lint finds 2 errors in what is imported, .*: open-host 1, shadowed 1\n/m)
    const linted = await caspool(['lint', 'linted-out'])
    expect(linted.output).toMatch(/^4 definitions: 2 errors, /m)
  })

  it('writes no manifests among the definitions that they come from', async () => {
    const files = await directory('among', definition(1))
    for (const output of [files, `${files}/manifests`, `${files}/all.yaml`]) {
      expect(await caspool(['import', files, '--cluster', 'sso', '--output', output])).toMatchObject({
        status: 2,
        errors: expect.stringContaining('where the definitions are'),
      })
    }
    expect(await filesIn(files)).toEqual(['App-1.json'])
  })

  it('ends with another status when URLs of what is refused are kept by nothing', async () => {
    const files = await directory(
      'open',
      definition(1, { serviceId: undefined }),
      definition(2, { serviceId: '^https://.*' }),
    )
    expect(await caspool(['import', files, '--cluster', 'sso', '--output', 'opened'])).toMatchObject({
      status: 1,
    })
    const going = ['import', files, '--cluster', 'sso', '--keep-going', '--output', 'opened']
    expect(await caspool(going)).toMatchObject({
      status: 3,
      errors: expect.stringMatching(/^error {4}open\/App-1\.json:1: its URLs are not known/m),
    })
    expect(await filesIn('opened')).toEqual(['app-2.yaml'])
  })

  it('replaces no manifest that somebody has edited since its import, without --force', async () => {
    const files = await directory('edit', definition(1), definition(2))
    const args = ['import', files, '--cluster', 'sso', '--output', 'edited']
    await caspool(args)
    const path = join(home, 'edited/app-1.yaml')
    const edited = `${await readFile(path, 'utf8')}  theme: dark\n`
    await writeFile(path, edited)
    await directory('edit', definition(2, { description: 'new' }))
    const refused = await caspool(args)
    expect(refused).toMatchObject({
      status: 2,
      errors: expect.stringMatching(/app-1\.yaml in edited was edited .*--force/),
    })
    expect(refused.errors).not.toContain('app-2.yaml')
    expect(await readFile(path, 'utf8')).toBe(edited)
    expect(await readFile(join(home, 'edited/app-2.yaml'), 'utf8')).not.toContain('description')
    expect(await caspool([...args, '--force'])).toMatchObject({
      status: 0,
      errors: expect.stringContaining('edited: 2 files written'),
    })
    expect(await readFile(path, 'utf8')).not.toContain('theme')
  })

  it('replaces no file that somebody else has written', async () => {
    const files = await directory('own', definition(1))
    await directory('mine')
    await writeFile(join(home, 'mine/app-1.yaml'), '# mine\n')
    const refused = await caspool(['import', files, '--cluster', 'sso', '--output', 'mine'])
    expect(refused).toMatchObject({ status: 2, errors: expect.stringContaining('--force') })
    expect(await readFile(join(home, 'mine/app-1.yaml'), 'utf8')).toBe('# mine\n')
    expect(await caspool(['import', files, '--cluster', 'sso', '--output', 'mine', '--force'])).toMatchObject(
      { status: 0 },
    )
  })

  it('writes nothing outside of the directory, whatever a file there says that its service is called', async () => {
    const files = await directory('trusted', definition(1))
    await caspool(['import', files, '--cluster', 'sso', '--output', 'sealed'])
    const [service] = uneditedManifests(await readFile(join(home, 'sealed/app-1.yaml'), 'utf8')) ?? []
    if (service === undefined) throw new TypeError('the import has written no service')
    const { metadata } = service
    const annotations = { 'caspool.io/imported-id': '1' }
    const crafted = manifestText(
      sealed({ ...service, metadata: { ...metadata, name: '../victim/values', annotations } }),
    )
    await mkdir(join(home, 'victim'))
    await writeFile(join(home, 'victim/values.yaml'), 'mine\n')
    await rm(join(home, 'sealed/app-1.yaml'))
    await writeFile(join(home, 'sealed/crafted.yaml'), crafted)
    const { status } = await caspool(['import', files, '--cluster', 'sso', '--output', 'sealed'])
    expect(status).toBe(0)
    expect(await readFile(join(home, 'victim/values.yaml'), 'utf8')).toBe('mine\n')
    expect(await filesIn('sealed')).toEqual(['app-1.yaml', 'crafted.yaml'])
    const secret = manifestText(sealed({ ...service, kind: 'Secret' as 'CasService' }))
    await writeFile(join(home, 'sealed/app-1.yaml'), secret)
    expect(await caspool(['import', files, '--cluster', 'sso', '--output', 'sealed'])).toMatchObject({
      status: 2,
      errors: expect.stringContaining('was not written by an import'),
    })
  })

  it('writes all services into one file, which lint and match read', async () => {
    const files = await directory('all', definition(1), definition(2))
    expect(await caspool(['import', files, '--cluster', 'sso', '--output', 'new/all.yaml'])).toMatchObject({
      status: 0,
    })
    expect(await caspool(['lint', 'new/all.yaml'])).toMatchObject({
      status: 0,
      output: '2 definitions: 0 errors, 0 warnings\n',
    })
    const found = await caspool(['match', 'https://app-2.example.org/x', 'new/all.yaml'])
    expect(found).toMatchObject({
      status: 0,
      output: expect.stringMatching(/yes {2}App 2 {2}order 0 .*\(new\/all\.yaml:\d+\)/),
    })
  })

  it('reads a definition from standard input', async () => {
    const { status, output } = await caspool(
      ['import', '-', '--cluster', 'sso'],
      JSON.stringify(definition(1)),
    )
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('kind: CasService') })
  })

  it('leaves whole files when it is interrupted, and writes the others at the next call', async () => {
    const many = Array.from({ length: 1500 }, (_, i) => definition(i + 1))
    const files = await directory('many', ...many)
    const child = start(['import', files, '--cluster', 'sso', '--output', 'half'])
    child.stdin.end()
    const errors = text(child.stderr)
    const ended = once(child, 'close')
    let written = 0
    while (written === 0 && child.exitCode === null)
      written = (await readdir(join(home, 'half')).catch(() => [])).length
    child.kill('SIGINT')
    await ended
    expect(child.exitCode).toBe(130)
    expect(await errors).toMatch(/interrupted after \d+ of 1500 files/)
    const names = await filesIn('half')
    expect(names.length).toBeLessThan(1500)
    const sources = await readSources(names.map((name) => join(home, 'half', name)))
    expect(sources.filter(({ problems }) => problems.length > 0)).toEqual([])
    expect(names.every((name) => /^app-\d+\.yaml$/.test(name))).toBe(true)
    await caspool(['import', files, '--cluster', 'sso', '--output', 'half'])
    expect(await filesIn('half')).toHaveLength(1500)
  })
})
