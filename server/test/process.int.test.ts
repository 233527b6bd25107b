/** The server as a process: settings from the environment, SIGTERM, and the code it ends with. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { serverEnv } from '../../common/contract.ts'
import { freePorts, until } from '../../tools/system/ports.ts'
import { testDatabase } from '../../tools/testing/test-database.ts'

const minuteMs = 60_000
const main = join(import.meta.dirname, '../main.ts')
let directory: string
let child: ChildProcess | undefined
let output = ''
let ports: { http: number; management: number }

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caspool-process-'))
  const [http = 0, management = 0] = await freePorts(2)
  ports = { http, management }
  output = ''
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(directory, { recursive: true })
})

function start(environment: Record<string, string>): ChildProcess {
  const started = spawn(process.execPath, [main], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  started.stdout.on('data', (chunk) => {
    output += chunk
  })
  started.stderr.on('data', (chunk) => {
    output += chunk
  })
  child = started
  return started
}

async function environment(uri: string, database: string): Promise<Record<string, string>> {
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text)
    return join(directory, name)
  }
  return {
    [serverEnv.serverUrl]: `http://127.0.0.1:${ports.http}/cas`,
    [serverEnv.mongodbUriFile]: await file('uri', uri),
    [serverEnv.mongodbDatabase]: database,
    [serverEnv.poolKeyFile]: await file('pool.key', Buffer.alloc(32, 1).toString('base64')),
    [serverEnv.memberName]: 'member-0',
    [serverEnv.memberAddress]: `127.0.0.1:${ports.http}`,
    [serverEnv.listenHost]: '127.0.0.1',
    [serverEnv.port]: String(ports.http),
    [serverEnv.managementPort]: String(ports.management),
    [serverEnv.drainDelaySeconds]: '1',
  }
}

const probe = (path: string): Promise<number | undefined> =>
  fetch(`http://127.0.0.1:${ports.management}${path}`).then(
    ({ status }) => status,
    () => undefined,
  )

it(
  'starts, serves, is unready but serving after SIGTERM, and ends with 0',
  async () => {
    const { uri, databaseName } = testDatabase('process')
    const server = start(await environment(uri, databaseName))
    await until('it is ready', async () => (await probe('/readyz')) === 200)
    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    await until('it is unready', async () => (await probe('/readyz')) === 503)
    expect((await fetch(`http://127.0.0.1:${ports.http}/cas/login`)).status).toBe(200)
    expect(await ended).toEqual([0, null])
  },
  minuteMs,
)

it(
  'starts without MongoDB, lives unready, and ends with 0',
  async () => {
    const [nobody] = await freePorts(1)
    const server = start(await environment(`mongodb://127.0.0.1:${nobody}/?replicaSet=rs0`, 'cas'))
    await until('it lives', async () => (await probe('/livez')) === 200)
    expect(await probe('/readyz')).toBe(503)
    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(output).not.toContain('"level":"error"')
  },
  minuteMs,
)

it('ends with 1 and names every setting that is wrong', async () => {
  const server = start({ [serverEnv.port]: 'x' })
  expect(await once(server, 'exit')).toEqual([1, null])
  expect(output).toContain(`${serverEnv.serverUrl} is not set`)
  expect(output).toContain(`${serverEnv.port}: must be a whole number`)
})
