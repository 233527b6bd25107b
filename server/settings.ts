/** The settings of a server process: names from the contract, values parsed once. Live properties are not here. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { certificatesIn } from '../common/certificates.ts'
import { ports, serverEnv } from '../common/contract.ts'
import { reasonOf, SettingsFault } from '../common/fault.ts'
import { logLevels } from '../common/log.ts'
import { parseOutboundAllowEntry } from '../common/outbound-allow.ts'
import { integer, list, oneOf, optionalText, parseSettings, type Settings, text } from '../common/settings.ts'
import { isNodeName } from './replication/entry.ts'
import { parsePoolKey } from './tickets/login-token.ts'

export interface PublicUrl {
  /** Origin, e.g. `https://sso.example.org`. */
  readonly origin: string
  /** Context path without a slash at its end: `/cas`, or empty. */
  readonly contextPath: string
  readonly isHttps: boolean
}

const replications = ['none', 'mongodb', 'hazelcast'] as const
const replicationModes = ['active', 'passive'] as const

/** Everything that a server process can be told; its documentation is made from this table. */
export const serverSettings = {
  serverUrl: {
    variable: serverEnv.serverUrl,
    doc: 'public URL of the pool, e.g. https://sso.example.org/cas',
    parse: parsePublicUrl,
  },
  mongodbUri: {
    variable: serverEnv.mongodbUriFile,
    doc: 'file that holds the MongoDB connection string',
    parse: contentOf,
  },
  mongodbDatabase: { variable: serverEnv.mongodbDatabase, doc: 'name of the database', parse: text },
  poolKey: {
    variable: serverEnv.poolKeyFile,
    doc: 'file that holds the pool key: 32 random bytes in base64',
    parse: (path: string) => parsePoolKey(contentOf(path)),
  },
  usersFile: {
    variable: serverEnv.usersFile,
    doc: 'file of static users; empty: none',
    fallback: '',
    parse: optionalText,
  },
  trustedCAs: {
    variable: serverEnv.trustedCAsDirectory,
    doc: 'directory of PEM files: authorities that proxy callbacks and logout messages trust besides the public ones',
    fallback: '',
    parse: (path: string) => (path === '' ? [] : certificatesIn(filesOf(path))),
  },
  outboundAllow: {
    variable: serverEnv.outboundAllow,
    doc: 'host names, addresses and networks that may be called although they are not public, comma-separated',
    fallback: '',
    parse: (value: string) => list(value).map(parseOutboundAllowEntry),
  },
  servicesDirectory: {
    variable: serverEnv.servicesDirectory,
    doc: 'directory of service definitions in JSON or YAML, instead of those in MongoDB (see replication.md); empty: MongoDB',
    fallback: '',
    parse: optionalText,
  },
  replication: {
    variable: serverEnv.replication,
    doc: `how definitions in files are replicated between servers: ${replications.join(', ')}`,
    fallback: 'none',
    parse: oneOf(replications),
  },
  replicationMode: {
    variable: serverEnv.replicationMode,
    doc: 'active: every server edits and holds the files; passive: the server that has a directory publishes, others serve',
    fallback: 'passive',
    parse: oneOf(replicationModes),
  },
  replicationStateFile: {
    variable: serverEnv.replicationStateFile,
    doc: 'file in which a server with a directory keeps the state of replication; empty: beside the directory',
    fallback: '',
    parse: optionalText,
  },
  hazelcastMembers: {
    variable: serverEnv.hazelcastMembers,
    doc: 'host:port of some members of the Hazelcast cluster, comma-separated',
    fallback: '',
    parse: list,
  },
  hazelcastCluster: {
    variable: serverEnv.hazelcastCluster,
    doc: 'name of the Hazelcast cluster',
    fallback: 'dev',
    parse: text,
  },
  memberName: { variable: serverEnv.memberName, doc: 'name of this server in the pool', parse: text },
  memberAddress: {
    variable: serverEnv.memberAddress,
    doc: 'address under which this server is reached; empty: its host name and port',
    fallback: '',
    parse: (value: string) => value,
  },
  listenHost: {
    variable: serverEnv.listenHost,
    doc: 'address to listen on',
    fallback: '0.0.0.0',
    parse: text,
  },
  port: {
    variable: serverEnv.port,
    doc: 'port of the CAS endpoints',
    fallback: String(ports.http),
    parse: integer(0, 65_535),
  },
  managementPort: {
    variable: serverEnv.managementPort,
    doc: 'port of probes and metrics',
    fallback: String(ports.management),
    parse: integer(0, 65_535),
  },
  drainDelaySeconds: {
    variable: serverEnv.drainDelaySeconds,
    doc: 'seconds between SIGTERM and the end of the listener',
    fallback: '5',
    parse: integer(0, 300),
  },
  logLevel: {
    variable: serverEnv.logLevel,
    doc: logLevels.join(', '),
    fallback: 'info',
    parse: oneOf(logLevels),
  },
} as const

