import { describe, expect, it } from '@jest/globals'
import { type Finding, type RuleName, rules } from './finding.ts'
import { lintDefinitions } from './lint.ts'
import { apereoSource, sourcesOf } from './read-source.ts'
import type { Source } from './source.ts'

const now = Date.UTC(2026, 10, 22)
const services = 'org.apereo.cas.services'

/** A definition in a file of Apereo's name, a field in each line. */
function definition(id: number, fields: Readonly<Record<string, unknown>> = {}): Source {
  const all = {
    '@class': `${services}.CasRegisteredService`,
    serviceId: `^https://app${id}\\.example\\.org([/?#].*)?$`,
    name: `app${id}`,
    id,
    contacts: [
      'java.util.ArrayList',
      [{ '@class': `${services}.DefaultRegisteredServiceContact`, name: 'Help' }],
    ],
    ...fields,
  }
  return apereoSource(`app${id}-${id}.json`, JSON.stringify(all, undefined, 1), 'json')
}

/** What a text holds, other objects than CasServices left out. */
const sourcesIn = (...[text, place]: Parameters<typeof sourcesOf>): readonly Source[] =>
  sourcesOf(text, place).flatMap((one) => (one.kind === 'other' ? [] : [one]))

function manifest(spec: string, name = 'app'): Source {
  const text = `apiVersion: caspool.io/v1alpha1\nkind: CasService\nmetadata: {name: ${name}}\nspec:\n${spec}`
  const [source] = sourcesIn(text, { file: `${name}.yaml`, format: 'yaml' })
  if (source === undefined) throw new Error('no manifest')
  return source
}

const lint = (...sources: readonly Source[]): readonly Finding[] => lintDefinitions(sources, { now })
const ruleNames = (findings: readonly Finding[]) => findings.map(({ rule }) => rule)

const access = (fields: Readonly<Record<string, unknown>>) => ({
  accessStrategy: { '@class': `${services}.DefaultRegisteredServiceAccessStrategy`, ...fields },
})

it('finds nothing in a definition as it should be', () => {
  expect(lint(definition(1))).toEqual([])
})

it.each(['^https://(?!x)app\\.example\\.org/.*', '^https://(app'])(
  'says where rewrites of %s stand, and which services wait for one',
  (serviceId) => {
    const [found] = lint(definition(1, { serviceId }))
    expect(found).toMatchObject({
      rule: 'bad-pattern',
      fix: 'rewrite it as docs/patterns.md says: until then no service behind it (by evaluation order, then by name in lower case) is reached for any URL that it might take',
    })
  },
)

it.each(['https://*.example.org/**', 'https://*.example.org/*'])(
  'says what regular expression %s was meant to be',
  (serviceId) => {
    const [found] = lint(definition(1, { serviceId }))
    expect(found?.fix).toContain(String.raw`write "^https://[a-z0-9-]+\\.example\\.org([/?#].*)?$"`)
  },
)

it.each<[RuleName, string, Readonly<Record<string, unknown>>]>([
  ['not-honoured', 'environments', { environments: ['java.util.HashSet', ['prod']] }],
  ['unknown-class', 'accessStrategy.@class', { accessStrategy: { '@class': `${services}.GroovyX` } }],
  ['bad-pattern', 'serviceId', { serviceId: '^https://(?<=x)' }],
  ['http', 'serviceId', { serviceId: '^http://app\\.example\\.org([/?#].*)?$' }],
  ['disabled', 'accessStrategy.enabled', access({ enabled: false })],
  [
    'open-value',
    'accessStrategy.requiredAttributes.memberOf',
    access({
      requiredAttributes: { '@class': 'java.util.HashMap', memberOf: ['java.util.HashSet', ['admin']] },
    }),
  ],
  [
    'open-value',
    'proxyPolicy.pattern',
    {
      proxyPolicy: {
        '@class': `${services}.RegexMatchingRegisteredServiceProxyPolicy`,
        pattern: 'https://a/',
      },
    },
  ],
  ['logout-url', 'logoutUrl', { logoutUrl: 'logout.php' }],
  ['logout-list', 'logoutUrl', { logoutUrl: 'https://a.example.org/out,https://b.example.org/out' }],
  ['ignored-field', 'locale', { locale: 'de' }],
  [
    'ignored-field',
    'properties.jwtAsServiceTicket',
    {
      properties: {
        '@class': 'java.util.HashMap',
        jwtAsServiceTicket: {
          '@class': `${services}.DefaultRegisteredServiceProperty`,
          values: ['java.util.HashSet', ['true']],
        },
      },
    },
  ],
  ['no-contact', 'contacts', { contacts: undefined }],
])('finds %s at %s, with its line', (rule, path, fields) => {
  const findings = lint(definition(1, fields))
  expect(findings).toMatchObject([{ rule, severity: rules[rule][0], file: 'app1-1.json', path }])
  expect(findings[0]?.line).toBeGreaterThan(path === 'contacts' ? 0 : 1)
})

