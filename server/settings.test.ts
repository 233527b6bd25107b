import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, describe, expect, it } from '@jest/globals'
import { serverEnv } from '../common/contract.ts'
import { unknownVariables } from '../common/settings.ts'
import { parsePublicUrl, readSettings, serverSettings, stateFileOf } from './settings.ts'

const directory = mkdtempSync(join(tmpdir(), 'caspool-settings-'))
const file = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text)
  return join(directory, name)
}
afterAll(() => rmSync(directory, { recursive: true }))

const environment = (): Record<string, string> => ({
  [serverEnv.serverUrl]: 'https://sso.example.org/cas',
  [serverEnv.mongodbUriFile]: file('uri', 'mongodb://localhost/\n'),
  [serverEnv.mongodbDatabase]: 'cas',
  [serverEnv.poolKeyFile]: file('pool.key', `${Buffer.alloc(32, 1).toString('base64')}\n`),
  [serverEnv.memberName]: 'sso-server-0',
})

describe('settings', () => {
  it('need little, and have the contract for the rest', () => {
    expect(readSettings(environment())).toMatchObject({
      serverUrl: { origin: 'https://sso.example.org', contextPath: '/cas', isHttps: true },
      mongodbUri: 'mongodb://localhost/',
      poolKey: Buffer.alloc(32, 1),
      usersFile: undefined,
      listenHost: '0.0.0.0',
      port: 8080,
      managementPort: 8081,
    })
  })

  it('are refused all at once, each with what it takes, and without what a secret file holds', () => {
    const bad = {
      ...environment(),
      [serverEnv.serverUrl]: 'http://sso.example.org',
      [serverEnv.poolKeyFile]: file('bad.key', 'tooshortsecret'),
      [serverEnv.mongodbUriFile]: join(directory, 'none'),
      [serverEnv.port]: '99999',
    }
    let message = ''
    try {
      readSettings(bad)
    } catch (error) {
      message = (error as Error).message
    }
    for (const name of ['serverUrl', 'poolKeyFile', 'mongodbUriFile', 'port'] as const) {
      expect(message).toContain(serverEnv[name])
    }
    expect(message).not.toContain('tooshortsecret')
  })
})

describe('replication', () => {
  const refusal = (settings: Record<string, string>): string => {
    try {
      readSettings({ ...environment(), ...settings })
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  const services = { [serverEnv.servicesDirectory]: '/srv/services' }

  it('is off unless asked for, and keeps its state beside the directory', () => {
    const settings = readSettings({ ...environment(), ...services })
    expect(settings).toMatchObject({ replication: 'none', replicationMode: 'passive' })
    expect(stateFileOf(settings)).toBe('/srv/services.replication.json')
    expect(stateFileOf(readSettings(environment()))).toBeUndefined()
  })

  it.each([
    [{ [serverEnv.replicationMode]: 'active' }, serverEnv.servicesDirectory],
    [{ [serverEnv.replication]: 'hazelcast' }, serverEnv.hazelcastMembers],
    [{ [serverEnv.memberName]: 'two words' }, serverEnv.memberName],
    [
      { ...services, [serverEnv.replicationStateFile]: '/srv/services/state.json' },
      serverEnv.replicationStateFile,
    ],
  ])('is refused with %j', (settings, variable) => {
    expect(refusal({ [serverEnv.replication]: 'mongodb', ...settings })).toContain(variable)
  })

  it.each([{ [serverEnv.replicationMode]: 'active' }, { [serverEnv.hazelcastMembers]: '127.0.0.1:5701' }])(
    'is missed where there is %j',
    (settings) => {
      expect(refusal({ ...services, ...settings })).toContain(`${serverEnv.replication} is not set, but`)
    },
  )
})

describe('what may be called', () => {
  const certificates = (text: string): Record<string, string> => {
    const folder = mkdtempSync(join(directory, 'cas-'))
    writeFileSync(join(folder, '0.pem'), text)
    // A mount keeps its versions in hidden folders.
    mkdirSync(join(folder, '..data'))
    return { ...environment(), [serverEnv.trustedCAsDirectory]: folder }
  }

  it('is public addresses and authorities only, unless more is said', () => {
    expect(readSettings(environment())).toMatchObject({ trustedCAs: [], outboundAllow: [] })
    const [authority = ''] = rootCertificates
    const allowing = { ...certificates(authority), [serverEnv.outboundAllow]: 'app.internal, 10.20.0.0/16' }
    expect(readSettings(allowing)).toMatchObject({
      trustedCAs: [authority],
      outboundAllow: [
        { kind: 'host', name: 'app.internal' },
        { kind: 'network', address: '10.20.0.0', prefix: 16 },
      ],
    })
  })

  it('is refused when it cannot be read: a server that trusts less than it was told fails later', () => {
    const absent = { ...environment(), [serverEnv.trustedCAsDirectory]: join(directory, 'none') }
    expect(() => readSettings(absent)).toThrow('cannot read')
    expect(() => readSettings(certificates('no certificate'))).toThrow('holds no PEM certificate')
    const list = { ...environment(), [serverEnv.outboundAllow]: 'https://app.internal' }
    expect(() => readSettings(list)).toThrow('must be a host name, an address or a network')
  })
})

describe('the public URL', () => {
  it.each([
    ['https://sso.example.org/cas/', '/cas', true],
    ['https://sso.example.org', '', true],
    ['https://sso.example.org:8443/a/b', '/a/b', true],
    ['http://127.0.0.1:8080/cas', '/cas', false],
    ['http://localhost:8080/cas', '/cas', false],
    ['http://[::1]:8080/cas', '/cas', false],
  ])('%s has the path "%s"', (text, contextPath, isHttps) => {
    expect(parsePublicUrl(text)).toMatchObject({ contextPath, isHttps })
  })

  it.each([
    'http://sso.example.org/cas',
    'http://localhost.example.org/cas',
    'http://127.0.0.1.example.org/cas',
    'ftp://sso.example.org/',
    'sso.example.org/cas',
    'https://user@sso.example.org/cas',
    'https://sso.example.org/cas?x=1',
    'https://sso.example.org/c:as*',
  ])('%s is refused', (text) => {
    expect(() => parsePublicUrl(text)).toThrow()
  })
})

it('stand in the example of a systemd unit as a server takes them', () => {
  const unit = readFileSync(
    join(import.meta.dirname, '../docs/examples/server/caspool-server.service'),
    'utf8',
  )
  const stated = Array.from(unit.matchAll(/^Environment=(.*)$/gm), ([, line = '']) => line.split(' '))
    .flat()
    .map((one): [string, string] => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)])
  expect(stated.length).toBeGreaterThan(5)
  const files = { [serverEnv.mongodbUriFile]: 'uri', [serverEnv.poolKeyFile]: 'pool.key' }
  const made = environment()
  const variables = Object.fromEntries(
    stated.map(([name, value]) => [name, name in files ? made[name] : value]),
  )
  // In the file that the unit names.
  const memberName = 'cas1.example.org'
  expect(unit).toContain(`${serverEnv.memberName}=${memberName}`)
  const environmentOfUnit = { ...variables, [serverEnv.memberName]: memberName }
  expect(readSettings(environmentOfUnit)).toMatchObject({ listenHost: '127.0.0.1', memberName })
  expect(unknownVariables(serverSettings, environmentOfUnit)).toEqual([])
})
