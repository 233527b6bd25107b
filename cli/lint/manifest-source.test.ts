import { describe, expect, it } from '@jest/globals'
import { lintDefinitions } from './lint.ts'
import { sourcesOf } from './read-source.ts'

const sources = (text: string, format: 'json' | 'yaml' = 'yaml') => sourcesOf(text, { file: 'a', format })

const classTag = '!<org.apereo.cas.services.CasRegisteredService>'
const fields = "serviceId: '^https://payroll\\.example\\.org/.*'\nname: Payroll\nid: 5\n"
const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: users}\n'

it.each([
  ['a class tag', `--- ${classTag}\napiVersion: v1\nkind: CasRegisteredService\n${fields}`],
  [
    '@class',
    `apiVersion: v1\nkind: CasService\n'@class': org.apereo.cas.services.CasRegisteredService\n${fields}`,
  ],
])('takes what states %s for a definition, whatever else stands in it', (_, text) => {
  expect(sources(text)).toMatchObject([{ kind: 'definition', origin: 'apereo', claim: { name: 'Payroll' } }])
})

it('takes JSON with a serviceId for a definition, also with the fields of a Kubernetes object', () => {
  const json = JSON.stringify({
    apiVersion: 'v1',
    kind: 'x',
    serviceId: '^https://a\\.example\\.org/',
    id: 5,
  })
  expect(sources(json, 'json')).not.toMatchObject([{ kind: 'other' }])
})

it.each([
  ['behind one', `${secret}---\n${fields}`, 5],
  ['in a list', `apiVersion: v1\nkind: List\nitems:\n- '@class': org.example.Service\n  id: 5\n`, 4],
])('passes over no definition that stands among Kubernetes objects: %s', (_, text, line) => {
  expect(sources(text).filter(({ kind }) => kind !== 'other')).toMatchObject([
    { kind: 'unreadable', problems: [{ line, message: expect.stringContaining('file of its own') }] },
  ])
})

it('still passes over other objects, and takes a CasService with a misplaced serviceId for one', () => {
  expect(sources(secret)).toMatchObject([{ kind: 'other', what: 'Secret users' }])
  expect(sources(`apiVersion: v1\nkind: !!str Secret\n`)).toMatchObject([{ kind: 'other' }])
  const misplaced = `apiVersion: caspool.io/v1alpha1\nkind: CasService\nmetadata: {name: a}\nserviceId: ^https://a/\n`
  expect(sources(misplaced)).toMatchObject([
    { kind: 'definition', origin: 'manifest', definition: undefined },
  ])
})

const ours = 'apiVersion: caspool.io/v1alpha1\n'
const errors = (text: string) =>
  sources(text).flatMap((one) => {
    if (one.kind !== 'unreadable') return []
    return one.problems.map(({ line, path, message }) => `${line}: ${path} ${message}`)
  })

it.each([
  ['kind: CasServce\n', 'kind CasServce is not known; did you mean CasService?'],
  ['kind: casservice\n', 'kind casservice is not known; did you mean CasService?'],
  ['kind: CasClusters\n', 'kind CasClusters is not known; did you mean CasCluster?'],
  ['kind: Deployment\n', 'kind Deployment is not known: known are CasService and CasCluster'],
  ["kind: ''\n", 'kind is missing: known are CasService and CasCluster'],
  ['kind: CasServiceList\n', 'items must be a list of objects'],
])('passes over no kind of our own group that is not known: %j', (kind, message) => {
  expect(errors(`${secret}---\nmetadata: {name: a}\n${kind}${ours}`)).toEqual([
    expect.stringMatching(/^[56]: /),
  ])
  expect(errors(`${ours}${kind}metadata: {name: a}\n`)[0]).toMatch(message)
  expect(errors(`${ours.replace('caspool.io', 'example.org')}${kind}`)).toEqual([])
})

