/** What commands say where there is nothing: a name is mistyped more often than not. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { commandHome, definition } from './testing/commands.ts'

jest.setTimeout(120_000)

const { uri } = testDatabase('cli-nothing')
const { home, caspool, directory, remove } = commandHome()

beforeAll(async () => {
  await directory('some', definition(1))
  await mkdir(join(home, 'empty'))
  await writeFile(join(home, 'empty/App-1.jsn'), JSON.stringify(definition(1)))
  await writeFile(join(home, 'secret.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata: {name: users}\n')
})

afterAll(remove)

it.each(['lint', 'import', 'export'])('ends with 1 in %s, wherever it looked', async (command) => {
  const more = { lint: [], import: ['--cluster', 'sso'], export: ['--output', 'out'] }[command] ?? []
  for (const [location, said] of [
    ['empty', 'empty: looked for files that end in .json, .yaml and .yml'],
    ['-', 'standard input'],
    [uri, /cas-service-registry in the database mistyped at \S+\n/],
    ...(command === 'lint' ? [] : [['secret.yaml', 'secret.yaml'] as const]),
  ] as const) {
    const { status, output, errors } = await caspool([command, location, '--database', 'mistyped', ...more])
    expect({ status, output }).toEqual({ status: 1, output: '' })
    expect(errors).toMatch(/^caspool \w+: no definitions found in /m)
    expect(errors).toMatch(said)
  }
})

it.each(['empty', '-', 'secret.yaml'])('is no side to compare a registry with: %s', async (location) => {
  expect(await caspool(['diff', location, uri, '--database', 'mistyped'])).toEqual({
    status: 2,
    output: '',
    errors: expect.stringMatching(/^caspool diff: no definitions found in /m),
  })
})

it('is noted of a registry that files are compared with: the pool may be new', async () => {
  const { status, output, errors } = await caspool(['diff', 'some', uri, '--database', 'mistyped'])
  expect({ status, output }).toEqual({ status: 1, output: '+ App 1 (1)\n' })
  expect(errors).toMatch(/^note {5}no definitions found in cas-service-registry in the database mistyped at /)
})

it('is told where they are of a pool whose servers replicate files', async () => {
  const client = new MongoClient(uri)
  try {
    const replicated = client.db('mistyped').collection<{ _id: string }>('service-replication')
    await replicated.insertOne({ _id: '1' })
    const { errors } = await caspool(['match', 'https://app.example.org/', uri, '--database', 'mistyped'])
    expect(errors).toMatch(/no definitions found in cas-service-registry .* name the directory of one$/m)
  } finally {
    await client.db('mistyped').dropDatabase()
    await client.close()
  }
})
