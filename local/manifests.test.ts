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
      'an object in another namespace',
      [
        {
          ...holder('ConfigMap', 'company', { data: { 'ca.crt': second } }),
          metadata: { name: 'company', namespace: 'apps' },
        },
      ],
      'there is no ConfigMap company with the key ca.crt in the namespace of the CasCluster',
    ],
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

describe('a file that held objects and holds none any more', () => {
  const folder = mkdtempSync(join(directory, 'emptied-'))
  const service = (name: string) => ({
    apiVersion: 'caspool.io/v1alpha1',
    kind: 'CasService',
    metadata: { name },
    spec: { clusterRef: { name: 'sso' }, match: { hosts: [`${name}.example.org`] } },
  })
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
  const held = new Set(['pool.json', 'payroll.yaml'])
  write('pool.json', JSON.stringify(cluster([])))
  write('payroll.yaml', JSON.stringify(service('payroll')))
  write('notes.yaml', '# nothing so far\n')

  it('is known by what was read before, as no file of comments alone is', async () => {
    expect(await loadManifests(folder)).toMatchObject({ kind: 'pool', pool: { files: held } })
    expect(await loadManifests(folder, held)).toMatchObject({ kind: 'pool' })
  })

  it.each([
    ['no text', ''],
    ['blanks', ' \n\n'],
    ['comments', '# payroll\n---\n# was here\n'],
  ])('is refused with %s in it, with what to do', async (_what, text) => {
    write('payroll.yaml', text)
    expect(await loadManifests(folder, held)).toEqual({
      kind: 'refused',
      problems: ['payroll.yaml is empty: write it, or remove the file to remove what it said'],
    })
  })

  it('is taken when something is written or it is removed', async () => {
    write('payroll.yaml', JSON.stringify(service('salaries')))
    expect(await loadManifests(folder, held)).toMatchObject({ kind: 'pool', pool: { files: held } })
    rmSync(join(folder, 'payroll.yaml'))
    expect(await loadManifests(folder, held)).toMatchObject({ pool: { files: new Set(['pool.json']) } })
  })

  it('as an empty list it says that there is nothing', async () => {
    write('payroll.yaml', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [] }))
    expect(await loadManifests(folder, held)).toMatchObject({ kind: 'pool', pool: { services: [] } })
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

const service = {
  apiVersion: 'caspool.io/v1alpha1',
  kind: 'CasService',
  metadata: { name: 'wiki' },
  spec: { clusterRef: { name: 'sso' }, match: { hosts: ['wiki.example.org'] } },
}
const list = (...items: readonly unknown[]) => ({ apiVersion: 'v1', kind: 'List', items })

describe('lists', () => {
  it('are looked into, as kubectl does, and lists in them', async () => {
    const { apiVersion, kind: _, ...untyped } = service
    const typed = { apiVersion, kind: 'CasServiceList', items: [untyped] }
    for (const objects of [[list(cluster([]), service)], [list(list(cluster([])), typed), list()]]) {
      expect(await loaded(...objects)).toMatchObject({
        kind: 'pool',
        pool: { pool: 'default/sso', services: [{ kind: 'CasService', metadata: { name: 'wiki' } }] },
      })
    }
  })

  it.each([
    ['another kind', { ...service, kind: 'Deployment' }, /Deployment wiki: the local pool takes/],
    ['what is no object', 5, /not a Kubernetes object/],
    ['a name that stands twice', service, /CasService wiki: stands twice/],
    ['a mistake', { ...service, metadata: { name: 'a' }, spec: {} }, /CasService a: spec\.clusterRef/],
  ])('are refused for %s in them', async (_, item, problem) => {
    expect(await loaded(cluster([]), list(service, item))).toEqual({
      kind: 'refused',
      problems: expect.arrayContaining([expect.stringMatching(problem)]),
    })
  })

  it('that lie in themselves are refused', async () => {
    const folder = mkdtempSync(join(directory, 'case-'))
    writeFileSync(join(folder, 'a.yaml'), '&a {apiVersion: v1, kind: List, items: [*a]}')
    const problems = [expect.stringContaining('a.yaml: not a Kubernetes object')]
    expect(await loadManifests(folder)).toEqual({ kind: 'refused', problems })
  })

  it('without items are refused', async () => {
    const problems = [expect.stringContaining('not a Kubernetes object')]
    expect(await loaded(cluster([]), { apiVersion: 'v1', kind: 'List' })).toEqual({
      kind: 'refused',
      problems,
    })
  })
})

it('tells services of one name in two namespaces apart', async () => {
  const spec = { ...cluster([]).spec, services: { from: 'All' } }
  const clusterRef = { name: 'sso', namespace: 'default' }
  const other = {
    ...service,
    metadata: { name: 'wiki', namespace: 'apps' },
    spec: { ...service.spec, clusterRef },
  }
  const answer = await loaded({ ...cluster([]), spec }, service, other)
  expect(answer).toMatchObject({
    kind: 'pool',
    pool: {
      services: [
        { metadata: { name: 'wiki', namespace: 'default' } },
        { metadata: { name: 'wiki', namespace: 'apps' } },
      ],
    },
  })
})

describe('what kustomize reads', () => {
  const withFile = (name: string, text: string) => {
    const folder = mkdtempSync(join(directory, 'case-'))
    writeFileSync(join(folder, 'sso.json'), JSON.stringify(cluster([])))
    writeFileSync(join(folder, name), text)
    return loadManifests(folder)
  }

  it.each([
    ['kustomization.yaml', 'resources: [sso.json]\n'],
    ['kustomization.yml', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'],
  ])('is passed over: %s', async (name, text) => {
    expect(await withFile(name, text)).toMatchObject({ kind: 'pool', pool: { pool: 'default/sso' } })
  })

  it.each([
    ['under another name', 'my.yaml', 'resources: [sso.json]\n'],
    ['of another kind', 'kustomization.yaml', 'kind: Deployment\nmetadata: {name: a}\n'],
    ['with a class of Apereo', 'kustomization.yaml', "'@class': org.example.Service\n"],
    ['that is no map', 'kustomization.yaml', '- a\n'],
  ])('is refused %s', async (_, name, text) => {
    expect(await withFile(name, text)).toMatchObject({ kind: 'refused', problems: { length: 1 } })
  })
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