describe('lists', () => {
  const item =
    'metadata: {name: wiki}\n  spec: {clusterRef: {name: sso}, match: {hosts: [wiki.example.org]}}\n'
  const wiki = { kind: 'definition', origin: 'manifest', claim: { name: 'wiki' }, problems: [] }

  it('of one kind say what their items are, in which version', () => {
    expect(sources(`${ours}kind: CasServiceList\nitems:\n- ${item}`)).toMatchObject([wiki])
    expect(sources(`${ours}kind: CasServiceList\nitems:\n- kind: CasService\n  ${item}`)).toMatchObject([
      wiki,
    ])
    const clusters = `${ours}kind: CasClusterList\nitems:\n- metadata: {name: sso}\n`
    expect(sources(clusters)).toMatchObject([{ kind: 'other', what: 'CasCluster sso', cluster: {} }])
    const secrets = 'apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {name: users}\n'
    expect(sources(secrets)).toMatchObject([{ kind: 'other', what: 'Secret users' }])
  })

  it('say nothing else of items that tell it themselves, and hide no mistake in them', () => {
    const mistyped = `${ours}kind: CasServceList\nitems:\n- metadata: {name: wiki}\n`
    expect(errors(mistyped)).toEqual(['4: kind CasServce is not known; did you mean CasService?'])
    const apereo = `${ours}kind: CasServiceList\nitems:\n- ${fields.replaceAll('\n', '\n  ')}`
    expect(errors(apereo)).toEqual([expect.stringContaining('give it a file of its own')])
    const refused = `${ours}kind: CasServiceList\nitems:\n- ${item}  status: 1\n  more: 2\n`
    const [first] = sources(refused)
    if (first?.kind !== 'definition') throw new Error('none')
    expect(first.problems.map(({ path }) => first.lineOf(path))).toContain(7)
  })

  it('are looked into as deep as they go', () => {
    const inside: object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'users' } }
    const nested = Array.from({ length: 20 }).reduce<object>(
      (items) => ({ apiVersion: 'v1', kind: 'List', items: [items] }),
      inside,
    )
    expect(sources(JSON.stringify(nested))).toMatchObject([{ kind: 'other', what: 'Secret users' }])
    const services = `apiVersion: v1\nkind: List\nitems:\n- ${ours}  kind: CasServiceList\n  items: []\n`
    expect(sources(services)).toEqual([])
    const nestedWiki = services.replace('[]', `[{metadata: {name: wiki}, spec: {}}]`)
    expect(sources(nestedWiki)).toMatchObject([{ kind: 'definition', origin: 'manifest' }])
  })

  it('without items are empty where they say so, and an error otherwise', () => {
    expect(sources('apiVersion: v1\nkind: List\nitems:\n')).toEqual([])
    expect(errors('apiVersion: v1\nkind: List\nitems: {a: 1}\n')).toEqual([
      '3: items must be a list of objects',
    ])
    const foreign = 'apiVersion: example.org/v1\nkind: AllowList\nspec: {}\n'
    expect(sources(foreign)).toMatchObject([{ kind: 'other' }])
  })
})

describe('what kustomize reads', () => {
  const at = (file: string, text: string) => sourcesOf(text, { file, format: 'yaml' })

  it.each(['kustomization.yaml', 'base/kustomization.yml', 'base/Kustomization'])(
    'is passed over by the name %s, with or without a kind',
    (file) => {
      for (const text of ['resources: [a.yaml]\n', 'kind: Component\nresources: [a.yaml]\n']) {
        expect(at(file, `# ours\n${text}`)).toEqual([{ kind: 'other', file, line: 2, what: 'Kustomization' }])
      }
    },
  )

  it.each([
    ['another name', 'my-kustomization.yaml', 'resources: [a.yaml]\n'],
    ['a tag', 'kustomization.yaml', `--- ${classTag}\nname: a\n`],
    ['a class', 'kustomization.yaml', "'@class': x\n"],
    ['a serviceId', 'kustomization.yaml', 'serviceId: x\n'],
    ['an id', 'kustomization.yaml', 'id: 1\n'],
    ['another kind', 'kustomization.yaml', 'kind: CasService\n'],
    ['nothing in it', 'kustomization.yaml', '# none\n'],
    ['a second document', 'kustomization.yaml', `resources: []\n---\n${fields}`],
  ])('is not passed over with %s', (_, file, text) => {
    expect(at(file, text)).toMatchObject([{ kind: expect.not.stringMatching('other') }])
  })
})

it('says once of a text with nothing of a definition that it is none, and asks what is misspelt', () => {
  const message = 'is no service definition: no @class, id, name and serviceId'
  expect(errors('# values\nserverUrl: https://sso.example.org/cas\nreplicas: 3\n')).toEqual([
    `2:  ${message}`,
  ])
  expect(errors('servceId: ^https://a/\nreplicas: 3\n')).toEqual([
    `1:  ${message}`,
    '1: servceId is not a field of its class; did you mean serviceId?',
  ])
  expect(sources('name: Payroll\n')).toMatchObject([{ kind: 'definition', problems: { length: 3 } }])
})

