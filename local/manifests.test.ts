import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, describe, expect, it } from '@jest/globals'
import { loadManifests } from './manifests.ts'

const directory = mkdtempSync(join(tmpdir(), 'caspool-manifests-'))
afterAll(() => rmSync(directory, { recursive: true }))

const [first = '', second = ''] = rootCertificates
const cluster = (trustedCAs: readonly object[]) => ({
  apiVersion: 'caspool.io/v1alpha1',
  kind: 'CasCluster',
  metadata: { name: 'sso' },
  spec: { serverUrl: 'http://localhost:8080/cas', trustedCAs, outbound: { allow: ['app.internal'] } },
})
const holder = (kind: 'Secret' | 'ConfigMap', name: string, content: object) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  ...content,
})

async function loaded(...objects: readonly object[]) {
  const folder = mkdtempSync(join(directory, 'case-'))
  for (const [i, object] of objects.entries()) {
    writeFileSync(join(folder, `${i}.json`), JSON.stringify(object))
  }
  return loadManifests(folder)
}

describe('authorities that a local pool trusts', () => {
  it('stand in Secrets and ConfigMaps beside the CasCluster', async () => {
    const answer = await loaded(
      cluster([{ secretRef: { name: 'ours', key: 'root.pem' } }, { configMapRef: { name: 'company' } }]),
      holder('Secret', 'ours', { data: { 'root.pem': Buffer.from(first).toString('base64') } }),
      holder('ConfigMap', 'company', { data: { 'ca.crt': second } }),
    )
    expect(answer).toMatchObject({
      kind: 'pool',
      pool: { trustedCAs: [first, second], cluster: { outboundAllow: ['app.internal'] } },
    })
  })

  it.each<[string, readonly object[], string]>([
    ['an object that is not there', [], 'there is no ConfigMap company with the key ca.crt'],
    [
      'another key',
      [holder('ConfigMap', 'company', { data: { 'ca.pem': first } })],
      'there is no ConfigMap company with the key ca.crt',
    ],
    [
      'the other kind of object',
      [holder('Secret', 'company', { stringData: { 'ca.crt': first } })],
      'there is no ConfigMap company',
    ],
    [
      'something that is no certificate',
      [holder('ConfigMap', 'company', { data: { 'ca.crt': 'none' } })],
      '1.json, ConfigMap company: the key ca.crt holds no PEM certificate',
    ],
  ])('are refused when they are to stand in %s', async (_what, objects, problem) => {
    const answer = await loaded(cluster([{ configMapRef: { name: 'company' } }]), ...objects)
    expect(answer).toEqual({ kind: 'refused', problems: [expect.stringContaining(problem)] })
  })
})

it('a directory that is not there is refused by its name, with what to do', async () => {
  expect(await loadManifests('/nowhere/at/all')).toEqual({
    kind: 'refused',
    problems: ['/nowhere/at/all does not exist: name a directory with manifests (--manifests, MANIFESTS)'],
  })
})

it('hidden files and folders are passed over, as everywhere else', async () => {
  const folder = mkdtempSync(join(directory, 'case-'))
  writeFileSync(join(folder, 'sso.json'), JSON.stringify(cluster([])))
  writeFileSync(join(folder, '.hidden-1.json'), 'none')
  mkdirSync(join(folder, '..data'))
  writeFileSync(join(folder, '..data/sso.json'), JSON.stringify(cluster([])))
  expect(await loadManifests(folder)).toMatchObject({ kind: 'pool', pool: { pool: 'default/sso' } })
})

const definition = '"@class": "org.apereo.cas.services.CasRegisteredService", "id": 1'

it.each([
  ['in JSON', `{ ${definition} }`, 'a-1.json: not a Kubernetes object: '],
  ['that only Apereo can read', `{ ${definition} // one\n name: 'A' }`, 'a-1.json: '],
  ['in YAML', '--- !<org.apereo.cas.services.CasRegisteredService>\nid: 1\n', 'a-1.json: '],
])('a definition of Apereo CAS %s is refused with what makes a manifest of it', async (_how, text, start) => {
  const folder = mkdtempSync(join(directory, 'case-'))
  writeFileSync(join(folder, 'a-1.json'), text)
  const answer = await loadManifests(folder)
  if (answer.kind !== 'refused') throw new Error('was taken')
  expect(answer.problems).toEqual([expect.stringContaining('of which caspool import makes manifests')])
  expect(answer.problems[0]?.startsWith(start)).toBe(true)
})

it('what is no manifest, and no definition either, is refused without that advice', async () => {
  expect(await loaded({ name: 'other' })).toEqual({
    kind: 'refused',
    problems: ['0.json: not a Kubernetes object: apiVersion, kind and metadata.name are needed'],
  })
})
