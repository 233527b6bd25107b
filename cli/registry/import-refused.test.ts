import { expect, it } from '@jest/globals'
import { casServiceSchema } from '../../operator/api/crd-schemas.ts'
import { apereoSource, sourcesOf } from '../lint/read-source.ts'
import type { Source } from '../lint/source.ts'
import { convert } from './conversion.ts'
import { explain } from './explanation.ts'
import { sealed } from './import-hash.ts'
import { manifestsText } from './manifest-text.ts'

const options = { clusterRef: { name: 'sso' }, schema: casServiceSchema() }
const classes = 'org.apereo.cas.services'

function file(name: string, fields: Readonly<Record<string, unknown>>): Source {
  return apereoSource(
    name,
    JSON.stringify({ '@class': `${classes}.CasRegisteredService`, ...fields }),
    'json',
  )
}

const wide = file('Wide-9.json', {
  serviceId: '^(https|imaps)://.*',
  name: 'Wide',
  id: 9,
  evaluationOrder: 10_000,
})
const payrollPattern = '^https://payroll\\.example\\.org/.*'
const secondFactor = {
  '@class': `${classes}.DefaultRegisteredServiceMultifactorPolicy`,
  multifactorAuthenticationProviders: ['java.util.LinkedHashSet', ['mfa-duo']],
}
const payroll = file('Payroll-5.json', {
  serviceId: payrollPattern,
  name: 'Payroll',
  id: 5,
  evaluationOrder: 5,
  multifactorPolicy: secondFactor,
})

/** To whom the servers give a URL when everything that is written has been applied. */
function answerTo(url: string, ...sources: readonly Source[]) {
  const { services, keeping } = convert(sources, options)
  const text = manifestsText([...services, ...keeping].map(sealed))
  const { answer } = explain(
    url,
    sourcesOf(text, { file: 'all.yaml', format: 'yaml' }).filter((source) => source.kind === 'definition'),
  )
  return answer.kind === 'service'
    ? { name: answer.definition.name, enabled: answer.definition.access.enabled }
    : answer.kind
}

it('keeps the URLs of a refused definition by a disabled service with its pattern, order, name and the reasons', () => {
  const { services, keeping, kept, open } = convert([wide, payroll], options)
  expect(services.map(({ metadata }) => metadata.name)).toEqual(['wide'])
  expect(keeping).toEqual([
    {
      apiVersion: 'caspool.io/v1alpha1',
      kind: 'CasService',
      metadata: {
        name: 'payroll',
        annotations: {
          'caspool.io/imported-id': '5',
          'caspool.io/import-refused': expect.stringContaining('multifactor authentication is demanded'),
        },
      },
      spec: {
        clusterRef: { name: 'sso' },
        displayName: 'Payroll',
        description: expect.stringContaining('Refused by caspool import'),
        evaluationOrder: 5,
        serviceId: payrollPattern,
        access: { enabled: false },
      },
    },
  ])
  expect(kept).toMatchObject([{ file: 'Payroll-5.json', path: 'serviceId' }])
  expect(open).toEqual([])
})

it.each([
  ['a second factor', { multifactorPolicy: secondFactor }],
  ['a Groovy script', { accessStrategy: { '@class': `${classes}.GroovyRegisteredServiceAccessStrategy` } }],
  ['a class that nobody knows', { '@class': 'org.example.CustomRegisteredService' }],
  ['environments', { environments: ['java.util.HashSet', ['prod']] }],
  ['the id of another one', { id: 9 }],
  ['an id that cannot be read', { id: 'five', environments: ['java.util.HashSet', ['prod']] }],
  ['no id', { id: undefined, environments: ['java.util.HashSet', ['prod']] }],
  ['no name', { name: undefined, evaluationOrder: 10_000 }],
])('gives no URL of a definition that is refused for %s to a wider service', (_, fields) => {
  const refused = file('Payroll-5.json', {
    serviceId: payrollPattern,
    name: 'Payroll',
    id: 5,
    evaluationOrder: 5,
    ...fields,
  })
  const url = 'https://payroll.example.org/slips'
  expect(convert([wide, refused], options).refusedCount).toBe(1)
  expect(answerTo(url, wide, refused)).toMatchObject({ enabled: false })
  expect(answerTo('https://other.example.org/', wide, refused)).toEqual({ name: 'Wide', enabled: true })
})

