// A replica set of real mongods for tests: on free loopback ports, in a temporary directory, gone with this process.
// Its members can be stopped, killed, paused and started again one by one.
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { findMongod } from '../mongod/find.ts'
import { type RunningChild, startChild } from '../system/child.ts'
import { acceptsConnections, freePorts, until } from '../system/ports.ts'

export type ReplicaSetOptions = {
  /** Default 1. */
  readonly members?: number
  /** Key file and a user `root` who may do everything; `uri` then holds its password. Default false. */
  readonly auth?: boolean
  /** False leaves the members as they start: nobody has called replSetInitiate, no user is there. Default true. */
  readonly initiate?: boolean
  /** More arguments for each mongod. */
  readonly args?: readonly string[]
}

/** One mongod of the set. */
export type Member = {
  readonly host: string
  readonly port: number
  readonly dbPath: string
  /** The process that runs now, or ran last. */
  readonly pid: number
  /** Orderly end (SIGTERM): a primary steps down first. Resolves when the process is gone. */
  stop(): Promise<void>
  /** SIGKILL. Resolves when the process is gone. */
  kill(): Promise<void>
  /** SIGSTOP: the process keeps its connections and answers nothing. */
  pause(): void
  /** SIGCONT. */
  resume(): void
  /** Starts it again on the same port and data. Resolves when it accepts connections. */
  start(): Promise<void>
}

export type ReplicaSet = {
  /** Connection string with all members, set name and, with `auth`, credentials. */
  readonly uri: string
  readonly name: string
  readonly members: readonly Member[]
  /** The content of the key file, with `auth`. */
  readonly keyFileContent: string | undefined
  /** The member that is primary now; waits for one. */
  primary(): Promise<Member>
  /** Resolves when every member holds every write: after an outage, before the next one. */
  caughtUp(): Promise<void>
  /** Ends all members and removes their data. */
  stop(): Promise<void>
}

type Launch = { readonly mongod: string; readonly name: string; readonly keyFile: string | undefined }

const host = '127.0.0.1'
/** A stalled primary is replaced within about 5 s instead of 30. */
const failoverSettings = {
  electionTimeoutMillis: 4000,
  heartbeatIntervalMillis: 1000,
  heartbeatTimeoutSecs: 2,
}

/** Starts the set and waits until it has a primary. */
export async function startReplicaSet(options: ReplicaSetOptions = {}): Promise<ReplicaSet> {
  const { members: count = 1, auth = false, initiate = true, args = [] } = options
  const { path: mongod } = await findMongod()
  const directory = await mkdtemp(join(tmpdir(), 'caspool-rs-'))
  const keyFileContent = auth ? randomBytes(96).toString('base64') : undefined
  const keyFile = keyFileContent && (await writeKeyFile(directory, keyFileContent))
  const launch: Launch = { mongod, name: 'rs0', keyFile: keyFile || undefined }
  const members = await Promise.all(
    (await freePorts(count)).map((port) => startMember(launch, { port, directory, args })),
  )
  const password = auth ? randomBytes(12).toString('hex') : undefined
  const uri = connectionString(members, launch.name, password)
  const stop = async () => {
    await Promise.all(members.map((member) => member.kill()))
    await rm(directory, { recursive: true, force: true })
  }
  const set = {
    uri,
    name: launch.name,
    members,
    keyFileContent,
    stop,
    primary: () => findPrimary(uri, members),
    caughtUp: () => writeEverywhere(uri, members.length),
  }
  if (initiate) await initiateSet(set, password)
  return set
}

async function startMember(
  launch: Launch,
  where: { port: number; directory: string; args: readonly string[] },
): Promise<Member> {
  const { port } = where
  const dbPath = join(where.directory, String(port))
  await mkdir(dbPath)
  const keyArguments = launch.keyFile === undefined ? [] : ['--keyFile', launch.keyFile]
  const args = [
    ...['--replSet', launch.name, '--port', String(port), '--bind_ip', host, '--dbpath', dbPath],
    ...['--logpath', `${dbPath}.log`, '--logappend', '--nounixsocket', '--wiredTigerCacheSizeGB', '0.25'],
    ...['--setParameter', 'diagnosticDataCollectionEnabled=false', ...keyArguments, ...where.args],
  ]
  const launchProcess = async (): Promise<RunningChild> => {
    const child = startChild(launch.mongod, args)
    await until(`mongod on port ${port}`, () => answers(child, { port, log: `${dbPath}.log` }))
    return child
  }
  let child = await launchProcess()
  return {
    host,
    port,
    dbPath,
    get pid() {
      return child.pid
    },
    stop: () => child.end('SIGTERM', 60_000),
    kill: () => child.end('SIGKILL'),
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
    async start() {
      if (!child.isRunning()) child = await launchProcess()
    },
  }
}

async function answers(child: RunningChild, { port, log }: { port: number; log: string }): Promise<boolean> {
  if (child.isRunning()) return acceptsConnections(port)
  const text = await readFile(log, 'utf8').catch(() => '')
  throw new Error(`mongod on port ${port} ended:\n${text.split('\n').slice(-8).join('\n')}`)
}

async function initiateSet(set: Omit<ReplicaSet, 'stop'>, password: string | undefined): Promise<void> {
  const first = set.members[0]
  if (first === undefined) throw new TypeError('a replica set has at least one member')
  // The exception for localhost lets the first user be made without credentials.
  const client = new MongoClient(`mongodb://${host}:${first.port}/?directConnection=true`)
  try {
    const members = set.members.map(({ port }, _id) => ({
      _id,
      host: `${host}:${port}`,
      priority: _id === 0 ? 2 : 1,
    }))
    const admin = client.db('admin')
    await admin.command({ replSetInitiate: { _id: set.name, members, settings: failoverSettings } })
    await until('a primary', async () => (await admin.command({ hello: 1 }))['isWritablePrimary'] === true)
    if (password !== undefined) {
      await admin.command({
        createUser: 'root',
        pwd: password,
        roles: ['root'],
        writeConcern: { w: 'majority' },
      })
    }
  } finally {
    await client.close()
  }
}

async function writeEverywhere(uri: string, members: number): Promise<void> {
  const client = new MongoClient(uri, { connectTimeoutMS: 2000 })
  try {
    await until('all members caught up', async () => {
      const notes = client.db('test-notes').collection('caught-up')
      const write = { writeConcern: { w: members, wtimeoutMS: 10_000 }, maxTimeMS: 10_000 }
      return notes.insertOne({}, write).then(
        () => true,
        () => false,
      )
    })
  } finally {
    await client.close()
  }
}

async function findPrimary(uri: string, members: readonly Member[]): Promise<Member> {
  const client = new MongoClient(uri)
  try {
    const { me } = await client.db('admin').command({ hello: 1 }, { readPreference: 'primary' })
    const primary = members.find((member) => `${member.host}:${member.port}` === me)
    if (primary === undefined) throw new Error(`the primary ${me} is no member`)
    return primary
  } finally {
    await client.close()
  }
}

async function writeKeyFile(directory: string, content: string): Promise<string> {
  const file = join(directory, 'key')
  await writeFile(file, content, { mode: 0o400 })
  return file
}

function connectionString(members: readonly Member[], name: string, password: string | undefined): string {
  const credentials = password === undefined ? '' : `root:${password}@`
  const hosts = members.map((member) => `${member.host}:${member.port}`).join(',')
  return `mongodb://${credentials}${hosts}/?replicaSet=${name}${password === undefined ? '' : '&authSource=admin'}`
}
