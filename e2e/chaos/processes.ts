// Servers and operators as the processes that they are in a cluster: started from their entries, on loopback, frozen,
// killed, and followed by what they log.
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { operatorEnv, probes, serverEnv } from '../../common/contract.ts'
import { startChild } from '../../tools/system/child.ts'
import { freePorts, until } from '../../tools/system/ports.ts'

/** One line of a log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string }

/** A process of the product. */
export interface Process {
  readonly name: string
  /** How often it was started: 1, and one more for each time that it ended by itself and came back. */
  readonly starts: number
  readonly isFrozen: boolean
  /** SIGSTOP: it keeps its connections and does nothing. */
  freeze(): void
  /** SIGCONT. */
  thaw(): void
  /** SIGKILL, and started again; resolves when the new one runs. */
  restart(): Promise<void>
  /** SIGTERM; resolves when it is gone. */
  stop(): Promise<void>
  log(): Promise<LogLine[]>
  /** Text of `/metrics`. */
  metrics(): Promise<string>
}

export interface ServerProcess extends Process {
  /** URL of the CAS endpoints. */
  readonly url: string
  /** Whether `/readyz` answers 200. */
  isReady(): Promise<boolean>
}

/** What a process is told besides the settings that make it this process. */
export interface ProcessOptions {
  readonly name: string
  /** Where its files and its log go. */
  readonly directory: string
  /** How wrong its wall clock is. Default 0. */
  readonly clockShiftMs?: number
}

const root = resolve(import.meta.dirname, '../..')
const host = '127.0.0.1'
/** Everybody's public URL; each server is asked at its own port. */
const serverUrl = 'http://127.0.0.1:8080/cas'
/** casuser, Mellon: with a hash that costs nothing, since these scenarios sign in often. */
const users = `casuser:
  password: $argon2id$v=19$m=8,t=1,p=1$AdHH3Joa9pUeKX/w2jrvXQ$/kt6DC2RjwJg8CC4MAEWj+YvstEA9uRk4zkNZYcebYs
  attributes: { mail: casuser@example.org }
`

/** Starts a server on a database; does not wait until it is ready. */
export async function startServerProcess(
  options: ProcessOptions,
  database: { readonly uri: string; readonly name: string },
): Promise<ServerProcess> {
  const [port = 0, managementPort = 0] = await freePorts(2)
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(options.directory, `${options.name}-${name}`)
    await writeFile(path, text)
    return path
  }
  const env = {
    [serverEnv.serverUrl]: serverUrl,
    [serverEnv.mongodbUriFile]: await file('uri', database.uri),
    [serverEnv.mongodbDatabase]: database.name,
    [serverEnv.poolKeyFile]: await file('pool.key', Buffer.alloc(32, 1).toString('base64')),
    [serverEnv.usersFile]: await file('users.yaml', users),
    [serverEnv.memberName]: options.name,
    [serverEnv.memberAddress]: `${host}:${port}`,
    [serverEnv.listenHost]: host,
    [serverEnv.port]: String(port),
    [serverEnv.managementPort]: String(managementPort),
    [serverEnv.drainDelaySeconds]: '0',
  }
  const server = startProcess('server/main.ts', { ...options, env, managementPort })
  return Object.assign(server, {
    url: `http://${host}:${port}/cas`,
    isReady: () =>
      fetch(`http://${host}:${managementPort}${probes.ready}`).then(
        ({ status }) => status === 200,
        () => false,
      ),
  })
}

/** Starts an operator for one namespace and waits until it has seen everything. */
export async function startOperatorProcess(
  options: ProcessOptions,
  cluster: { readonly kubeconfig: string; readonly namespace: string },
): Promise<Process> {
  const [managementPort = 0] = await freePorts(1)
  const env = {
    KUBECONFIG: cluster.kubeconfig,
    [operatorEnv.watchNamespaces]: cluster.namespace,
    [operatorEnv.podNamespace]: cluster.namespace,
    [operatorEnv.podName]: options.name,
    [operatorEnv.defaultServerImage]: 'example.org/server:1',
    [operatorEnv.defaultMongodbImage]: 'example.org/mongo:1',
    [operatorEnv.listenHost]: host,
    [operatorEnv.managementPort]: String(managementPort),
  }
  const operator = startProcess('operator/main.ts', { ...options, env, managementPort })
  await until(`${options.name} is ready`, () =>
    fetch(`http://${host}:${managementPort}${probes.ready}`).then(
      ({ status }) => status === 200,
      () => false,
    ),
  )
  return operator
}

function startProcess(
  entry: string,
  options: ProcessOptions & {
    readonly env: Readonly<Record<string, string>>
    readonly managementPort: number
  },
): Process {
  const { name, directory, clockShiftMs = 0, managementPort } = options
  const log = join(directory, `${name}.log`)
  const shift = clockShiftMs === 0 ? [] : ['--import', join(root, 'tools/testing/shifted-clock.ts')]
  const env = { ...options.env, CASPOOL_TEST_CLOCK_SHIFT_MS: String(clockShiftMs) }
  const launch = () => startChild(process.execPath, [...shift, join(root, entry)], { log, env })
  let child = launch()
  let starts = 1
  let isStopping = false
  let isFrozen = false
  // Who ends by himself is started again, as a pod is.
  const keepRunning = async (): Promise<void> => {
    for (;;) {
      await child.ended
      if (isStopping) return
      child = launch()
      starts += 1
    }
  }
  void keepRunning()
  return {
    name,
    get starts() {
      return starts
    },
    get isFrozen() {
      return isFrozen
    },
    freeze: () => {
      isFrozen = true
      child.signal('SIGSTOP')
    },
    thaw: () => {
      isFrozen = false
      child.signal('SIGCONT')
    },
    restart: async () => {
      const before = starts
      child.signal('SIGKILL')
      await until(`${name} is started again`, async () => starts > before)
    },
    stop: () => {
      isStopping = true
      return child.end('SIGTERM')
    },
    log: async () => (await readFile(log, 'utf8')).split('\n').flatMap(parsedLine),
    metrics: async () => (await fetch(`http://${host}:${managementPort}${probes.metrics}`)).text(),
  }
}

/** A line that is not complete yet, or no log line at all, is nothing. */
function parsedLine(line: string): LogLine[] {
  try {
    return [JSON.parse(line)]
  } catch {
    return []
  }
}
