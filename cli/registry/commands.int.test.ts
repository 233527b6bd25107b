/** The commands as people and pipelines call them: processes with arguments, files, a real database, exit statuses. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { collections } from '../../common/contract.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { readSources } from './sources.ts'
import { commandHome, definition, services } from './testing/commands.ts'

jest.setTimeout(120_000)

const { uri, databaseName } = testDatabase('cli')
const client = new MongoClient(uri, { useBigInt64: true })
const { home, caspool, directory, filesIn, remove } = commandHome()

beforeAll(async () => {
  await client.connect()
})

afterAll(async () => {
  await client.db(databaseName).dropDatabase()
  await client.close()
  await remove()
})

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

  it('keeps the URLs of what is refused also in manifests', async () => {
    const files = await directory(
      'narrow',
      definition(1, { environments: ['java.util.HashSet', ['x']] }),
      definition(2, { serviceId: '^https://.*', evaluationOrder: 100 }),
    )
    const written = ['--output', 'narrow-manifests', '--format', 'manifest', '--cluster', 'sso']
    expect(await caspool(['export', files, ...written])).toMatchObject({
      status: 1,
      errors: expect.stringMatching(
        /^disabled {5}narrow\/App-1\.json: environments .*\nnarrow-manifests: 2 files written, 0 as they were, 1 disabled, 0 not written\n$/,
      ),
    })
    const found = await caspool(['match', 'https://app-1.example.org/', 'narrow-manifests'])
    expect(found.output).toMatch(/yes {2}App 1 .*\n *but nobody may sign in/)
  })

  it('tells once of each definition what became of it in manifests, however much speaks against it', async () => {
    const chained = {
      '@class': `${services}.ChainingRegisteredServiceAccessStrategy`,
      strategies: [
        'java.util.ArrayList',
        [{ '@class': `${services}.GroovyRegisteredServiceAccessStrategy`, groovyScript: 'file:/a.groovy' }],
      ],
    }
    const several = { environments: ['java.util.HashSet', ['x']], accessStrategy: chained }
    const files = await directory('told', definition(1, several), definition(2))
    await writeFile(join(home, 'told/Broken-3.json'), '{ "@class"')
    const written = ['--output', 'told-manifests', '--format', 'manifest', '--cluster', 'sso']
    const { status, errors } = await caspool(['export', files, ...written])
    const lines = errors.trimEnd().split('\n')
    expect({ status, lines }).toEqual({
      status: 1,
      lines: [
        expect.stringMatching(/^disabled {5}told\/App-1\.json: .*environments/),
        expect.stringMatching(/^not written {2}told\/Broken-3\.json:1: /),
        'told-manifests: 2 files written, 0 as they were, 1 disabled, 1 not written',
      ],
    })
    expect(await filesIn('told-manifests')).toEqual(['app-1.yaml', 'app-2.yaml'])
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

it('is not sure of an answer beside a file that it cannot read', async () => {
  const files = await directory('half', definition(1))
  await writeFile(join(home, 'half/Broken-2.json'), '{ "@class"')
  expect(await caspool(['match', 'https://app-1.example.org/', files])).toEqual({
    status: 2,
    output: expect.stringMatching(/^yes {2}App 1 /),
    errors: expect.stringMatching(
      /^half\/Broken-2\.json is not asked: .*\nwhat could not be asked \(see above\) might answer instead\n$/,
    ),
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
    status: 1,
    output: expect.stringMatching(
      /^yes {2}App 1 .*\n *but nobody may sign in to it now: it expired on 2020-/,
    ),
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
      errors: '1 only in the files, 1 only in the registry, 1 changed\n',
    })
    const { output } = await caspool(['diff', files, uri, ...database, '--format', 'json'])
    expect(JSON.parse(output)).toEqual([
      { kind: 'changed', id: '2', name: 'App 2', fields: [{ path: 'theme', right: 'dark' }] },
      { kind: 'onlyLeft', id: '3', name: 'App 3' },
      { kind: 'onlyRight', id: '4', name: 'App 4' },
    ])
    expect((await caspool(['diff', '--help'])).output).toContain('left is what the files say')
    await writeFile(join(home, files, 'NoId.json'), JSON.stringify({ ...definition(6), id: undefined }))
    expect((await caspool(['diff', files, uri, ...database])).output).toMatch(/^\+ App 6 \(no id\)$/m)
    await writeFile(join(home, files, 'Broken-5.json'), '{"@class": "x",\n\n"id": 1, "id": 2}')
    expect(await caspool(['diff', files, uri, ...database])).toMatchObject({
      status: 2,
      errors: expect.stringMatching(/live\/Broken-5\.json:3: /),
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
    const here = ['--home', 'pool', ...database]
    expect(await caspool(['diff', files, ...here])).toMatchObject({ status: 0 })
    await caspool(['export', ...here, '--output', 'of-pool'])
    expect(await filesIn('of-pool')).toEqual(['App1-1.json'])
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

  it('is compared with the manifests made from it by the ids that it knows', async () => {
    await collection().insertMany([
      document(1n, { attributeReleasePolicy: { _class: `${services}.DenyAllAttributeReleasePolicy` } }),
      document(2n),
    ])
    await caspool(['import', uri, ...database, '--cluster', 'sso', '--output', 'made'])
    expect(await caspool(['diff', 'made', uri, ...database])).toMatchObject({ status: 1 })
    const compared = ['diff', 'made', uri, ...database, '--imported-ids']
    expect(await caspool(compared)).toMatchObject({ status: 0, output: '', errors: '' })
    await collection().updateOne({ _id: 2n }, { $set: { theme: 'dark' } })
    expect(await caspool(compared)).toMatchObject({
      status: 1,
      output: '~ App 2 (2)\n    theme: "dark" -> nothing\n',
    })
  })

  it('gives back manifests under the names that its CasServices have', async () => {
    await collection().insertMany([document(1n), document(2n), document(3n)])
    const owners = client.db(databaseName).collection<{ _id: bigint; name: string }>(collections.owners)
    await owners.insertMany([
      { _id: 1n, name: 'first' },
      { _id: 2n, name: '../second' },
      { _id: 3n, name: 'first' },
    ])
    const args = [
      'export',
      uri,
      ...database,
      '--format',
      'manifest',
      '--cluster',
      'sso',
      '--output',
      'named-out',
    ]
    expect(await caspool(args)).toMatchObject({
      status: 0,
      errors: expect.stringContaining('renamed      first to app-3: another service has that name'),
    })
    expect(await filesIn('named-out')).toEqual(['app-2.yaml', 'app-3.yaml', 'first.yaml'])
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
