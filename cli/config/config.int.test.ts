/** `caspool config explain` on manifests and on the database of a pool. */
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { collections } from '../../common/contract.ts'
import type { MemberDocument, PropertyDocument } from '../../common/documents/pool.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'

jest.setTimeout(60_000)
const command = resolve(import.meta.dirname, '../main.ts')
const st = 'cas.ticket.st.time-to-kill-in-seconds'
const { uri, databaseName } = testDatabase('config_explain')
const client = new MongoClient(uri)
const db = client.db(databaseName)
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caspool-config-'))
})
afterAll(async () => {
  await db.dropDatabase()
  await client.close()
  await rm(directory, { recursive: true, force: true })
})

function explain(...args: string[]) {
  const run = spawnSync(process.execPath, [command, 'config', 'explain', ...args], { encoding: 'utf8' })
  return { status: run.status, stdout: run.stdout, stderr: run.stderr }
}

async function manifest(name: string, config: string): Promise<string> {
  const file = join(directory, `${name}.yaml`)
  const head = `apiVersion: caspool.io/v1alpha1\nkind: CasCluster\nmetadata: { name: ${name} }`
  await writeFile(file, `kind: Secret\n---\n${head}\nspec:\n  config: ${config}\n`)
  return file
}

it('tells what the manifests of a pool come to', async () => {
  const file = await manifest('one', `{ cas.ticket.st.timeToKillInSeconds: "20" }`)
  const { status, stdout, stderr } = explain(st, '--manifests', file)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain(`${st}\n  How long a service ticket can be validated`)
  expect(stdout).toContain('in force  20 (spec.config)')
  expect(stdout).toContain('written   cas.ticket.st.timeToKillInSeconds')
})

it('says what is refused, and never prints a secret', async () => {
  const file = await manifest(
    'two',
    `{ "${st}": soon, "cas.authn.ldap[0].bind-credential": Mellon, cas.tickt.x: Mellon }`,
  )
  for (const format of ['text', 'json']) {
    const { status, stdout } = explain('--manifests', file, '--format', format)
    expect(status).toBe(1)
    expect(stdout).toMatch(/must be whole seconds.*is a secret.*is not known; did you mean/s)
    expect(stdout).not.toContain('Mellon')
    if (format === 'text') expect(stdout).toMatch(/\n3 problems: nothing of spec\.config counts before .*\n$/)
  }
})

it('asks which CasCluster is meant, and for one place only', async () => {
  const both = explain('--manifests', directory)
  expect(both).toMatchObject({ status: 2, stderr: expect.stringContaining('name one with --cluster') })
  expect(explain('--manifests', directory, '--cluster', 'one').status).toBe(0)
  expect(explain('--manifests', directory, '--cluster', 'none')).toMatchObject({ status: 2 })
  expect(explain('--manifests', directory, 'mongodb://x').status).toBe(2)
  expect(explain('--manifests', join(directory, 'nowhere')).stderr).toContain('cannot be read')
})

it('shows nothing of a file that is no YAML, and asks for quotes', async () => {
  const file = join(directory, 'broken.yaml')
  await writeFile(file, 'kind: Secret\nstringData:\n  a: hunter2\n  a: hunter3\n')
  const broken = explain('--manifests', file)
  expect(broken).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('line 4: duplicated mapping key'),
  })
  expect(broken.stderr).not.toContain('hunter')
  await rm(file)
  const bare = await manifest('bare', '{ cas.slo.disabled: true, cas: { slo: 1 } }')
  expect(explain('--manifests', bare, 'cas.slo')).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(
      /problem {3}must be text: put it into quotes\n\n2 problems: .*cas.slo.disabled, cas are/,
    ),
  })
  expect(explain('--manifests', bare).stdout).toMatch(/\ncas\n {2}must be text: write the whole name/)
  await rm(bare)
})

it('finds it in lists, and asks which one of two namespaces is meant', async () => {
  const head = 'apiVersion: caspool.io/v1alpha1\n    kind: CasCluster'
  const item = (namespace: string, value: boolean) =>
    `  - ${head}\n    metadata: { name: sso, namespace: ${namespace} }\n    spec: { config: { cas.slo.disabled: "${value}" } }\n`
  const file = join(directory, 'list.yaml')
  await writeFile(file, `apiVersion: v1\nkind: List\nitems:\n${item('test', false)}${item('prod', true)}`)
  const both = explain('cas.slo', '--manifests', file)
  expect(both).toMatchObject({ status: 2, stderr: expect.stringContaining('test/sso, prod/sso: name one') })
  const one = explain('cas.slo', '--manifests', file, '--cluster', 'prod/sso')
  expect(one).toMatchObject({ status: 0, stdout: expect.stringContaining('true (spec.config)') })
  await rm(file)
})

it('finds the CasCluster in linked folders, and says which file nobody can read', async () => {
  await mkdir(join(directory, 'base'))
  await mkdir(join(directory, 'elsewhere/sso'), { recursive: true })
  await manifest('elsewhere/sso/linked', '{ cas.slo.disabled: "true" }')
  await symlink(join(directory, 'elsewhere/sso'), join(directory, 'base/sso'))
  await mkdir(join(directory, 'base', ...Array<string>(18).fill('deep')), { recursive: true })
  const found = explain('cas.slo', '--manifests', join(directory, 'base'))
  expect(found).toMatchObject({ status: 0, stdout: expect.stringContaining('true (spec.config)') })
  await symlink(join(directory, 'nowhere'), join(directory, 'base/gone.yaml'))
  expect(explain('cas.slo', '--manifests', join(directory, 'base'))).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('base/gone.yaml cannot be read'),
  })
})

it('tells what is in force in a live pool, and which server refuses what', async () => {
  await db.collection<PropertyDocument>(collections.properties).insertMany([
    { _id: st, name: st, value: '20' },
    { _id: 'cas.slo.disabled', name: 'cas.slo.disabled', value: 'perhaps' },
    { _id: 'cas.x.password', name: 'cas.x.password', value: 'Mellon' },
  ])
  await db.collection<Pick<MemberDocument, '_id' | 'refusedProperties'>>(collections.poolMembers).insertOne({
    _id: 'sso-server-1',
    refusedProperties: [{ name: 'cas.slo.disabled', reason: 'must be true or false' }],
  })
  const { status, stdout } = explain(uri, '--database', databaseName)
  expect(status).toBe(1)
  expect(stdout).toContain(
    'in force  20 (the database: spec.config, where an operator runs; servers that have seen a good revision',
  )
  expect(stdout).toContain('sso-server-1 refuses it: must be true or false')
  expect(stdout).toContain('cas.x.password\n  is a secret')
  expect(stdout).not.toContain('Mellon')
})

it('tells about one name without any pool, and what to write instead of a name that is not known', () => {
  expect(explain('cas.ticket.st')).toMatchObject({ status: 0, stdout: expect.stringContaining(st) })
  const slip = explain('cas.ticket.st.time-to-kil')
  expect(slip).toMatchObject({ status: 1, stderr: expect.stringContaining(`did you mean ${st}?`) })
})
