import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { casServiceSchema } from '../../operator/api/crd-schemas.ts'
import { lintDefinitions } from '../lint/lint.ts'
import { convert } from './conversion.ts'
import { readSources } from './sources.ts'

const home = mkdtempSync(join(tmpdir(), 'caspool-sources-'))
const files = ['blank-1.json', 'empty-2.json', 'empty-3.yaml', 'blank-4.yml']

beforeAll(() => {
  mkdirSync(join(home, 'src'))
  for (const file of files) writeFileSync(join(home, 'src', file), file.startsWith('blank') ? ' \n\n' : '')
})
afterAll(() => rmSync(home, { recursive: true }))

it.each([
  ['in a directory', ['src']],
  ['by themselves', files.map((file) => `src/${file}`)],
])('tells of files that hold nothing, %s', async (_, locations) => {
  const sources = await readSources(locations.map((location) => join(home, location)))
  const found = lintDefinitions(sources, { now: 0 })
  expect(found.map(({ severity, rule, message }) => [severity, rule, message])).toEqual(
    files.map(() => ['error', 'unreadable', 'holds nothing']),
  )
  const options = { clusterRef: { name: 'sso' }, schema: casServiceSchema() }
  expect(convert(sources, options)).toMatchObject({
    refusedCount: files.length,
    refused: files.map(() => ({ message: 'holds nothing' })),
  })
})

/** What is found below a new directory, by its path inside: the problem, or nothing. */
async function readBelow(name: string, fill: (directory: string) => void) {
  const directory = join(home, name)
  mkdirSync(directory)
  fill(directory)
  const sources = await readSources([directory])
  return sources.map(({ file, problems }) => [
    file.slice(directory.length + 1),
    ...problems.map(({ message }) => message),
  ])
}

const definition = JSON.stringify({
  '@class': 'org.apereo.cas.services.CasRegisteredService',
  serviceId: '^https://payroll\\\\.example\\\\.org/.*',
  name: 'Payroll',
  id: 5,
})

it('reads folders that are linked, as servers do, each once, and none that links to itself for ever', async () => {
  mkdirSync(join(home, 'real'))
  writeFileSync(join(home, 'real', 'Payroll-5.json'), definition)
  const found = await readBelow('linked', (directory) => {
    symlinkSync(join(home, 'real'), join(directory, 'restricted'))
    symlinkSync(join(home, 'real'), join(directory, 'restricted-too'))
    symlinkSync(directory, join(directory, 'self'))
  })
  expect(found).toEqual([['restricted/Payroll-5.json']])
})

it('tells of a link that leads nowhere and of what is no file, instead of passing over it or waiting for it', async () => {
  const found = await readBelow('odd', (directory) => {
    symlinkSync(join(home, 'nowhere'), join(directory, 'gone.json'))
    symlinkSync(join(home, 'nowhere'), join(directory, 'gone-folder'))
    symlinkSync('loop', join(directory, 'loop'))
    symlinkSync(join(home, 'nowhere'), join(directory, '.hidden'))
    mkdirSync(join(directory, 'team'))
    symlinkSync('nowhere', join(directory, 'team', 'gone'))
    writeFileSync(join(directory, 'README'), 'none')
    symlinkSync('README', join(directory, 'notes'))
    execFileSync('mkfifo', [join(directory, 'pipe.json')])
  })
  expect(found).toEqual([
    ['gone-folder', expect.stringMatching(/^cannot be read: .*no such file/)],
    ['gone.json', expect.stringMatching(/^cannot be read: .*no such file/)],
    ['loop', expect.stringMatching(/^cannot be read: .*too many symbolic links/)],
    ['pipe.json', 'cannot be read: it is no file'],
    ['team/gone', expect.stringMatching(/^cannot be read: .*no such file/)],
  ])
})

it('names what has a name that is not UTF-8 once, in a form that can be printed', async () => {
  const found = await readBelow('misnamed', (directory) => {
    writeFileSync(Buffer.from(join(directory, 'pay-\xe9-2.json'), 'latin1'), definition)
    mkdirSync(Buffer.from(join(directory, 'caf\xe9'), 'latin1'))
    symlinkSync('nowhere', Buffer.from(join(directory, 'gone-\xe9'), 'latin1'))
  })
  expect(found).toEqual([
    ['caf\\xe9', 'cannot be listed: its name is not UTF-8: rename it'],
    ['gone-\\xe9', expect.stringMatching(/^cannot be read: .*no such file/)],
    ['pay-\\xe9-2.json', 'cannot be read: its name is not UTF-8: rename it'],
  ])
})

it('tells of folders that lie deeper than servers look', async () => {
  const deep = Array.from({ length: 17 }, (_, i) => `f${i}`)
  const found = await readBelow('deep', (directory) => {
    mkdirSync(join(directory, ...deep), { recursive: true })
    writeFileSync(join(directory, ...deep, 'Payroll-5.json'), definition)
  })
  expect(found).toEqual([[deep.slice(0, 16).join('/'), expect.stringContaining('no server looks there')]])
})
