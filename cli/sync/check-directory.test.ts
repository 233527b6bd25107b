import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { errorsIn } from './check-directory.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'caspool-check-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const definition = (name: string) =>
  JSON.stringify({
    '@class': 'org.apereo.cas.services.CasRegisteredService',
    serviceId: '^https://a\\.example\\.org/.*',
    name,
    id: 1,
  })

const errors = (check: 'full' | 'syntax' | 'none') => errorsIn(home, { check, shownAs: 'src', now: 0 })

it.each(['full', 'syntax'] as const)(
  'finds a file that is not UTF-8 with --check %s, as servers refuse it',
  async (check) => {
    mkdirSync(join(home, 'below'))
    writeFileSync(join(home, 'below/a-1.json'), Buffer.from(`\n\n${definition('Bürgerbüro')}`, 'latin1'))
    expect(await errors(check)).toEqual(['src/below/a-1.json:3: is not text in UTF-8'])
    writeFileSync(join(home, 'below/a-1.json'), definition('Bürgerbüro'))
    expect(await errors(check)).toEqual([])
  },
)

it.each(['full', 'syntax'] as const)(
  'finds a file whose name is not UTF-8 with --check %s, as servers do not find it',
  async (check) => {
    const bytes = (text: string) => Buffer.from(`${home}/${text}`, 'latin1')
    writeFileSync(bytes('b\xff-2.json'), definition('b'))
    mkdirSync(bytes('B\xfcro'))
    writeFileSync(bytes('B\xfcro/c-3.YML'), '')
    writeFileSync(bytes('B\xfcro/README.md'), '')
    writeFileSync(join(home, 'Büro-4.json'), definition('c'))
    const what = 'has a name that is not UTF-8: servers do not find the file'
    expect([...(await errors(check))].toSorted()).toEqual([
      `src/B\\xfcro/c-3.YML:1: ${what}`,
      `src/b\\xff-2.json:1: ${what}`,
    ])
  },
)

it.each(['full', 'syntax'] as const)('says of CasServices what they are with --check %s', async (check) => {
  const object = (kind: string, version: string) =>
    `apiVersion: ${version}\nkind: ${kind}\nmetadata:\n  name: intranet\nspec: {}\n`
  const service = object('CasService', 'caspool.io/v1alpha1')
  writeFileSync(join(home, 'a.yaml'), `# ours\n${object('ConfigMap', 'v1')}---\n${service}---\n${service}`)
  expect(await errors(check)).toEqual([
    "src/a.yaml:8: is a CasService manifest: servers read only Apereo's definitions from files; caspool export makes them",
  ])
  writeFileSync(join(home, 'a.yaml'), object('ConfigMap', 'v1'))
  expect((await errors(check)).join()).not.toMatch(/CasService/)
  expect(await errors(check)).not.toEqual([])
})

it('asks nothing with --check none', async () => {
  writeFileSync(join(home, 'a-1.json'), Buffer.from([0xff]))
  expect(await errors('none')).toEqual([])
})
