import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { serverEnv } from '../common/contract.ts'
import { parsePublicUrl, readSettings } from './settings.ts'

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
