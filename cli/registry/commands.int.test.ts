/** The commands as people and pipelines call them: processes with arguments, files, a real database, exit statuses. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { collections } from '../../common/contract.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { readSources } from './sources.ts'

jest.setTimeout(120_000)

const main = resolve(import.meta.dirname, '../main.ts')
const { uri, databaseName } = testDatabase('cli')
const client = new MongoClient(uri, { useBigInt64: true })
let home = ''

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'caspool-cli-'))
  await client.connect()
})

afterAll(async () => {
  await client.db(databaseName).dropDatabase()
  await client.close()
  await rm(home, { recursive: true, force: true })
})

interface Outcome {
  readonly status: number | null
  readonly output: string
  readonly errors: string
}

const start = (args: readonly string[]): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [main, ...args], { cwd: home })

async function caspool(args: readonly string[], input = ''): Promise<Outcome> {
  const child = start(args)
  child.stdin.end(input)
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { status: child.exitCode, output, errors }
}

const services = 'org.apereo.cas.services'
const definition = (id: number, fields: object = {}) => ({
  '@class': `${services}.CasRegisteredService`,
  serviceId: `^https://app-${id}\\.example\\.org(/.*)?$`,
  name: `App ${id}`,
  id,
  ...fields,
})

/** A directory with a file for each definition. */
async function directory(name: string, ...definitions: readonly { readonly id: number }[]): Promise<string> {
  await mkdir(join(home, name), { recursive: true })
  for (const one of definitions) {
    await writeFile(join(home, name, `App-${one.id}.json`), JSON.stringify(one, undefined, 2))
  }
  return name
}

const filesIn = async (name: string) => (await readdir(join(home, name))).toSorted()

describe.each(['import', 'export', 'lint', 'diff', 'match'])('caspool %s', (command) => {
  it('explains itself with examples and exit statuses, and refuses what it does not know in a sentence', async () => {
    const help = await caspool([command, '--help'])
    expect(help).toMatchObject({ status: 0, errors: '' })
    expect(help.output).toMatch(
      new RegExp(`usage: caspool ${command}[\\s\\S]*exit status:[\\s\\S]*\\n  [^\\n]*caspool ${command} `),
    )
    const refused = await caspool([command, '--colour'])
    expect(refused).toMatchObject({ status: 2, output: '' })
    expect(refused.errors).toMatch(new RegExp(`^caspool ${command}: .*--colour.*\\n$`))
  })
})

it.each([
  ['import', 1, ['--cluster', 'sso']],
  ['lint', 2, []],
])(
  'names the host of a database that does not answer, and never a password, in %s',
  async (command, status, more) => {
    const outcome = await caspool([command, 'mongodb://root:s3cr%40t@127.0.0.1:1/cas', ...more])
    expect(outcome).toMatchObject({ status, output: '' })
    expect(outcome.errors).toMatch(
      /^caspool \w+: no MongoDB answers at 127\.0\.0\.1:1 within 5 s: check host, .*\n$/,
    )
    expect(outcome.errors).not.toMatch(/s3cr|root/)
  },
)

it('says which file is not there', async () => {
  const { status, errors } = await caspool(['lint', 'nowhere'])
  expect({ status, errors }).toEqual({
    status: 2,
    errors: expect.stringMatching(/^caspool lint: nowhere cannot be read: .*\n$/),
  })
})

