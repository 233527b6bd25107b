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
