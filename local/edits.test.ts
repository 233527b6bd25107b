import { expect, it } from '@jest/globals'
import { resolveClusterSpec } from '../operator/api/defaults.ts'
import { editSentences, renameProblems } from './edits.ts'
import type { PoolManifests } from './manifests.ts'

const images = { server: '', mongodb: '' }
const spec = { serverUrl: 'http://127.0.0.1:8080/cas' }
const manifests = (change: object = {}, usersFile = 'a'): PoolManifests => ({
  pool: 'default/sso',
  cluster: resolveClusterSpec({ ...spec, ...change }, images),
  services: [],
  files: new Set(),
  usersFile,
  trustedCAs: [],
})

it('names the fields that take effect at the next start, until they are as they were', () => {
  const edited = manifests({ replicas: 5, mongodb: { members: 5 } })
  expect(editSentences(manifests(), manifests(), edited)).toEqual([
    'at the next start only: replicas, mongodb',
  ])
  expect(editSentences(manifests(), edited, manifests())).toEqual([])
})

it('says nothing of properties, which the registry carries', () => {
  expect(editSentences(manifests(), manifests(), manifests({ config: { a: 'b' } }))).toEqual([])
})

it('says that users were read again, once per edit', () => {
  const edited = manifests({}, 'b')
  expect(editSentences(manifests(), manifests(), edited)).toEqual(['users were read again'])
  expect(editSentences(manifests(), edited, edited)).toEqual([])
})

it('a renamed CasCluster is another pool, and both names and the remedy are said', () => {
  expect(renameProblems('default/sso', 'default/sso')).toEqual([])
  expect(renameProblems('default/sso', 'default/login')).toEqual([
    expect.stringMatching(/default\/sso is now called default\/login.*--home.*--reset/),
  ])
})