export type ServerSettings = Settings<typeof serverSettings>

/** Settings out of the environment. Throws SettingsFault with every problem. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): ServerSettings {
  const settings = parseSettings(serverSettings, environment)
  const problems = replicationProblems(settings)
  if (problems.length > 0) throw new SettingsFault(problems)
  return settings
}

/** Where a server with a directory keeps the state of replication: outside of it, so that copies leave it alone. */
export function stateFileOf({
  servicesDirectory,
  replicationStateFile,
}: Pick<ServerSettings, 'servicesDirectory' | 'replicationStateFile'>): string | undefined {
  if (servicesDirectory === undefined) return undefined
  return replicationStateFile ?? `${resolve(servicesDirectory)}.replication.json`
}

/** What each setting allows, and all of them together do not. */
function replicationProblems(settings: ServerSettings): readonly string[] {
  const { replication, replicationMode, servicesDirectory, hazelcastMembers, memberName } = settings
  if (replication === 'none') {
    const asked = [
      ...(replicationMode === 'active' ? [serverEnv.replicationMode] : []),
      ...(hazelcastMembers.length > 0 ? [serverEnv.hazelcastMembers] : []),
    ]
    return asked.map(
      (variable) => `${serverEnv.replication} is not set, but ${variable} is: nothing would be replicated`,
    )
  }
  const problems: string[] = []
  if (replicationMode === 'active' && servicesDirectory === undefined) {
    problems.push(`${serverEnv.servicesDirectory} is not set: in mode active every server has a directory`)
  }
  if (replication === 'hazelcast' && hazelcastMembers.length === 0) {
    problems.push(`${serverEnv.hazelcastMembers} is not set: name at least one member, such as 10.0.0.1:5701`)
  }
  if (!isNodeName(memberName)) {
    problems.push(`${serverEnv.memberName}: must be printable ASCII without blanks, at most 253 characters`)
  }
  const stateFile = stateFileOf(settings)
  if (servicesDirectory !== undefined && stateFile !== undefined) {
    const isInside = resolve(stateFile).startsWith(`${resolve(servicesDirectory)}/`)
    if (isInside) problems.push(`${serverEnv.replicationStateFile}: must not lie inside of the directory`)
  }
  return problems
}

/** The public URL; http only for loopback hosts, since a session cookie without Secure can be read on the way. */
export function parsePublicUrl(value: string): PublicUrl {
  const url = URL.parse(value)
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new Error('must be an http or https URL')
  if (url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new Error('must not hold a query, a fragment or user information')
  }
  const isHttps = url.protocol === 'https:'
  if (!isHttps && !isLoopback(url.hostname)) throw new Error('must be https unless the host is loopback')
  const contextPath = url.pathname.replace(/\/+$/, '')
  if (!/^(?:\/[A-Za-z0-9._~-]+)*$/.test(contextPath)) throw new Error('has a path with unusual characters')
  return { origin: url.origin, contextPath, isHttps }
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host)
  )
}

/** Path -> content of the PEM files of a directory. What a Secret's mount keeps in hidden folders is not looked at. */
function filesOf(directory: string): ReadonlyMap<string, string> {
  try {
    const names = readdirSync(directory).filter((name) => /^[^.].*\.(pem|crt)$/.test(name))
    return new Map(names.map((name) => [join(directory, name), contentOf(join(directory, name))]))
  } catch (error) {
    throw new Error(`cannot read ${directory}: ${reasonOf(error)}`)
  }
}

function contentOf(path: string): string {
  try {
    const content = readFileSync(path, 'utf8').trim()
    if (content === '') throw new Error('is empty')
    return content
  } catch (error) {
    throw new Error(`cannot read ${path}: ${reasonOf(error)}`)
  }
}