it('warns of a comma in one logout URL', () => {
  expect(lint(definition(1, { logoutUrl: 'https://a.example.org/out?of=a,b' }))).toMatchObject([
    { rule: 'logout-list', severity: 'warning', fix: 'write %2C for the comma' },
  ])
})

it('calls fields what they are called in the file', () => {
  const providers = { multifactorAuthenticationProviders: ['java.util.LinkedHashSet', ['mfa-duo']] }
  const policy = { '@class': `${services}.DefaultRegisteredServiceMultifactorPolicy`, ...providers }
  const inside = 'multifactorAuthenticationProviders'
  for (const name of ['multifactorPolicy', 'multifactorAuthenticationPolicy']) {
    expect(lint(definition(1, { [name]: policy }))).toMatchObject([{ path: `${name}.${inside}`, line: 17 }])
  }
  const text = 'serviceId: ^https://a/.*\nname: a\n'
  const paths = lintDefinitions([apereoSource('a.yml', text, 'yaml')], { now }).map(({ path }) => path)
  expect(paths).toEqual(['@class', 'id'])
})

it.each<[string, Readonly<Record<string, unknown>>, Partial<Finding>]>([
  [
    'of a definition',
    { evalutionOrder: 3 },
    {
      rule: 'ignored-field',
      path: 'evalutionOrder',
      message: expect.stringMatching(/; did you mean evaluationOrder\?$/) as unknown as string,
      fix: 'write evaluationOrder',
    },
  ],
  [
    'that holds a policy',
    { accesStrategy: access({ enabled: false }).accessStrategy },
    { rule: 'not-honoured', path: 'accesStrategy', fix: 'write accessStrategy' },
  ],
  [
    'inside of a policy',
    access({ requiredAtributes: { '@class': 'java.util.HashMap', memberOf: ['a'] } }),
    { rule: 'not-honoured', path: 'accessStrategy.requiredAtributes', fix: 'write requiredAttributes' },
  ],
  [
    'that is like no other',
    { somethingElse: 'x' },
    { rule: 'ignored-field', path: 'somethingElse', fix: 'remove it, if nothing else reads the file' },
  ],
])('asks what is meant by a misspelt field %s', (_what, fields, finding) => {
  expect(lint(definition(1, fields))).toMatchObject([finding])
})

it('says of a disabled service for information only what would be wrong with an open one', () => {
  const pattern = '^https?://app.example.org/.*'
  const open = lint(manifest(`  clusterRef: {name: sso}\n  serviceId: ${pattern}\n`))
  expect(open).toContainEqual(expect.objectContaining({ rule: 'open-host', severity: 'error' }))
  const kept = `  clusterRef: {name: sso}\n  serviceId: ${pattern}\n  access: {enabled: false}\n`
  const disabled = lint(manifest(kept))
  expect(ruleNames(disabled)).toEqual(expect.arrayContaining([...ruleNames(open), 'disabled']))
  expect(disabled.filter(({ severity }) => severity !== 'info')).toEqual([])
})

it('tells an expired definition from one that will expire', () => {
  const expiring = (expirationDate: string) => ({
    expirationPolicy: { '@class': `${services}.DefaultRegisteredServiceExpirationPolicy`, expirationDate },
  })
  expect(ruleNames(lint(definition(1, expiring('2026-11-21'))))).toEqual(['expired'])
  expect(ruleNames(lint(definition(1, expiring('2026-11-23'))))).toEqual([])
})

it('warns of a salt that can be guessed', () => {
  const usernameAttributeProvider = {
    '@class': `${services}.AnonymousRegisteredServiceUsernameAttributeProvider`,
    persistentIdGenerator: {
      '@class': 'org.apereo.cas.authentication.principal.ShibbolethCompatiblePersistentIdGenerator',
      salt: 'salt',
    },
  }
  expect(ruleNames(lint(definition(1, { usernameAttributeProvider })))).toEqual(['short-salt'])
})

it('names a file that cannot be read, with the line where reading ended', () => {
  const source = apereoSource('broken-1.json', '{\n "name": "a",\n "id": \n', 'json')
  expect(lint(source)).toMatchObject([{ rule: 'unreadable', severity: 'error', file: 'broken-1.json' }])
})

it('tells the name that Apereo gives a file', () => {
  const source = apereoSource(
    'wiki.json',
    JSON.stringify({
      '@class': `${services}.CasRegisteredService`,
      id: 7,
      name: 'My Wiki',
      serviceId: 'https://a',
    }),
    'json',
  )
  expect(lint(source)).toMatchObject([
    { rule: 'file-name', fix: 'rename it to MyWiki-7.json' },
    { rule: 'no-contact' },
  ])
})

