import { expect, it } from '@jest/globals'
import type { Finding, RuleName } from './finding.ts'
import { lintDefinitions } from './lint.ts'
import { sourcesOf } from './read-source.ts'

const services = 'org.apereo.cas.services'

function lint(text: string, format: 'json' | 'yaml'): readonly Finding[] {
  const sources = sourcesOf(text, { file: '-', format }).filter((source) => source.kind !== 'other')
  return lintDefinitions(sources, { now: 0 }).filter(({ rule }) => rule !== 'no-contact')
}

/** What lint says of a definition whose callbacks have this pattern. */
function proxying(pattern: string): readonly Finding[] {
  const definition = {
    '@class': `${services}.CasRegisteredService`,
    serviceId: '^https://app\\.example\\.org(/.*)?$',
    name: 'App',
    id: 1,
    proxyPolicy: { '@class': `${services}.RegexMatchingRegisteredServiceProxyPolicy`, pattern },
  }
  return lint(JSON.stringify(definition, undefined, 1), 'json')
}

it.each<[RuleName, string, string]>([
  ['any-host', '^https://.*', 'name the hosts'],
  ['open-host', '^https://q.example.org/.*$', String.raw`write "^https://q\\.example\\.org/.*$"`],
  ['http', '^http://q\\.example\\.org/.*$', 'begin the pattern'],
  ['open-host-elsewhere', '^https://c\\.example\\.org(:.*)?(/.*)?$', 'write "'],
  ['no-url', '^https://q\\\\.example\\\\.org/cb$', String.raw`write "^https://q\\.example\\.org/cb$"`],
])('finds %s in the pattern of callbacks %s', (rule, pattern, fix) => {
  const findings = proxying(pattern)
  expect(findings).toMatchObject([{ rule, path: 'proxyPolicy.pattern', line: expect.any(Number) }])
  expect(findings[0]?.fix).toContain(fix)
  expect(findings[0]?.line).toBeGreaterThan(1)
})

it('proposes the same pattern for callbacks whatever is wrong with it', () => {
  const findings = proxying('https://q.example.org/cb')
  const fix = String.raw`write "^https://q\\.example\\.org/cb$"`
  expect(findings).toMatchObject([
    { rule: 'open-host', fix },
    { rule: 'open-value', fix },
  ])
})

it('calls the pattern of callbacks what a manifest calls it', () => {
  const manifest =
    'apiVersion: caspool.io/v1alpha1\nkind: CasService\nmetadata: {name: app}\nspec:\n clusterRef: {name: sso}\n match: {hosts: [a.example.org]}\n proxy: {callbackPattern: "https://.*"}\n'
  expect(lint(manifest, 'yaml')).toMatchObject([{ rule: 'any-host', path: 'spec.proxy.callbackPattern' }])
})

/** What lint says of the URLs of a manifest. */
const matching = (match: string): readonly Finding[] =>
  lint(
    `apiVersion: caspool.io/v1alpha1\nkind: CasService\nmetadata: {name: app}\nspec:\n clusterRef: {name: sso}\n match: ${match}\n`,
    'yaml',
  )

it.each(['*.org', '*.co.uk', '*.com:*'])(
  'finds hosts %s of a manifest, where anybody can have one',
  (host) => {
    expect(matching(`{hosts: [a.example.org, "${host}"]}`)).toMatchObject([
      {
        rule: 'open-host',
        severity: 'error',
        path: 'spec.match',
        fix: 'name your own domain, as *.example.org does',
        proof: `https://${host.replace('*', 'attacker').replace(':*', '')}`,
      },
    ])
  },
)

it.each(['*.example.org', '*.example.co.uk', '*.internal', '*.home.arpa', 'intranet'])(
  'finds nothing in hosts %s of a manifest',
  (host) => {
    expect(matching(`{hosts: ["${host}"]}`)).toEqual([])
  },
)

it.each([
  ['[http, https]', 'take http out of schemes'],
  ['[http]', 'write https for http in schemes'],
])('says of schemes %s what to do in a manifest that has no pattern', (schemes, fix) => {
  expect(matching(`{hosts: [a.example.org], schemes: ${schemes}}`)).toMatchObject([{ rule: 'http', fix }])
})

