import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { casServiceSchema } from '../cas-service-schema.ts'
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