describe('among several definitions', () => {
  it('finds an id that stands twice, and where it stood first', () => {
    const again = apereoSource(
      'other-1.json',
      JSON.stringify({
        '@class': `${services}.CasRegisteredService`,
        id: 1,
        name: 'other',
        serviceId: '^https://other\\.example\\.org(/.*)?$',
      }),
      'json',
    )
    expect(lint(definition(1), again)).toContainEqual(
      expect.objectContaining({
        rule: 'duplicate-id',
        file: 'other-1.json',
        message: expect.stringContaining('app1-1.json:5'),
      }),
    )
  })

  it('finds a name that stands twice, whatever its case', () => {
    expect(ruleNames(lint(definition(1, { name: 'Wiki' }), definition(2, { name: 'wiki' })))).toEqual([
      'duplicate-name',
    ])
  })

  it.each([
    ['the same URLs', '^https://a\\.example\\.org(/.*)?$', '^https://a\\.example\\.org(/.*)?$'],
    ['a wider path', '^https://a\\.example\\.org(/.*)?$', '^https://a\\.example\\.org/app(/.*)?$'],
    ['a wildcard', '^https://[a-z0-9-]+\\.example\\.org(/.*)?$', '^https://a\\.example\\.org/app(/.*)?$'],
    ['a regular expression', '^https://.*', '^https://a\\.example\\.org/app(/.*)?$'],
    ['a regular expression, for one', '^https://.*', '^https://(a|b)\\d+\\.example\\.org/.*$'],
  ])('finds a service behind one with %s', (_title, first, second) => {
    const findings = lint(
      definition(1, { serviceId: first, evaluationOrder: 1 }),
      definition(2, { serviceId: second, evaluationOrder: 2 }),
    )
    expect(findings).toContainEqual(
      expect.objectContaining({
        rule: 'shadowed',
        file: 'app2-2.json',
        message: expect.stringContaining('app1 (app1-1.json:5)'),
      }),
    )
  })

  it('finds a service whose URLs two others have together', () => {
    const host = (name: string) => `^https://${name}\\.example\\.org(/.*)?$`
    const findings = lint(
      definition(1, { serviceId: host('a'), evaluationOrder: 1 }),
      definition(2, { serviceId: host('b'), evaluationOrder: 1 }),
      definition(3, {
        serviceId: '^https://(a\\.example\\.org|b\\.example\\.org)(/.*)?$',
        evaluationOrder: 2,
      }),
    )
    expect(findings).toMatchObject([
      { rule: 'shadowed', file: 'app3-3.json', message: expect.stringMatching(/app1.*app2/) },
    ])
  })

  it('says which service to move where one hides several', () => {
    const narrow = (id: number, evaluationOrder: number) =>
      definition(id, { serviceId: `^https://app${id}\\.example\\.org(/.*)?$`, evaluationOrder })
    const findings = lint(
      definition(1, { serviceId: '^https://[a-z0-9-]+\\.example\\.org(/.*)?$', evaluationOrder: 1 }),
      narrow(2, 5),
      narrow(3, 7),
    )
    const fix = 'give app1, which hides 2 services, an evaluationOrder above 7; or delete this one'
    expect(findings).toMatchObject([
      { rule: 'shadowed', fix },
      { rule: 'shadowed', fix },
    ])
  })

  it('leaves a service alone that is asked before the wider one', () => {
    const findings = lint(
      definition(1, { serviceId: '^https://a\\.example\\.org(/.*)?$', evaluationOrder: 2 }),
      definition(2, { serviceId: '^https://a\\.example\\.org/app(/.*)?$', evaluationOrder: 1 }),
    )
    expect(findings).toEqual([])
  })

  it('finds a service that servers refuse to look for, as the patterns before it cost too much', () => {
    const costly = Array.from({ length: 12 }, (_, i) =>
      definition(i + 2, { serviceId: `.*[a-z]{1,300}(?:x${i})`, evaluationOrder: 1 }),
    )
    const last = definition(1, {
      evaluationOrder: 2,
      serviceId: `^https://app1\\.example\\.org/${'long'.repeat(300)}(/.*)?$`,
    })
    expect(ruleNames(lint(...costly, last).filter(({ file }) => file === 'app1-1.json'))).toEqual([
      'pattern-budget',
    ])
  })
})