it('proposes no whole pattern for callbacks of strangers’ hosts', () => {
  const findings = proxying('https://[a-z]+\\.org/cb')
  expect(findings.map(({ rule }) => rule)).toEqual(['open-host', 'open-value'])
  for (const { fix } of findings) expect(fix).not.toMatch(/^write/)
})

/** What lint says of a definition with these fields. */
const defining = (fields: Readonly<Record<string, unknown>>): readonly Finding[] =>
  lint(
    JSON.stringify({
      '@class': `${services}.CasRegisteredService`,
      serviceId: '^https://app\\.example\\.org(/.*)?$',
      name: 'App',
      id: 1,
      ...fields,
    }),
    'json',
  )

it.each([
  ['admin', '"notadmin" is taken, too'],
  ['^staff', '"staffnot" is taken, too'],
  ['^admin|ops$', '"adminnot" is taken, too'],
  ['^cn=admin,.*', 'values that hold more are taken, too'],
])('says which values a search for %s takes that are not meant, as far as it knows', (pattern, taken) => {
  const accessStrategy = {
    '@class': `${services}.DefaultRegisteredServiceAccessStrategy`,
    requiredAttributes: { '@class': 'java.util.HashMap', memberOf: ['java.util.HashSet', [pattern]] },
  }
  const message = `"${pattern}" is searched for: ${taken}`
  expect(defining({ accessStrategy })).toMatchObject([{ rule: 'open-value', message }])
})

it.each([
  [
    'org.jasig.cas.services.DefaultRegisteredServiceUsernameProvider',
    `write ${services}.DefaultRegisteredServiceUsernameProvider`,
  ],
  ['com.example.OwnProvider', undefined],
])('never advises to remove the class %s', (provider, fix) => {
  const found = defining({ usernameAttributeProvider: { '@class': provider } })
  const path = 'usernameAttributeProvider.@class'
  expect(
    found.filter((one) => one.path === path && one.rule === 'ignored-field').map((one) => one.fix),
  ).toEqual(fix === undefined ? [] : [fix])
})

it.each(['-1', '"-1"', 'null', undefined])(
  'finds that the id %s is none, as servers do that read files',
  (id) => {
    const definition = `{"@class": "${services}.CasRegisteredService",
    "serviceId": "^https://app\\\\.example\\\\.org(/.*)?$", "name": "App"${id === undefined ? '' : `,\n"id": ${id}`}}`
    expect(lint(definition, 'json')).toMatchObject([
      {
        severity: 'error',
        path: 'id',
        message: expect.stringMatching(/^(is missing|must be a whole number)$/),
      },
    ])
  },
)

it('does not advise to remove the name of a template, from which access rules come', () => {
  const text = JSON.stringify({
    '@class': `${services}.CasRegisteredService`,
    serviceId: '^https://app\\.example\\.org(/.*)?$',
    name: 'App',
    id: 1,
    templateName: 'StaffOnly',
  })
  const findings = lint(text, 'json')
  expect(findings).toMatchObject([{ rule: 'not-honoured', path: 'templateName' }])
  expect(findings[0]).not.toHaveProperty('fix')
})

it('calls a definition without a name by its file', () => {
  const source = (file: string, fields: object) =>
    sourcesOf(JSON.stringify({ '@class': `${services}.CasRegisteredService`, ...fields }), {
      file,
      format: 'json',
    })
  const sources = [
    ...source('q/Q-1.json', { serviceId: '^https://q\\.example\\.org/.*', name: '', id: 1 }),
    ...source('q/R-2.json', { serviceId: '^https://q\\.example\\.org/a.*', name: 'R', id: 2 }),
    ...source('q/S-3.json', { serviceId: '^https://q\\.example\\.org/b.*', name: 'S', id: 3 }),
  ].flatMap((one) => (one.kind === 'other' ? [] : [one]))
  const shadowed = lintDefinitions(sources, { now: 0 }).filter(({ rule }) => rule === 'shadowed')
  const message = 'no URL reaches it: Q-1.json (q/Q-1.json:1) is asked before it'
  const fix = expect.stringMatching(/^give Q-1\.json, which hides 2 services/)
  expect(shadowed).toMatchObject([
    { message, fix },
    { message, fix },
  ])
})
