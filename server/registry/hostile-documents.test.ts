/** Documents that somebody put into the registry who wishes us ill: refused, and nobody gets their URLs. */
import { expect, it } from '@jest/globals'
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

it.each<[string, StoredDocument]>([
  ['nothing at all', {}],
  ['a class that is none of ours', { ...good, _class: 'java.lang.Runtime' }],
  ['an id that is a document', { ...good, _id: { $gt: '' } }],
  ['a serviceId that is a document', { ...good, serviceId: { $regex: '.*' } }],
  ['no name', { ...good, name: null }],
])('a document with %s claims nothing, and stops nobody else', (_title, document) => {
  const snapshot = apply(document)
  expect(snapshot.size).toBe(1)
  expect(snapshot.findService('https://other.example.org/').kind).toBe('service')
})

it('a document of sixteen megabytes and one of a thousand levels are read like others', () => {
  let deep: StoredDocument = {}
  for (let level = 0; level < 1_000; level++) deep = { a: deep }
  const snapshot = apply({ ...good, description: 'x'.repeat(2 ** 24), properties: deep, unheardOf: deep })
  expect(snapshot.findService('https://app.example.org/').kind).toBe('service')
})
