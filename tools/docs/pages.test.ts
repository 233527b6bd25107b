import { resolve } from 'node:path'
import { expect, it } from '@jest/globals'
import { classTables } from '../../common/apereo/class-tables.ts'
import { liveProperties } from '../../common/documents/properties.ts'
import type { Setting } from '../../common/settings.ts'
import { resolveClusterSpec } from '../../operator/api/defaults.ts'
import { operatorSettings } from '../../operator/settings.ts'
import { serverSettings } from '../../server/settings.ts'
import { table } from './markdown.ts'
import { generatedPages } from './pages.ts'
import { describe, fieldsOf, typeText } from './reference.ts'

const pages = new Map(
  generatedPages(resolve(import.meta.dirname, '../..')).map((page) => [page.path, page.text]),
)
const pageOf = (path: string): string => pages.get(path) ?? ''

it('tells every live property with its default and what it takes', () => {
  const rows = pageOf('docs/configuration.md').split('\n')
  for (const { name, fallback } of Object.values(liveProperties)) {
    const row = rows.find((line) => line.startsWith(`| \`${name}\``))
    const text = String(fallback)
    expect(row).toContain(text === '' ? '| – |' : `| \`${text}\` |`)
    expect(row).not.toContain('must be')
  }
})

it('tells every variable of both processes, and which are required', () => {
  const rows = pageOf('docs/configuration.md').split('\n')
  const settings: readonly Setting<unknown>[] = [
    ...Object.values(serverSettings),
    ...Object.values(operatorSettings),
  ]
  for (const { variable, fallback } of settings) {
    const row = rows.find((line) => line.startsWith(`| \`${variable}\``))
    expect(row?.includes('| required |')).toBe(fallback === undefined)
  }
})

it('tells of every class of definitions what becomes of it', () => {
  const rows = pageOf('docs/formats.md').split('\n')
  const rowOf = (name: string) => rows.find((line) => line.startsWith(`| \`${name}\``)) ?? ''
  for (const name of classTables.keys()) {
    if (name.endsWith('$Rule')) continue
    expect(rowOf(name.replace('org.apereo.cas.services.', ''))).not.toBe('')
  }
  expect(rowOf('GroovyRegisteredServiceAccessStrategy')).toContain('**refused**')
  expect(rowOf('OidcRegisteredService')).toContain('**refused**')
  const row = rowOf('DefaultRegisteredServiceAccessStrategy')
  const [, , , honoured, silent, refused] = row.split('|').map((cell) => cell.trim())
  expect(honoured).toContain('`requiredAttributes`')
  expect(silent).toBe('`order`')
  expect(refused).toContain('`activationCriteria`')
})

it('tells the defaults that the operator fills in', () => {
  const page = pageOf('docs/reference/cascluster.md')
  const spec = resolveClusterSpec({ serverUrl: 'https://sso.example.org/cas' }, { server: 's', mongodb: 'm' })
  if (spec.mongodb.kind !== 'managed') throw new TypeError('a pool has a replica set of its own by default')
  const told: Readonly<Record<string, unknown>> = {
    'spec.replicas': spec.replicas,
    'spec.imagePullPolicy': spec.imagePullPolicy,
    'spec.mongodb.members': spec.mongodb.members,
    'spec.mongodb.storage.size': spec.mongodb.storage.size,
    'spec.mongodb.database': spec.mongodb.database,
    'spec.services.from': spec.servicesFrom,
    'spec.deletionPolicy': spec.deletionPolicy,
    'spec.paused': spec.paused,
  }
  for (const [path, value] of Object.entries(told)) {
    expect(page).toMatch(new RegExp(`^\\| \`${path}\` \\| [^|]+ \\| ${String(value)} \\|`, 'm'))
  }
})

it('tells every field and every rule of a kind', () => {
  const page = pageOf('docs/reference/casservice.md')
  expect(page).toContain('`spec.contacts[].email`')
  expect(page).toContain('`status.conditions[].reason`')
  expect(page).toContain('- `spec`: exactly one of match and serviceId')
})

it('names fields by their paths, through lists and maps', () => {
  const text = { type: 'string' }
  const schema = {
    properties: {
      list: { type: 'array', items: { type: 'object', properties: { a: text } } },
      map: { type: 'object', additionalProperties: { type: 'object', properties: { b: text } } },
    },
  }
  const paths = fieldsOf('spec', schema).map(({ path }) => path)
  expect(paths).toEqual(['spec.list', 'spec.list[].a', 'spec.map', 'spec.map.*.b'])
})

it.each([
  [{ type: 'array', items: { enum: ['a', 'b'] } }, 'list of `a`, `b`'],
  [{ type: 'integer', minimum: 1, maximum: 7 }, 'integer, 1 to 7'],
  [{ type: 'integer', minimum: 0 }, 'integer, at least 0'],
  [{ type: 'string', minLength: 8, maxLength: 256 }, 'text, 8 to 256 characters'],
  [
    { type: 'string', maxLength: 63, pattern: '^[a-z]+$' },
    'text, at most 63 characters, matching `^[a-z]+$`',
  ],
  [{ type: 'string', minLength: 1 }, 'text'],
  [{ type: 'array', maxItems: 32, items: { type: 'string' } }, 'list of text, at most 32 items'],
  [{ type: 'object', additionalProperties: { type: 'string' } }, 'map to text'],
  [{ type: 'string', format: 'date-time' }, 'time'],
])('says the type of %j as %s', (schema, words) => {
  expect(typeText(schema)).toBe(words)
})

it('takes the default out of the description, or else out of the schema', () => {
  const description = 'Size of it. When absent, 1.5 or so. It can grow.'
  expect(describe({ description })).toEqual({ text: 'Size of it. It can grow.', whenAbsent: '1.5 or so' })
  expect(describe({ default: { n: -1 } })).toEqual({ text: '', whenAbsent: '`{"n":-1}`' })
})

it('keeps cells in their row and tags out of the page', () => {
  expect(table(['a'], [['x|y\n<b>'], ['']])).toBe('| a |\n| --- |\n| x\\|y &lt;b> |\n| – |')
})