describe('a CasCluster', () => {
  const cluster = (spec: string) =>
    `${secret}---\napiVersion: caspool.io/v1alpha1\nkind: CasCluster\nmetadata: {name: sso}\nspec:\n  serverUrl: https://sso.example.org/cas\n${spec}`
  const findings = (text: string) => {
    const clusters = sources(text).flatMap((one) => (one.kind === 'other' ? (one.cluster ?? []) : []))
    return lintDefinitions([], { now: 0, clusters }).map(
      ({ rule, severity, line, path, message }) => `${line} ${severity} ${rule}: ${path} ${message}`,
    )
  }

  it('has nothing wrong with it when it has not', () => {
    expect(findings(cluster('  config: { cas.slo.disabled: "true" }\n'))).toEqual([])
  })

  it('is refused for properties that cannot be taken, and never shows a secret', () => {
    const found = findings(
      cluster('  config:\n    cas.slo.disabled: perhaps\n    cas.authn.ldap[0].bind-credential: Mellon\n'),
    )
    expect(found).toEqual([
      '11 error invalid-manifest: spec.config["cas.slo.disabled"] must be true or false',
      expect.stringMatching(/^12 error invalid-manifest: spec\.config\["cas\.authn.* is a secret/),
    ])
    expect(found.join()).not.toContain('Mellon')
  })

  it('shows no secret that is a number, and tells of what is misspelt beside it', () => {
    const found = findings(
      cluster('  config:\n    "a\\"]b.password": 48151623\n    cas.slo.disable: "true"\n'),
    )
    expect(found).toEqual([
      expect.stringMatching(/^11 error .* must be text: put it into quotes$/),
      expect.stringMatching(/^12 warning unknown-property: /),
    ])
  })

  const service = (clusterRef: string, metadata = '{name: app}') =>
    `apiVersion: caspool.io/v1alpha1\nkind: CasService\nmetadata: ${metadata}\nspec:\n  clusterRef: ${clusterRef}\n  match: {hosts: [a.example.org]}\n  contacts: [{name: Help}]\n`
  const findingsBeside = (text: string, clusters: string) => {
    const found = sources(clusters).flatMap((one) => (one.kind === 'other' ? (one.cluster ?? []) : []))
    const services = sources(text).flatMap((one) => (one.kind === 'definition' ? [one] : []))
    return lintDefinitions(services, { now: 0, clusters: found }).map(
      ({ rule, line, message }) => `${line} ${rule}: ${message}`,
    )
  }
  const inProduction = cluster('').replace('{name: sso}', '{name: sso, namespace: production}')

  it('is named by the services that it is to serve', () => {
    for (const clusters of [cluster(''), inProduction]) {
      expect(findingsBeside(service('{name: sso}'), clusters)).toEqual([])
      expect(findingsBeside(service('{name: ss0}'), clusters)).toEqual([
        '5 unknown-cluster: there is no CasCluster ss0 among these files; did you mean sso?',
      ])
    }
    const elsewhere = '5 unknown-cluster: there is no CasCluster sso in namespace staging among these files'
    expect(findingsBeside(service('{name: sso, namespace: staging}'), inProduction)).toEqual([elsewhere])
    expect(findingsBeside(service('{name: sso}', '{name: app, namespace: staging}'), inProduction)).toEqual([
      elsewhere,
    ])
    expect(findingsBeside(service('{name: ss0}'), secret)).toEqual([])
  })

  it('takes services of other namespaces only if it says so', () => {
    const other = service('{name: sso, namespace: production}', '{name: app, namespace: staging}')
    const refused =
      '5 not-admitted: CasCluster production/sso takes services from its own namespace only: move the service there, or set spec.services.from of the cluster to All'
    for (const clusters of [cluster(''), inProduction]) {
      expect(findingsBeside(other, clusters)).toEqual([refused])
      expect(findingsBeside(other, `${clusters}  services: {from: All}\n`)).toEqual([])
      // Of what is not stated nobody can tell.
      expect(findingsBeside(service('{name: sso, namespace: production}'), clusters)).toEqual([])
      expect(
        findingsBeside(
          service('{name: sso, namespace: production}', '{name: app, namespace: production}'),
          clusters,
        ),
      ).toEqual([])
    }
    const same = `${inProduction}  services: {from: Same}\n`
    expect(findingsBeside(other, same)).toEqual([refused])
    // Two states of one CasCluster: it is not told which one will be.
    expect(findingsBeside(other, `${same}---\n${inProduction}  services: {from: All}\n`)).toEqual([])
  })

  it('is none of ours in a group of others, and has no status that counts', () => {
    const foreign = `apiVersion: example.org/v1\nkind: CasCluster\nmetadata: {name: sso}\n`
    expect(sources(foreign)).toEqual([expect.not.objectContaining({ cluster: expect.anything() })])
    expect(findings(`${cluster('')}status: {}\n`)).toEqual([])
  })

  it('is told of properties that change nothing, with the one that was meant', () => {
    expect(findings(cluster('  config:\n    cas.slo.disable: "true"\n'))).toEqual([
      expect.stringMatching(/^11 warning unknown-property: .*did you mean cas\.slo\.disabled\?/),
    ])
  })

  it('is held to its schema and to what the operator wants', () => {
    expect(findings(cluster('  replica: 3\n'))).toEqual([
      '10 error invalid-manifest: spec.replica is not a known field; did you mean replicas?',
    ])
    expect(findings(cluster('  mongodb: { members: 2 }\n'))).toEqual([
      expect.stringMatching(/^10 error invalid-manifest: spec\.mongodb\.members must be odd/),
    ])
    const old = cluster('').replace('v1alpha1', 'v1')
    expect(findings(old)).toEqual(['5 error invalid-manifest: apiVersion must be caspool.io/v1alpha1'])
  })
})