it('keeps the names of services apart where several definitions have one id', () => {
  const other = file('Wages-5.json', {
    serviceId: '^https://wages\\.example\\.org/.*',
    name: 'Payroll',
    id: 5,
  })
  const { keeping } = convert([payroll, other, wide], options)
  expect(new Set(keeping.map(({ metadata }) => metadata.name)).size).toBe(2)
})

it.each([
  ['at its place', { name: 'WIDE', evaluationOrder: 10_000 }],
  ['behind it by the order', { name: 'A copy', evaluationOrder: 10_001 }],
  ['behind it by the name', { name: 'Wider', evaluationOrder: 10_000 }],
])('disables nothing for a copy with the id and pattern of a service that is taken, %s', (_, place) => {
  const copy = file('Wide copy-9.json', { serviceId: '^(https|imaps)://.*', id: 9, ...place })
  expect(convert([wide, copy], options)).toMatchObject({ refusedCount: 1, keeping: [], open: [] })
})

const disabled = {
  '@class': `${classes}.DefaultRegisteredServiceAccessStrategy`,
  enabled: false,
}

it.each([
  ['by the order', { id: 5, evaluationOrder: 20_000 }, {}],
  ['by the name', { id: 5, name: 'Zeta', evaluationOrder: 10_000 }, { name: 'A copy' }],
  ['by the order, both without an id', { evaluationOrder: 20_000 }, {}],
])('gives no URL of a copy to a wider service between it and the one that is taken: %s', (_, taken, copy) => {
  const open = { serviceId: payrollPattern, name: 'Payroll', ...taken }
  const closed = { ...open, evaluationOrder: 10_000, accessStrategy: disabled, ...copy }
  const sources = [wide, file('Payroll-5.json', open), file('copy.json', closed)]
  expect(convert(sources, options)).toMatchObject({ refusedCount: 1, open: [] })
  expect(answerTo('https://payroll.example.org/slips', ...sources)).toMatchObject({ enabled: false })
})

it.each([
  `${classes.replace('services', 'support.saml.services')}.SamlRegisteredService`,
  `${classes.replace('services', 'support.oauth.services')}.OAuthRegisteredService`,
  `${classes}.OidcRegisteredService`,
])('keeps no URLs for a client of another protocol: %s', (name) => {
  const client = file('Client-7.json', { '@class': name, serviceId: payrollPattern, name: 'Client', id: 7 })
  expect(convert([wide, client], options)).toMatchObject({ refusedCount: 1, keeping: [], open: [] })
})

it('keeps everything below the literal beginning of a pattern that cannot be run, as servers do', () => {
  const jira = file('Jira-6.json', {
    serviceId: '^https://jira\\.example\\.org/[a-z]++/.*',
    name: 'Jira',
    id: 6,
  })
  const { kept, open } = convert([wide, jira], options)
  expect(kept).toMatchObject([{ message: expect.stringContaining('^https?://jira\\.example\\.org/.*') }])
  expect(open).toEqual([])
  expect(answerTo('https://jira.example.org/a/b', wide, jira)).toEqual({ name: 'Jira', enabled: false })
})

it('keeps every URL with the host of a pattern that is none to Java either, as servers do', () => {
  const broken = file('Broken-8.json', {
    serviceId: '^https://(broken\\.example\\.org/.*',
    name: 'Broken',
    id: 8,
  })
  expect(convert([wide, broken], options).open).toEqual([])
  expect(answerTo('https://broken.example.org/a', wide, broken)).toEqual({ name: 'Broken', enabled: false })
  expect(answerTo('https://other.example.org/a', wide, broken)).toEqual({ name: 'Wide', enabled: true })
})

it('keeps every URL with the literal host in a pattern that cannot be run, as servers do', () => {
  const look = file('Look-8.json', {
    serviceId: '^https://(?!secret)[a-z]+\\.look\\.example\\.org/.*',
    name: 'Look',
    id: 8,
  })
  expect(convert([wide, look], options).open).toEqual([])
  expect(answerTo('https://a.look.example.org/a', wide, look)).toEqual({ name: 'Look', enabled: false })
  expect(answerTo('https://other.example.org/a', wide, look)).toEqual({ name: 'Wide', enabled: true })
})

