/** Documents that somebody put into the registry who wishes us ill: refused, and nobody gets their URLs. */
import { expect, it } from '@jest/globals'
import { documentKey } from '../../common/documents/document-key.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { Catalog } from './catalog.ts'

const services = 'org.apereo.cas.services'
const good: StoredDocument = {
  _id: 1n,
  _class: `${services}.CasRegisteredService`,
  name: 'app',
  serviceId: '^https://app\\.example\\.org(/.*)?$',
}
const wide: StoredDocument = { ...good, _id: 2n, name: 'wide', serviceId: '^https://.*', evaluationOrder: 9 }

const apply = (document: StoredDocument) =>
  new Catalog().apply({
    rev: 1,
    digest: '',
    properties: new Map(),
    services: new Map([document, wide].map((one, i) => [String(i + 1), one])),
  })
const applyAll = (...documents: readonly StoredDocument[]) =>
  new Catalog().apply({
    rev: 1,
    digest: '',
    properties: new Map(),
    services: new Map(documents.map((one) => [documentKey(one['_id']), one])),
  })
const policy = (name: string, fields: StoredDocument = {}): StoredDocument => ({
  _class: `${services}.${name}`,
  ...fields,
})
const own = (text: string): StoredDocument => JSON.parse(text) as StoredDocument

it.each<[string, StoredDocument]>([
  [
    'an access rule of a class that runs code',
    { accessStrategy: { _class: 'javax.script.ScriptEngineManager' } },
  ],
  ['a Groovy access rule', { accessStrategy: policy('GroovyRegisteredServiceAccessStrategy') }],
  ['a remote access rule', { accessStrategy: policy('RemoteEndpointServiceAccessStrategy') }],
  ['a time-based access rule', { accessStrategy: policy('TimeBasedRegisteredServiceAccessStrategy') }],
  ['a chain of access rules', { accessStrategy: policy('ChainingRegisteredServiceAccessStrategy') }],
  ['an access rule without class', { accessStrategy: { enabled: true } }],
  ['an access rule that is a list', { accessStrategy: [] }],
  ['an access rule that is null', { accessStrategy: null }],
  [
    'an access rule whose values are null',
    {
      accessStrategy: policy('DefaultRegisteredServiceAccessStrategy', {
        enabled: null,
        requiredAttributes: { memberOf: null },
      }),
    },
  ],
  [
    'multifactor authentication by a script',
    { multifactorAuthenticationPolicy: policy('GroovyRegisteredServiceMultifactorPolicy') },
  ],
  [
    'multifactor authentication',
    {
      multifactorAuthenticationPolicy: policy('DefaultRegisteredServiceMultifactorPolicy', {
        multifactorAuthenticationProviders: ['mfa-duo'],
      }),
    },
  ],
  ['release by a script', { attributeReleasePolicy: policy('GroovyScriptAttributeReleasePolicy') }],
  [
    'release by a script in a chain',
    {
      attributeReleasePolicy: policy('ChainingAttributeReleasePolicy', {
        policies: [policy('ReturnAllAttributeReleasePolicy'), policy('GroovyScriptAttributeReleasePolicy')],
      }),
    },
  ],
  [
    'a user name by a script',
    { usernameAttributeProvider: policy('GroovyRegisteredServiceUsernameProvider') },
  ],
  ['proxying by a remote rule', { proxyPolicy: policy('RestfulRegisteredServiceProxyPolicy') }],
  ['a policy that nobody knows', { newPolicy: { _class: 'com.example.NewPolicy' } }],
  [
    'required attributes of the wrong type',
    { accessStrategy: policy('DefaultRegisteredServiceAccessStrategy', { requiredAttributes: 7 }) },
  ],
  [
    'an attribute that would become a prototype',
    {
      accessStrategy: {
        ...policy('DefaultRegisteredServiceAccessStrategy'),
        ...own('{"requiredAttributes": {"__proto__": ["x"]}}'),
      },
    },
  ],
  [
    'a released name that would become an operator',
    {
      attributeReleasePolicy: policy('ReturnMappedAttributeReleasePolicy', {
        allowedAttributes: { $where: 'x' },
      }),
    },
  ],
  [
    'a rule of release that cannot be run',
    {
      attributeReleasePolicy: policy('PatternMatchingAttributeReleasePolicy', {
        allowedAttributes: { cn: { pattern: '(a)\\1', transform: 'x' } },
      }),
    },
  ],
])('%s refuses the definition, and a wider one does not take its URLs', (_title, change) => {
  const snapshot = apply({ ...good, ...change })
  expect(snapshot.refusedServices.map(({ id }) => id)).toEqual(['1'])
  expect(snapshot.findService('https://app.example.org/').kind).toBe('refused')
  expect(snapshot.findService('https://other.example.org/').kind).toBe('service')
})

it.each([[-1000.5], ['-1000'], [2n ** 40n]])(
  'stands before a wider one of low order with its order %j',
  (evaluationOrder) => {
    const snapshot = applyAll({ ...good, evaluationOrder }, { ...wide, evaluationOrder: -999 })
    expect(snapshot.findService('https://app.example.org/').kind).toBe('refused')
    expect(snapshot.findService('https://other.example.org/').kind).toBe('service')
  },
)

