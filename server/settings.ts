/** The settings of a server process: names from the contract, values parsed once. Live properties are not here. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { certificatesIn } from '../common/certificates.ts'
import { ports, serverEnv } from '../common/contract.ts'
import { reasonOf } from '../common/fault.ts'
import { logLevels } from '../common/log.ts'
import { parseOutboundAllowEntry } from '../common/outbound-allow.ts'
import { integer, list, oneOf, optionalText, parseSettings, type Settings, text } from '../common/settings.ts'
import { parsePoolKey } from './tickets/login-token.ts'

export interface PublicUrl {
  /** Origin, e.g. `https://sso.example.org`. */
  readonly origin: string
  /** Context path without a slash at its end: `/cas`, or empty. */
  readonly contextPath: string
  readonly isHttps: boolean
}

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
  memberName: { variable: serverEnv.memberName, doc: 'name of this server in the pool', parse: text },
  memberAddress: {
    variable: serverEnv.memberAddress,
    doc: 'address under which this server is reached',
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
export const readSettings = (environment: Readonly<Record<string, string | undefined>>): ServerSettings =>
  parseSettings(serverSettings, environment)

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