it('names the wider services that may take URLs which nothing can keep', () => {
  const shop = file('Shop-2.json', { serviceId: '^https://shop\\.example\\.org/.*', name: 'Shop', id: 2 })
  const broken = file('Late-8.json', { serviceId: '^https://(?:[a-z]++)?(?:late)', name: 'Late', id: 8 })
  const unreadable = apereoSource('Unreadable-1.json', '{"@class"', 'json')
  const untold = file('Untold-3.json', { name: 'Untold', id: 3 })
  const { keeping, open } = convert([wide, shop, broken, unreadable, untold], options)
  expect(keeping).toEqual([])
  expect(open.map(({ file: name, message }) => [name, message])).toEqual([
    ['Late-8.json', expect.stringMatching(/possessive repetition .*: Wide may take them$/)],
    ['Unreadable-1.json', expect.stringMatching(/are not known.*: Wide, Shop may take them$/)],
    ['Untold-3.json', expect.stringMatching(/are not known.*: Wide, Shop may take them$/)],
  ])
  expect(convert([unreadable, untold], options).open).toEqual([])
})

it.each(['^https://[a-z]+\\.example\\.org/.*', '^https://payroll\\.example\\.org/.*'])(
  'takes anything imported for what may take the URLs of a text that nobody can read: %s',
  (serviceId) => {
    const twice = `{"@class": "${classes}.CasRegisteredService", "serviceId": "${payrollPattern.replaceAll('\\', '\\\\')}",
      "name": "Payroll", "id": 5, "evaluationOrder": -5, "evaluationOrder": -5}`
    const other = file('Other-2.json', { serviceId, name: 'Other', id: 2 })
    expect(convert([other, apereoSource('Payroll-5.json', twice, 'json')], options).open).toMatchObject([
      { file: 'Payroll-5.json', message: expect.stringMatching(/: Other may take them$/) },
    ])
  },
)

it.each(['!', ' ', '  Wide', ' ! without', '! w'])(
  'asks what keeps the URLs of a definition without a name before a service that is called "%s"',
  (name) => {
    const other = file('Wide-9.json', { serviceId: '^(https|imaps)://.*', name, id: 9, evaluationOrder: 5 })
    const refused = file('Payroll-5.json', { serviceId: payrollPattern, id: 5, evaluationOrder: 5 })
    expect(convert([other, refused], options).open).toEqual([])
    expect(answerTo('https://payroll.example.org/', other, refused)).toMatchObject({ enabled: false })
  },
)

it.each([
  ['no name comes before that of another service', '\tWide', { name: undefined }],
  ['only ids tell two apart, which are others in the end', 'Payroll', { serviceId: '^(https|imaps)://.*' }],
])('says that URLs are kept too late where %s', (_, name, fields) => {
  const other = file('Wide-9.json', { serviceId: '^(https|imaps)://.*', name, id: 9, evaluationOrder: 5 })
  const refused = file('Payroll-5.json', {
    serviceId: payrollPattern,
    name: 'Payroll',
    id: 5,
    evaluationOrder: 5,
    multifactorPolicy: secondFactor,
    ...fields,
  })
  expect(convert([other, refused], options).open).toMatchObject([
    { file: 'Payroll-5.json', message: expect.stringContaining('kept too late') },
  ])
})

it('does not take a template for a service whose URLs others may take', () => {
  const template = file('StaffOnly.json', { templateName: 'StaffOnly', accessStrategy: {} })
  const { refused, open } = convert([wide, template], options)
  expect(refused).toMatchObject([{ path: 'templateName', message: expect.stringContaining('is a template') }])
  expect(open).toEqual([])
})

it('tells services of one name apart that may take URLs', () => {
  const named = (id: number) =>
    file(`Sample-${id}.json`, { serviceId: `^https?://.*${id}`, name: 'Sample', id, evaluationOrder: 10 })
  const broken = file('Broken-9.json', { serviceId: '(?x).*', name: 'Broken', id: 9, evaluationOrder: 1 })
  const { open } = convert([named(1), named(2), broken], options)
  expect(open.map(({ message }) => message)).toEqual([
    expect.stringContaining('Sample (CasService sample), Sample (CasService sample-2) may take them'),
  ])
})