describe('in manifests', () => {
  it('finds nothing in one as it should be', () => {
    expect(
      lint(manifest(' clusterRef: {name: sso}\n match: {hosts: [a.example.org]}\n contacts: [{name: Help}]')),
    ).toEqual([])
  })

  it('finds what Kubernetes or the operator would refuse, with the line', () => {
    const wrong = manifest(' clusterRef: {name: sso}\n match:\n  hosts:\n  - a.example.org\n  - "b/c"')
    expect(lint(wrong)).toMatchObject([{ rule: 'invalid-manifest', path: 'spec.match.hosts[1]', line: 9 }])
    const misspelt = manifest(' clusterRef: {name: sso}\n mach: {hosts: [a]}')
    expect(lint(misspelt)).toMatchObject([{ rule: 'invalid-manifest', path: 'spec.mach', line: 6 }])
  })

  it('finds an open pattern under the name that it has there', () => {
    const open = manifest(
      " clusterRef: {name: sso}\n serviceId: '^https://app.example.org/.*'\n contacts: [{name: Help}]",
    )
    expect(lint(open)).toMatchObject([
      { rule: 'open-host', path: 'spec.serviceId', line: 6, proof: 'https://appxexample.org/' },
    ])
  })

  it('reads a list, as kubectl get writes several', () => {
    const item = (name: string) => ({
      apiVersion: 'caspool.io/v1alpha1',
      kind: 'CasService',
      metadata: { name, resourceVersion: '1' },
      spec: { clusterRef: { name: 'sso' }, serviceId: '^https://.*', evaluationOrder: name === 'a' ? 0 : 1 },
      status: { observedGeneration: 1 },
    })
    const list = { apiVersion: 'v1', kind: 'List', items: [item('a'), item('b')] }
    const sources = sourcesIn(JSON.stringify(list, undefined, 1), { file: '-', format: 'json' })
    const findings = lintDefinitions(sources, { now }).filter(({ severity }) => severity !== 'info')
    expect(ruleNames(findings)).toEqual(['any-host', 'any-host', 'shadowed'])
    expect(findings.map(({ line }) => line)).toEqual([16, 34, 34])
  })

  it('takes services of other CasClusters for another registry', () => {
    const all = (cluster: string) => ` clusterRef: {name: ${cluster}}\n serviceId: ^https://.*\n`
    const shadows = (...sources: readonly Source[]) =>
      ruleNames(lint(...sources)).filter((rule) => rule === 'shadowed')
    expect(shadows(manifest(all('sso'), 'a'), manifest(all('sso'), 'b'))).toHaveLength(1)
    expect(shadows(manifest(all('sso'), 'a'), manifest(all('test'), 'b'))).toEqual([])
  })

  it('names the hosts where there are some', () => {
    const open = manifest(
      ' clusterRef: {name: sso}\n match: {hosts: [a.example.org], schemes: [http]}\n contacts: [{name: Help}]',
    )
    expect(lint(open)).toMatchObject([{ rule: 'http', path: 'spec.match', line: 6 }])
  })

  it('takes values for whole ones, unless the manifest says that they are searched for', () => {
    const required = (more: string) =>
      manifest(
        ` clusterRef: {name: sso}\n match: {hosts: [a.example.org]}\n contacts: [{name: Help}]\n access: {requiredAttributes: {memberOf: [admin]}${more}}`,
      )
    expect(lint(required(''))).toEqual([])
    expect(lint(required(', requiredAttributeMatch: Part'))).toMatchObject([
      { rule: 'open-value', path: 'spec.access.requiredAttributes.memberOf', line: 8 },
    ])
  })

  it('reads every document of a file, with lines of the file, and passes over other kinds', () => {
    const one =
      'apiVersion: caspool.io/v1alpha1\nkind: CasService\nmetadata: {name: a}\nspec: {clusterRef: {name: sso}, match: {hosts: [a.b]}}\n'
    const text = `# all of them\n---\n${one}---\napiVersion: v1\nkind: Secret\nmetadata: {name: x}\n---\n${one}`
    const findings = lintDefinitions(sourcesIn(text, { file: 'all.yaml', format: 'yaml' }), { now })
    expect(findings.filter(({ rule }) => rule === 'duplicate-id')).toMatchObject([
      { file: 'all.yaml', line: 14, message: 'has the name of all.yaml:5' },
    ])
  })
})

it('tells of open hosts also where something else is refused', () => {
  const refused = { serviceId: '^https://app.example\\.org/.*', environments: ['java.util.HashSet', ['x']] }
  expect(ruleNames(lint(definition(1, refused)))).toEqual(['open-host', 'not-honoured'])
  const unrunnable = { serviceId: '^https://(?!x)app.example.org/.*' }
  expect(ruleNames(lint(definition(1, unrunnable)))).toEqual(['bad-pattern'])
})

it('finds the same whatever the order of the files', () => {
  const sources = [
    definition(2, { serviceId: '^https://.*', evaluationOrder: 1 }),
    definition(3),
    definition(1, { locale: 'de' }),
  ]
  expect(lint(...sources.toReversed())).toEqual(lint(...sources))
})
