// An application behind Apereo's Java CAS client, in a servlet container of its own, gone with this process.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDirectory, contentKey, fillOnce } from '../system/cache.ts'
import { startChild } from '../system/child.ts'
import { CommandFault, run } from '../system/command.ts'
import { findWanted, wantedUnavailable } from '../system/distribution.ts'
import { acceptsConnections, freePorts, until } from '../system/ports.ts'
import { findJava, javaUnavailable } from './java.ts'

const maven = { what: 'Maven', variable: 'MAVEN', names: ['mvn'], packages: ['maven'] }
const project = join(import.meta.dirname, 'java-cas-client/pom.xml')
const source = join(import.meta.dirname, 'java-cas-client/SampleApplication.java')

/** Why the client cannot run on this machine, after trying to get it; undefined when it is there. */
export async function javaCasClientUnavailable(): Promise<string | undefined> {
  const missing = (await javaUnavailable()) ?? (await wantedUnavailable(maven))
  if (missing !== undefined) return missing
  try {
    await fillOnce(await libraryDirectory(), async (temporary) => {
      process.stderr.write('fetching the Java CAS client with Maven\n')
      const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${temporary}`]
      await run(findWanted(maven) ?? 'mvn', ['--batch-mode', '--quiet', '--file', project, ...goal])
    })
    return undefined
  } catch (error) {
    if (!(error instanceof CommandFault)) throw error
    return `the Java CAS client cannot be fetched: ${error.message.split('\n').slice(0, 2).join(': ')}`
  }
}

const libraryDirectory = async (): Promise<string> =>
  cacheDirectory('java-cas-client', contentKey([await readFile(project)]))

export interface JavaApplication {
  /** `http://localhost:PORT`; any page below it tells who is signed in, and with which attributes. */
  readonly url: string
  stop(): Promise<void>
}

/** Starts the application; `cas` is the URL of the CAS endpoints. Resolves when it takes connections. */
export async function startJavaApplication(cas: string): Promise<JavaApplication> {
  const directory = await mkdtemp(join(tmpdir(), 'caspool-java-'))
  const log = join(directory, 'log')
  const [port = 0] = await freePorts(1)
  const library = await libraryDirectory()
  const jars = (await readdir(library)).map((jar) => join(library, jar)).join(':')
  const small = ['-Xmx192m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData']
  const child = startChild(findJava() ?? 'java', [...small, '-cp', jars, source, String(port), cas], { log })
  await until(
    'the Java application takes connections',
    async () => {
      if (!child.isRunning()) throw new Error(`it has ended:\n${(await readFile(log, 'utf8')).slice(-2000)}`)
      return acceptsConnections(port)
    },
    { withinMs: 120_000 },
  )
  return {
    url: `http://localhost:${port}`,
    stop: async () => {
      await child.end('SIGKILL')
      await rm(directory, { recursive: true })
    },
  }
}
