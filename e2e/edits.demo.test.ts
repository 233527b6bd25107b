/** What the local pool makes of edits that are half done, and of a database that is written by others or away. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { collections } from '../common/contract.ts'
import { freePorts, until } from '../tools/system/ports.ts'
import { type Demo, startDemo } from './demo-pool.ts'

jest.setTimeout(180_000)

const directory = mkdtempSync(join(tmpdir(), 'caspool-edits-'))
const manifests = join(directory, 'manifests')
const home = join(directory, 'home')
const payroll = 'https://payroll.example.org/'
let demo: Demo
let client: MongoClient

beforeAll(async () => {
  const [port = 0] = await freePorts(1)
  mkdirSync(manifests)
  write(
    'cascluster.yaml',
    `apiVersion: caspool.io/v1alpha1
kind: CasCluster
metadata: { name: sso }
spec: { serverUrl: 'http://127.0.0.1:${port}/cas', replicas: 2, mongodb: { members: 1 } }
`,
  )
  write('payroll.yaml', service('payroll', { host: 'payroll.example.org', order: 1 }))
  // Takes the URLs of the others, without attributes, where they are lost.
  write('wide.yaml', service('wide', { host: '*.example.org', order: 100 }))
  demo = startDemo({ home, port, manifests })
  await demo.prints('replica set of 1 is up')
  write('early.yaml', service('early', { host: 'early.example.org', order: 4 }))
  await demo.prints('ready http://127.0.0.1:')
  const { operatorPassword } = JSON.parse(readFileSync(join(home, 'state.json'), 'utf8'))
  const [member] = demo.pool().mongodb.members
  client = new MongoClient(
    `mongodb://caspool-operator:${operatorPassword}@${member}/?replicaSet=caspool&authSource=admin`,
    { useBigInt64: true },
  )
})

afterAll(async () => {
  await client?.close()
  await demo?.interrupt()
  rmSync(directory, { recursive: true, force: true })
})

const registry = async () => {
  const { databases } = await client.db('admin').admin().listDatabases()
  const { name = '' } = databases.find((one) => !['admin', 'config', 'local'].includes(one.name)) ?? {}
  return client.db(name).collection(collections.services)
}

it('takes over what was edited while it started', async () => {
  await demo.prints('registry at revision 2: early, live at all 2 servers')
})

it('puts everything back that was dropped under it, without an edit, and says so', async () => {
  const definitions = await registry()
  const all = () => definitions.find().sort({ _id: 1 }).toArray()
  const before = await all()
  const from = demo.output().length
  await definitions.drop()
  await demo.prints('somebody else has written the registry: registry at revision', from)
  expect(await all()).toEqual(before)
  for (const name of ['early', 'payroll', 'wide', 'live at all 2 servers']) {
    expect(demo.output().slice(from)).toContain(name)
  }
})

it('an emptied file is told and takes nothing away; what is written then is taken', async () => {
  const from = demo.output().length
  write('payroll.yaml', '')
  await demo.prints('payroll.yaml is empty: write it, or remove the file', from)
  expect(await (await registry()).countDocuments()).toBe(3)
  const filled = demo.output().length
  write('payroll.yaml', service('payroll', { host: 'payroll.example.org', order: 2 }))
  await demo.prints('payroll, live at all 2 servers', filled)
})

it('an edit while MongoDB is stalled is taken over when MongoDB is back, without another edit', async () => {
  const pid = Number(readFileSync(join(home, 'pids', 'mongodb-0'), 'utf8'))
  const from = demo.output().length
  process.kill(pid, 'SIGSTOP')
  try {
    write('late.yaml', service('late', { host: 'late.example.org', order: 3 }))
    await demo.prints('trying again, every 30 s at least', from)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await demo.prints('manifests taken over: registry at revision', from)
  const late = async () => (await (await registry()).countDocuments()) === 4
  await until('the edit is in the database', late)
  const { servers } = demo.pool()
  const wanted = encodeURIComponent(payroll)
  const statuses = servers.map(async ({ url }) => (await fetch(`${url}/login?service=${wanted}`)).status)
  expect(await Promise.all(statuses)).toEqual([200, 200])
})

it('a file that is emptied while the pool is stopped is told at its start', async () => {
  const { url } = demo.pool()
  await client.close()
  expect(await demo.interrupt()).toBe(0)
  write('late.yaml', '')
  demo = startDemo({ home, port: Number(new URL(url).port), manifests })
  expect(await demo.ended).toBe(1)
  expect(demo.output()).toContain('late.yaml is empty: write it, or remove the file')
})

function write(file: string, text: string): void {
  writeFileSync(join(manifests, file), text)
}

function service(name: string, { host, order }: { readonly host: string; readonly order: number }): string {
  return `apiVersion: caspool.io/v1alpha1
kind: CasService
metadata: { name: ${name} }
spec:
  clusterRef: { name: sso }
  evaluationOrder: ${order}
  match: { hosts: ['${host}'] }
`
}
