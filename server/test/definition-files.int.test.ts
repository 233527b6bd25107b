/** Servers as processes whose definitions are files: signing in to what a file registers, and following edits. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { systemRandom } from '../../common/clock.ts'
import { collections, serverEnv } from '../../common/contract.ts'
import type { MemberDocument } from '../../common/documents/pool.ts'
import { freePorts, until } from '../../tools/system/ports.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'
import { hashPassword } from '../authn/argon2.ts'
import { Browser, ticketIn } from './testing/browser.ts'

const minuteMs = 60_000
const main = join(import.meta.dirname, '../main.ts')

interface Process {
  readonly child: ChildProcess
  readonly base: string
  readonly management: string
  readonly directory: string
}

describe('a server whose definitions are files', () => {
  let root: string
  let database: ReturnType<typeof testDatabase>
  const started: Process[] = []
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'caspool-files-'))
    database = testDatabase('files')
  })
  afterEach(async () => {
    for (const { child } of started.splice(0)) {
      const ended = once(child, 'exit')
      if (child.exitCode === null && child.kill('SIGKILL')) await ended
    }
    const client = new MongoClient(database.uri)
    await client.db(database.databaseName).dropDatabase()
    await client.close()
    await rm(root, { recursive: true })
  })

  async function start(name: string, settings: Readonly<Record<string, string>>): Promise<Process> {
    const [http = 0, management = 0] = await freePorts(2)
    const directory = join(root, name, 'services')
    await mkdir(directory, { recursive: true })
    const file = async (path: string, text: string): Promise<string> => {
      await writeFile(join(root, path), text)
      return join(root, path)
    }
    const password = await hashPassword('Mellon', systemRandom, { memory: 8, passes: 1, parallelism: 1 })
    const environment = {
      [serverEnv.serverUrl]: `http://127.0.0.1:${http}/cas`,
      [serverEnv.mongodbUriFile]: await file('uri', database.uri),
      [serverEnv.mongodbDatabase]: database.databaseName,
      [serverEnv.poolKeyFile]: await file('pool.key', Buffer.alloc(32, 1).toString('base64')),
      [serverEnv.usersFile]: await file('users.yaml', `casuser: { password: '${password}' }`),
      [serverEnv.memberName]: name,
      [serverEnv.listenHost]: '127.0.0.1',
      [serverEnv.port]: String(http),
      [serverEnv.managementPort]: String(management),
      [serverEnv.drainDelaySeconds]: '0',
      ...settings,
    }
    const child = spawn(process.execPath, [main], { env: environment, stdio: 'ignore' })
    const server = {
      child,
      base: `http://127.0.0.1:${http}/cas`,
      management: `http://127.0.0.1:${management}`,
      directory,
    }
    started.push(server)
    return server
  }
  const withFiles = (name: string) => ({ [serverEnv.servicesDirectory]: join(root, name, 'services') })
  const isReady = ({ management }: Process) =>
    fetch(`${management}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    )

  it(
    'signs in to what a file registers, and serves edits by rename and by the swap of a ConfigMap',
    async () => {
      const directory = join(root, 'one/services')
      await mkdir(directory, { recursive: true })
      await mountConfigMap(directory, 'v1', { 'app-1.json': definition(1, 'one') })
      await symlink('..data/app-1.json', join(directory, 'app-1.json'))
      const server = await start('one', withFiles('one'))
      await until('it is ready', () => isReady(server))
      expect(await signIn(server, 'one')).toContain('<cas:user>casuser</cas:user>')
      expect(await admits(server, 'two')).toBe(false)

      await writeFile(join(directory, '.app-2.json.tmp'), definition(2, 'two'))
      await rename(join(directory, '.app-2.json.tmp'), join(directory, 'app-2.json'))
      await until('what a file was renamed to is served', () => admits(server, 'two'))

      await mountConfigMap(directory, 'v2', { 'app-1.json': definition(1, 'moved') })
      await until('the swap is served', () => admits(server, 'moved'))
      expect(await admits(server, 'one')).toBe(false)
      expect(await signIn(server, 'moved')).toContain('<cas:user>casuser</cas:user>')
    },
    minuteMs,
  )

  it(
    'goes on with what a broken file said, and reports the file by its name',
    async () => {
      const server = await start('one', withFiles('one'))
      await writeFile(join(server.directory, 'app-1.json'), definition(1, 'one'))
      await until('the file is served', () => admits(server, 'one'))
      await writeFile(join(server.directory, 'app-1.json'), definition(1, 'broken').slice(0, 50))
      const client = await new MongoClient(database.uri).connect()
      const members = client.db(database.databaseName).collection<MemberDocument>(collections.poolMembers)
      await until('the member reports it', async () => {
        const member = await members.findOne({ _id: 'one' })
        return member?.refusedServices[0]?.reason.startsWith('app-1.json: line') === true
      })
      await client.close()
      expect(await admits(server, 'one')).toBe(true)
      const health = await (await fetch(`${server.management}/readyz`)).json()
      expect(health).toMatchObject({ definitions: { definitions: 1, refusedFiles: 1 } })
      const metrics = await (await fetch(`${server.management}/metrics`)).text()
      expect(metrics).toContain('caspool_definition_files_refused 1\n')
    },
    minuteMs,
  )

  it(
    'three servers replicate: what is put into one directory is served by all, and stands in theirs',
    async () => {
      const names = ['one', 'two', 'three'] as const
      const replicated = { [serverEnv.replication]: 'mongodb', [serverEnv.replicationMode]: 'active' }
      const servers = await Promise.all(
        names.map((name) => start(name, { ...withFiles(name), ...replicated })),
      )
      await Promise.all(servers.map((server) => until('it is ready', () => isReady(server))))
      const [one, two, three] = servers as [Process, Process, Process]
      await writeFile(join(two.directory, 'app-1.json'), definition(1, 'one'))
      for (const server of servers) await until('it is served', () => admits(server, 'one'))
      expect(await signIn(three, 'one')).toContain('<cas:user>casuser</cas:user>')
      await until(
        'the file is written',
        async () => (await textOf(one, 'app-1.json')) === definition(1, 'one'),
      )
      await until('nothing is left to do', async () => {
        const health = await (await fetch(`${one.management}/readyz`)).text()
        return health.includes('"current":true') && health.includes('"unwritten":0')
      })
      await writeFile(join(one.directory, 'app-2.json'), definition(2, 'two'))
      await rm(join(one.directory, 'app-1.json'))
      for (const server of servers) await until('it is deleted', async () => !(await admits(server, 'one')))
      await until('the file is gone', async () => (await textOf(three, 'app-1.json')) === undefined)
      const metrics = await (await fetch(`${three.management}/metrics`)).text()
      expect(metrics).toContain('caspool_replication_entries{kind="tombstone"} 1\n')
    },
    minuteMs,
  )

  it(
    'in mode passive a server without a directory serves what another one publishes',
    async () => {
      const replicated = { [serverEnv.replication]: 'mongodb' }
      const master = await start('master', { ...withFiles('master'), ...replicated })
      const other = await start('other', replicated)
      await writeFile(join(master.directory, 'app-1.json'), definition(1, 'one'))
      await until('it is served', () => admits(other, 'one'))
      expect(await signIn(other, 'one')).toContain('<cas:user>casuser</cas:user>')
    },
    minuteMs,
  )
})

const urlOf = (name: string): string => `https://${name}.example.org/`

function definition(id: number, name: string): string {
  const serviceId = `^https://${name}\\\\.example\\\\.org/.*`
  return `{ "@class": "org.apereo.cas.services.CasRegisteredService", "serviceId": "${serviceId}", "name": "${name}", "id": ${id} }\n`
}

/** Whether the sign-in page is shown for a service, rather than a refusal. */
async function admits({ base }: Process, name: string): Promise<boolean> {
  const answer = await new Browser(base).get('/login', { service: urlOf(name) }).catch(() => undefined)
  return answer?.status === 200
}

/** Signs in, and returns what the validation of the ticket says. */
async function signIn({ base }: Process, name: string): Promise<string> {
  const browser = new Browser(base)
  const service = urlOf(name)
  const answer = await browser.signIn({ username: 'casuser', password: 'Mellon' }, { service })
  return (await browser.get('/serviceValidate', { service, ticket: ticketIn(answer) })).body
}

async function textOf({ directory }: Process, file: string): Promise<string | undefined> {
  return readFile(join(directory, file), 'utf8').catch(() => undefined)
}

/** As the kubelet does: a new folder, and `..data` pointed to it by one rename. */
async function mountConfigMap(
  directory: string,
  version: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(join(directory, `..${version}`))
  for (const [name, text] of Object.entries(files))
    await writeFile(join(directory, `..${version}`, name), text)
  await symlink(`..${version}`, join(directory, '..data_tmp'))
  await rename(join(directory, '..data_tmp'), join(directory, '..data'))
}