it('shows no control characters that somebody has written into a name', async () => {
  const name = 'a\u001b[2J\nb'
  const files = await directory(
    'control',
    definition(1, { name, environments: ['java.util.HashSet', ['x']] }),
  )
  const url = 'https://app-1.example.org/'
  for (const args of [
    ['match', url, files],
    ['lint', files],
    ['import', files, '--cluster', 'sso'],
  ]) {
    const { output, errors } = await caspool(args)
    expect(`${output}${errors}`).toMatch(/App-1\.json/)
    expect(`${output}${errors}`).not.toMatch(/\p{Cc}\[|\nb/u)
  }
})

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

describe('exporting', () => {
  it('gives back the files that were imported, with their names and ids', async () => {
    const files = await directory('back', definition(1001), definition(1002, { evaluationOrder: 3 }))
    await caspool(['import', files, '--cluster', 'sso', '--output', 'manifests'])
    const exported = await caspool(['export', 'manifests', '--imported-ids', '--output', 'restored'])
    expect(exported).toMatchObject({ status: 0 })
    expect(await filesIn('restored')).toEqual(['App1001-1001.json', 'App1002-1002.json'])
    const text1002 = await readFile(join(home, 'restored/App1002-1002.json'), 'utf8')
    expect(JSON.parse(text1002)).toEqual(definition(1002, { evaluationOrder: 3 }))
  })

  it('writes into no directory that holds something, and changes only what differs with --force', async () => {
    const files = await directory('twice', definition(1))
    await caspool(['export', files, '--output', 'full'])
    expect(await caspool(['export', files, '--output', 'full'])).toMatchObject({
      status: 2,
      errors: expect.stringContaining('--force'),
    })
    const forced = await caspool(['export', files, '--output', 'full', '--force'])
    expect(forced).toMatchObject({
      status: 0,
      errors: 'full: 0 files written, 1 as they were, 0 not written\n',
    })
  })
})

it('says of a service that nobody may use it now, though its URLs are its own', async () => {
  const policy = {
    '@class': `${services}.DefaultRegisteredServiceExpirationPolicy`,
    expirationDate: '2020-01-01',
  }
  const files = await directory('ended', definition(1, { expirationPolicy: policy }))
  const { status, output } = await caspool(['match', 'https://app-1.example.org/', files])
  expect({ status, output }).toEqual({
    status: 0,
    output: expect.stringMatching(/^yes {2}App 1 .*\n *but nobody may sign in/),
  })
})

describe('linting', () => {
  it('shows file, line, rule, a URL as proof and a fix, and ends by what --fail-on says', async () => {
    const files = await directory(
      'open',
      definition(1, { serviceId: '^https://app.example.org/.*' }),
      definition(2, { locale: 'de' }),
    )
    const found = await caspool(['lint', files])
    expect(found.status).toBe(1)
    expect(found.output).toMatch(
      /open\/App-1\.json:3: error open-host: serviceId .*\n {4}taken: https:\/\/appxexample\.org\/\n {4}fix: /,
    )
    const ignoring = await caspool(['lint', files, '--ignore', 'open-host'])
    expect(ignoring).toMatchObject({
      status: 0,
      output: expect.stringContaining('warning ignored-field: locale'),
    })
    expect(await caspool(['lint', files, '--ignore', 'open-host', '--fail-on', 'warning'])).toMatchObject({
      status: 1,
    })
  })

  it('speaks to programs and to GitHub', async () => {
    const input = JSON.stringify(definition(1, { serviceId: '^https://.*' }))
    const { output } = await caspool(['lint', '-', '--format', 'json'], input)
    expect(JSON.parse(output)).toMatchObject([
      { rule: 'any-host', file: '-', line: 1, proof: 'https://attacker.example/' },
    ])
    const github = await caspool(['lint', '-', '--format', 'github'], input)
    expect(github.output).toMatch(
      /^::warning file=-,line=1,title=caspool any-host::serviceId takes .*%0ATaken: https.*\n$/,
    )
  })
})

describe('a registry in MongoDB', () => {
  const collection = () => client.db(databaseName).collection<{ _id: bigint }>(collections.services)
  const database = ['--database', databaseName]
  const document = (id: bigint, fields: object = {}): StoredDocument & { _id: bigint } => ({
    _id: id,
    _class: `${services}.RegexRegisteredService`,
    serviceId: `^https://app-${id}\\.example\\.org(/.*)?$`,
    name: `App ${id}`,
    evaluationOrder: 0,
    ...fields,
  })

  beforeEach(async () => {
    await collection().deleteMany({})
  })

  it('is imported, ids of 64 bits and all', async () => {
    const id = 9_007_199_254_740_993n
    await collection().replaceOne({ _id: id }, document(id, { theme: 'dark' }), { upsert: true })
    const { status, output } = await caspool(['import', uri, ...database, '--cluster', 'sso'])
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringContaining("imported-id: '9007199254740993'"),
    })
  })

  it('is exported whole: also what servers refuse', async () => {
    await collection().insertMany([document(1n), document(2n, { environments: ['prod'] })])
    const { status, errors } = await caspool([
      'export',
      uri,
      ...database,
      '--output',
      'dump',
      '--format',
      'yaml',
    ])
    expect({ status, errors }).toEqual({ status: 0, errors: expect.stringContaining('2 files written') })
    expect(await readFile(join(home, 'dump/App2-2.yml'), 'utf8')).toContain('prod')
    expect(await caspool(['diff', 'dump', uri, ...database])).toMatchObject({ status: 0, output: '' })
  })

  it('is compared with files, field by field', async () => {
    const files = await directory('live', definition(1), definition(2), definition(3))
    await collection().insertMany([document(1n), document(2n, { theme: 'dark' }), document(4n)])
    expect(await caspool(['diff', files, uri, ...database])).toMatchObject({
      status: 1,
      output: '~ App 2 (2)\n    theme: "dark" -> nothing\n+ App 3 (3)\n- App 4 (4)\n',
    })
  })

  it('is the one of a local pool that runs, by its home', async () => {
    const files = await directory('local', definition(1))
    await collection().insertOne(document(1n))
    const missing = await caspool(['diff', files, '--home', 'pool'])
    expect(missing).toMatchObject({
      status: 2,
      errors: expect.stringContaining('no pool runs with --home pool'),
    })
    await mkdir(join(home, 'pool'))
    await writeFile(join(home, 'pool/pool.json'), JSON.stringify({ mongodb: { uri } }))
    expect(await caspool(['diff', files, '--home', 'pool', ...database])).toMatchObject({ status: 0 })
  })

  it('is compared with manifests by the ids that the operator gives', async () => {
    const manifest =
      'apiVersion: caspool.io/v1alpha1\nkind: CasService\nmetadata: {name: app}\nspec: {clusterRef: {name: sso}, match: {hosts: [a.b]}}\n'
    await writeFile(join(home, 'app.yaml'), manifest)
    const missing = await caspool(['diff', 'app.yaml', uri, ...database, '--namespace', 'apps'])
    expect(missing).toMatchObject({ status: 1, output: expect.stringMatching(/^\+ app \(\d+\)\n$/) })
    const [source] = await readSources([join(home, 'app.yaml')], { namespace: 'apps' })
    const written = source?.kind === 'definition' ? source.document : undefined
    await collection().insertOne(written as { _id: bigint })
    expect(await caspool(['diff', 'app.yaml', uri, ...database, '--namespace', 'apps'])).toMatchObject({
      status: 0,
    })
  })

  it('is linted and asked for a URL', async () => {
    await collection().insertMany([
      document(1n, { serviceId: '^https://.*', evaluationOrder: 1 }),
      document(2n),
    ])
    expect(await caspool(['lint', uri, ...database])).toMatchObject({
      status: 0,
      output: expect.stringContaining(`${collections.services}/1:1: warning any-host`),
    })
    const found = await caspool(['match', 'https://app-2.example.org/', uri, ...database])
    expect(found).toMatchObject({ status: 0, output: expect.stringMatching(/^yes {2}App 2 /) })
  })
})
