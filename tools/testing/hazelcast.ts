// A real Hazelcast cluster for tests: members on free loopback ports, gone with this process.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDirectory, contentKey, fillOnce } from '../system/cache.ts'
import { type RunningChild, startChild } from '../system/child.ts'
import { CommandFault, run } from '../system/command.ts'
import { findWanted, wantedUnavailable } from '../system/distribution.ts'
import { freePorts, until } from '../system/ports.ts'
import { findJava, javaUnavailable } from './java.ts'

const maven = { what: 'Maven', variable: 'MAVEN', names: ['mvn'], packages: ['maven'] }
const project = join(import.meta.dirname, 'hazelcast/pom.xml')

export interface HazelcastMember {
  readonly port: number
  /** SIGKILL. Resolves when the process is gone. */
  kill(): Promise<void>
  /** Starts it again, empty, on the same port. Resolves when it is a member of the cluster again. */
  start(): Promise<void>
}

export interface HazelcastCluster {
  readonly clusterName: string
  /** `host:port` of all members. */
  readonly addresses: readonly string[]
  readonly members: readonly HazelcastMember[]
  stop(): Promise<void>
}

/** Why there is no Hazelcast on this machine, after trying to get it; undefined when it is there. */
export async function hazelcastUnavailable(): Promise<string | undefined> {
  const missing = (await javaUnavailable()) ?? (await wantedUnavailable(maven))
  if (missing !== undefined) return missing
  try {
    await fillOnce(await libraryDirectory(), async (temporary) => {
      process.stderr.write('fetching Hazelcast with Maven\n')
      const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${temporary}`]
      await run(findWanted(maven) ?? 'mvn', ['--batch-mode', '--quiet', '--file', project, ...goal])
    })
    return undefined
  } catch (error) {
    if (!(error instanceof CommandFault)) throw error
    return `Hazelcast cannot be fetched: ${error.message.split('\n').slice(0, 2).join(': ')}`
  }
}

const libraryDirectory = async (): Promise<string> =>
  cacheDirectory('hazelcast', contentKey([await readFile(project)]))

/** Starts a cluster and waits until its members know each other. */
export async function startHazelcast({ members: count = 2 } = {}): Promise<HazelcastCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'caspool-hz-'))
  const ports = await freePorts(count)
  const clusterName = 'caspool-test'
  const configuration = join(directory, 'hazelcast.xml')
  await writeFile(configuration, configurationText(clusterName, ports))
  const library = await libraryDirectory()
  const jars = (await readdir(library)).map((jar) => join(library, jar)).join(':')
  const members = ports.map((port) => memberOf({ port, directory, configuration, jars }))
  await Promise.all(members.map((member) => member.begin()))
  await Promise.all(members.map((member) => member.sees(count)))
  return {
    clusterName,
    addresses: ports.map((port) => `127.0.0.1:${port}`),
    members: members.map(({ port, kill, begin, sees }) => ({
      port,
      kill,
      start: async () => {
        await begin()
        await sees(members.filter(({ isRunning }) => isRunning()).length)
      },
    })),
    stop: async () => {
      await Promise.all(members.map(({ kill }) => kill()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function memberOf(options: {
  readonly port: number
  readonly directory: string
  readonly configuration: string
  readonly jars: string
}) {
  const { port, directory, configuration, jars } = options
  let child: RunningChild | undefined
  let starts = 0
  let log = ''
  return {
    port,
    isRunning: () => child?.isRunning() === true,
    begin: async () => {
      starts += 1
      log = join(directory, `${port}-${starts}.log`)
      const settings = {
        'hazelcast.config': configuration,
        'caspool.port': String(port),
        'hazelcast.phone.home.enabled': 'false',
        'hazelcast.socket.bind.any': 'false',
      }
      const defined = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`)
      const small = ['-Xmx192m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData']
      const main = 'com.hazelcast.core.server.HazelcastMemberStarter'
      child = startChild(findJava() ?? 'java', [...small, ...defined, '-cp', jars, main], { log })
    },
    /** Resolves when the member is in a cluster of this size. */
    sees: async (size: number) => {
      await until(
        `a Hazelcast cluster of ${size}`,
        async () => {
          const text = await readFile(log, 'utf8')
          if (child?.isRunning() !== true) throw new Error(`Hazelcast has ended:\n${text.slice(-2000)}`)
          const views = [...text.matchAll(/Members \{size:(\d+)/g)]
          return text.includes('is STARTED') && views.at(-1)?.[1] === String(size)
        },
        { withinMs: 120_000 },
      )
    },
    kill: async () => {
      await child?.end('SIGKILL')
    },
  }
}

/** Whoever is a member is found by address, on loopback, and is given up as soon as its connection breaks. */
function configurationText(clusterName: string, ports: readonly number[]): string {
  const known = ports.map((port) => `<member>127.0.0.1:${port}</member>`).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>
<hazelcast xmlns="http://www.hazelcast.com/schema/config">
  <cluster-name>${clusterName}</cluster-name>
  <properties>
    <property name="hazelcast.wait.seconds.before.join">1</property>
    <property name="hazelcast.partition.count">31</property>
  </properties>
  <network>
    <port auto-increment="false">\${caspool.port}</port>
    <join>
      <auto-detection enabled="false"/>
      <multicast enabled="false"/>
      <tcp-ip enabled="true">${known}</tcp-ip>
    </join>
    <interfaces enabled="true"><interface>127.0.0.1</interface></interfaces>
  </network>
</hazelcast>
`
}