it.each([
  ['app\\.example\\.org/(x)\\1'],
  ['^https://app\\.example\\.org/(x)\\1'],
  ['(?x) app\\.example\\.org # here'],
])('keeps what Java finds %s in, though the pattern cannot be run', (serviceId) => {
  const matchingStrategy = policy('PartialRegexRegisteredServiceMatchingStrategy')
  const snapshot = applyAll({ ...good, serviceId, matchingStrategy }, wide)
  expect(snapshot.findService('https://app.example.org/xx/y').kind).toBe('refused')
})

it.each<[string, StoredDocument]>([
  ['nothing at all', {}],
  ['a serviceId that is a document', { ...good, serviceId: { $regex: '.*' } }],
  ['no name', { ...good, name: null }],
])('a document with %s claims nothing, and stops nobody else', (_title, document) => {
  const snapshot = apply(document)
  expect(snapshot.size).toBe(1)
  expect(snapshot.findService('https://other.example.org/').kind).toBe('service')
})

it.each<[string, StoredDocument]>([
  ['a class that is none of ours', { _class: 'java.lang.Runtime' }],
  ['no class', { _class: undefined }],
  ['a class that is a document', { _class: { toString: 1 } }],
  ['an id that is a document', { _id: { toString: 1 } }],
  ['no id', { _id: undefined }],
  ['an id in text', { _id: '7' }],
  ['no name', { name: null }],
  ['a name that is a document', { name: { toString: 1 } }],
  ['a policy that says it is of the driver', { riskPolicy: { _class: 'x.Risk', _bsontype: 'ObjectId' } }],
])('a document with %s is refused, and a wider one does not take its URLs', (_title, change) => {
  const snapshot = applyAll({ ...good, ...change }, wide)
  expect(snapshot.refusedServices).toHaveLength(1)
  expect(snapshot.findService('https://app.example.org/').kind).toBe('refused')
  expect(snapshot.findService('https://other.example.org/').kind).toBe('service')
})

it.each([
  'org.apereo.cas.support.saml.services.SamlRegisteredService',
  'org.apereo.cas.support.oauth.services.OAuthRegisteredService',
  `${services}.OidcRegisteredService`,
])('a client of another protocol (%s) is refused and claims no URLs', (_class) => {
  const snapshot = applyAll({ ...good, _class }, wide)
  expect(snapshot.refusedServices).toHaveLength(1)
  expect(snapshot.findService('https://app.example.org/').kind).toBe('service')
})

it('one id as a number and as text refuses both, keeps the URLs of both, and is mended by deleting the text', () => {
  const number = { ...good, _id: 901n }
  const text = { ...good, _id: '901', serviceId: '^https://second\\.example\\.org(/.*)?$' }
  const snapshot = applyAll(number, text, wide)
  expect(snapshot.refusedServices.map(({ id }) => id)).toEqual(['901', 'string:901'])
  expect(snapshot.definitionById('901')).toBeUndefined()
  expect(snapshot.findService('https://app.example.org/').kind).toBe('refused')
  expect(snapshot.findService('https://second.example.org/').kind).toBe('refused')
  expect(snapshot.findService('https://other.example.org/').kind).toBe('service')
  expect(applyAll(number, wide).definitionById('901')?.name).toBe('app')
})

it('properties that hold documents where text should be are refused, and stop nothing', () => {
  const properties = new Map<string, StoredDocument>([
    ['cas.ticket.st.number-of-uses', { value: { toString: 1 } }],
    ['cas.slo.disabled', { value: { toString: 1 } }],
    ['object#x', { name: { toString: 1 }, value: 1 }],
  ])
  const snapshot = new Catalog().apply({ rev: 1, digest: '', properties, services: new Map([['1', good]]) })
  expect(snapshot.refusedProperties.map(({ name }) => name).sort()).toEqual([...properties.keys()].sort())
  expect(snapshot.findService('https://app.example.org/').kind).toBe('service')
})

it('tells of a huge name and huge keys in a short reason', () => {
  const huge = 'k'.repeat(5_000_000)
  const snapshot = applyAll({ ...good, name: huge, [huge]: { _class: 'x' } }, wide)
  const found = snapshot.findService('https://app.example.org/')
  expect(found.kind === 'refused' && found.reason.length).toBeLessThan(1_500)
  expect(snapshot.refusedServices[0]?.reason.length).toBeLessThan(1_100)
})

it('a document of sixteen megabytes and one of a thousand levels are read like others', () => {
  let deep: StoredDocument = {}
  for (let level = 0; level < 1_000; level++) deep = { a: deep }
  const snapshot = apply({ ...good, description: 'x'.repeat(2 ** 24), properties: deep, unheardOf: deep })
  expect(snapshot.findService('https://app.example.org/').kind).toBe('service')
})

it('stays quick and whole with a pattern that is far too long, and keeps its URLs', () => {
  const long = [`https://${'a'.repeat(9_000_000)}`, `^(?=${'$|'.repeat(500_000)}a)https://x`]
  for (const serviceId of long) {
    const snapshot = apply({ ...good, serviceId })
    expect(snapshot.refusedServices).toEqual([
      { id: '1', reason: expect.stringContaining('longer than 4096') },
    ])
    expect(snapshot.findService('https://other.example.org/')).toMatchObject({ kind: 'refused' })
  }
})
