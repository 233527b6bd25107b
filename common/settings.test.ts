import { expect, it } from '@jest/globals'
import { SettingsFault } from './fault.ts'
import { integer, list, oneOf, parseSettings, text, unknownVariables } from './settings.ts'

const table = {
  port: { variable: 'T_PORT', doc: 'port to listen on', fallback: '8080', parse: integer(1, 65535) },
  url: { variable: 'T_URL', doc: 'public URL', parse: text },
  level: {
    variable: 'T_LEVEL',
    doc: 'log level',
    fallback: 'info',
    parse: oneOf(['info', 'debug'] as const),
  },
  names: { variable: 'T_NAMES', doc: 'names', fallback: '', parse: list },
}

it('uses the fallback where a variable is unset', () => {
  expect(parseSettings(table, { T_URL: 'x' })).toEqual({ port: 8080, url: 'x', level: 'info', names: [] })
})

it('reports every mistake at once and names the variable', () => {
  const attempt = (): unknown => parseSettings(table, { T_PORT: '70000', T_LEVEL: 'loud' })
  expect(attempt).toThrow(SettingsFault)
  expect(attempt).toThrow(
    /T_PORT: must be a whole number from 1 to 65535[\s\S]*T_URL is not set[\s\S]*T_LEVEL: must be one of info, debug/,
  )
})

it('trims list items and drops empty ones', () => {
  expect(parseSettings(table, { T_URL: 'x', T_NAMES: ' a, ,b' }).names).toEqual(['a', 'b'])
})

it('finds variables that are misspelt, and takes those of Kubernetes for no mistake', () => {
  const variables = [
    'CASPOOL_SERVICES_DIRECTORY',
    'CASPOOL_REPLICATION',
    'CASPOOL_MANAGEMENT_PORT',
    'CASPOOL_PORT',
  ]
  const known = Object.fromEntries(
    variables.map((variable) => [variable, { variable, doc: '', parse: text }]),
  )
  const ofKubernetes = {
    CASPOOL_SERVICE_HOST: '10.0.0.1',
    CASPOOL_SERVICE_PORT: '8080',
    CASPOOL_SERVER_SERVICE_PORT_HTTP: '8080',
    CASPOOL_SERVER_PORT: 'tcp://10.0.0.1:8080',
    CASPOOL_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
    CASPOOL_PORT_8080_TCP_ADDR: '10.0.0.1',
  }
  const misspelt = {
    CASPOOL_SERVICES_DIR: '/x',
    CASPOOL_REPLICATON: 'mongodb',
    CASPOOL_MANAGMENT_PORT: '1',
    CASPOOL_HOME: '/opt',
  }
  expect(unknownVariables(known, { ...ofKubernetes, ...misspelt, CASPOOL_PORT: '1', PATH: '/bin' })).toEqual([
    { variable: 'CASPOOL_SERVICES_DIR', meant: 'CASPOOL_SERVICES_DIRECTORY' },
    { variable: 'CASPOOL_REPLICATON', meant: 'CASPOOL_REPLICATION' },
    { variable: 'CASPOOL_MANAGMENT_PORT', meant: 'CASPOOL_MANAGEMENT_PORT' },
    { variable: 'CASPOOL_HOME' },
  ])
})
