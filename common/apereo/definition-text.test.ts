import { expect, it } from '@jest/globals'
import { decodeDefinition, encodeDefinition } from '../documents/definition-codec.ts'
import { withDefaults } from './defaults.ts'
import { readDefinitionText, writeDefinitionText } from './definition-text.ts'
import { documentIn } from './testing/samples.ts'

const services = 'org.apereo.cas.services'

/** Paths of what is noted in a text, or refused. */
function findings(text: string, format: 'json' | 'yaml' = 'json'): readonly string[] {
  const read = readDefinitionText(text, format)
  const found = read.kind === 'read' ? read.notes : read.problems
  return found.map(({ path, line, message }) => `${line} ${path}: ${message}`)
}

it('finds the line of a path, and of the nearest above where there is none', () => {
  const text = `{
  "@class": "${services}.CasRegisteredService",
  "serviceId": "^https://app\\\\.example\\\\.org/.*",
  "name": "App",
  "id": 1,
  "multifactorPolicy": {
    "@class": "${services}.DefaultRegisteredServiceMultifactorPolicy",
    "multifactorAuthenticationProviders": ["java.util.LinkedHashSet", [
      "mfa-gauth",
      "mfa-webauthn" ] ] },
  "properties": {
    "@class": "java.util.HashMap",
    "a": { "@class": "x.Y" },
    "a.b": { "@class": "${services}.DefaultRegisteredServiceProperty",
      "values": ["java.util.HashSet", ["x"]] } } }`
  const read = readDefinitionText(text, 'json')
  if (read.kind !== 'read') throw new Error(JSON.stringify(read))
  const paths = [
    '_class',
    '_id',
    'multifactorAuthenticationPolicy.multifactorAuthenticationProviders.1',
    'multifactorAuthenticationPolicy.failureMode',
    'properties.a.b.values.0',
    'properties.a.c',
    'accessStrategy.enabled',
    '',
  ]
  expect(paths.map((path) => read.lineOf(path))).toEqual([2, 5, 10, 6, 15, 13, 1, 1])
  const decoded = decodeDefinition(read.document)
  const problems = decoded.kind === 'refused' ? decoded.problems : []
  expect(problems.map(({ path }) => read.lineOf(path))).toEqual([8])
})

it('takes lists with and without their Java class, and any spelling of values that Jackson takes', () => {
  const document = documentIn(`{
    "@class": "${services}.CasRegisteredService",
    "serviceId": "a", "name": 12.50, "id": "7", "evaluationOrder": "3",
    "environments": ["prod"], "logoutUrl": null,
    "accessStrategy": {
      "@class": "${services}.DefaultRegisteredServiceAccessStrategy", "enabled": "false",
      "requiredAttributes": { "memberOf": ["staff"], "uid": ["java.util.TreeSet", ["a"]] } },
    "webflowInterruptPolicy": {
      "@class": "${services}.DefaultRegisteredServiceWebflowInterruptPolicy", "forceExecution": true } }`)
  expect(document).toEqual({
    _class: `${services}.CasRegisteredService`,
    serviceId: 'a',
    name: '12.50',
    _id: 7n,
    evaluationOrder: 3,
    environments: ['prod'],
    accessStrategy: {
      _class: `${services}.DefaultRegisteredServiceAccessStrategy`,
      enabled: false,
      requiredAttributes: { memberOf: ['staff'], uid: ['a'] },
    },
    webflowInterruptPolicy: {
      _class: `${services}.DefaultRegisteredServiceWebflowInterruptPolicy`,
      forceExecution: 'TRUE',
    },
  })
})

it('takes YAML with classes in fields as well as in tags', () => {
  const tagged = `--- !<${services}.CasRegisteredService>
serviceId: ^https://a\\.org/.*
name: A
id: 1
attributeReleasePolicy: !<${services}.ReturnAllAttributeReleasePolicy> {}
environments: !<java.util.HashSet> [prod]
`
  const plain = `'@class': ${services}.CasRegisteredService
serviceId: ^https://a\\.org/.*
name: A
id: 1
attributeReleasePolicy:
  '@class': ${services}.ReturnAllAttributeReleasePolicy
environments: [prod]
`
  expect(documentIn(tagged, 'yaml')).toEqual(documentIn(plain, 'yaml'))
  expect(documentIn(plain, 'yaml')).toMatchObject({
    _id: 1n,
    attributeReleasePolicy: { _class: `${services}.ReturnAllAttributeReleasePolicy` },
    environments: ['prod'],
  })
})

it.each<[string, unknown]>([
  ['!<java.util.ArrayList> ["java.util.HashSet", 0]', ['java.util.HashSet', 0]],
  ['!<java.util.ArrayList> ["java.util.HashSet", [0]]', ['java.util.HashSet', [0]]],
  ['["java.util.HashSet", [0]]', [0]],
  ['["java.lang.Long", 0]', 0n],
])('takes %s of YAML for %j', (written, value) => {
  const document = documentIn(
    `--- !<${services}.CasRegisteredService>
serviceId: ^https://a\\.org/.*
name: A
id: 1
ticketGrantingTicketExpirationPolicy: !<${services}.DefaultRegisteredServiceTicketGrantingTicketExpirationPolicy>
  userAgents: {a: ${written}}
`,
    'yaml',
  )
  expect(document).toMatchObject({ ticketGrantingTicketExpirationPolicy: { userAgents: { a: value } } })
})

it('takes classes of CAS 4 for those of today, and says so', () => {
  const text = `{ "@class": "org.jasig.cas.services.RegexRegisteredService",
    "serviceId": "a", "name": "A", "id": 1,
    "attributeReleasePolicy": { "@class": "org.jasig.cas.services.ReturnAllAttributeReleasePolicy" } }`
  expect(documentIn(text)).toMatchObject({
    _class: `${services}.RegexRegisteredService`,
    attributeReleasePolicy: { _class: `${services}.ReturnAllAttributeReleasePolicy` },
  })
  expect(findings(text)).toEqual([
    `1 _class: is ${services}.RegexRegisteredService since version 5, and taken for that`,
    `3 attributeReleasePolicy._class: is ${services}.ReturnAllAttributeReleasePolicy since version 5, and taken for that`,
  ])
})

it('carries classes and fields that it does not know, and says so', () => {
  const text = `{
  "@class": "${services}.CasRegisteredService",
  "serviceId": "a", "name": "A", "id": 1,
  "newField": ["java.util.ArrayList", [1, {"@class": "com.example.Thing", "n": 1}]],
  "accessStrategy": {
    "@class": "com.example.MyStrategy",
    "limits": { "@class": "java.util.TreeMap", "a.b": 5000000000 } } }`
  const document = documentIn(text)
  expect(document).toMatchObject({
    newField: [1, { _class: 'com.example.Thing', n: 1 }],
    accessStrategy: { _class: 'com.example.MyStrategy', limits: { 'a_#_b': 5_000_000_000n } },
  })
  expect(findings(text)).toEqual([
    '4 newField: is not a field of its class',
    '4 newField.1._class: com.example.Thing is not known',
    '5 accessStrategy._class: com.example.MyStrategy is not known',
  ])
  expect(documentIn(writeDefinitionText(document, 'json'))).toEqual(document)
  expect(documentIn(writeDefinitionText(document, 'yaml'), 'yaml')).toEqual(document)
})

it('reads services of classes that it does not know by what all services have', () => {
  const text = `{"@class": "com.example.MyService", "serviceId": "a", "name": "A", "id": 5, "mine": 1}`
  const document = documentIn(text)
  expect(document).toEqual({ _class: 'com.example.MyService', serviceId: 'a', name: 'A', _id: 5n, mine: 1 })
  expect(documentIn(writeDefinitionText(document, 'json'))).toEqual(document)
})

it('carries values of a wrong type, so that who decodes can refuse them and keep their URLs', () => {
  const text = `{
  "@class": "${services}.CasRegisteredService", "serviceId": "^https://a\\\\.org/", "name": "A", "id": "x",
  "evaluationOrder": 3000000000,
  "environments": "prod",
  "logoutType": "SOMETIMES",
  "accessStrategy": "none",
  "proxyPolicy": { "pattern": "a" },
  "contacts": [5] }`
  expect(findings(text)).toEqual([
    '2 _id: should be a whole number of 64 bits',
    '3 evaluationOrder: should be a whole number of 32 bits',
    '4 environments: should be a list',
    '5 logoutType: should be one of NONE, BACK_CHANNEL, FRONT_CHANNEL',
    '6 accessStrategy: should be an object with its class',
    '7 proxyPolicy: does not say its class',
    '8 contacts.0: should be an object with its class',
  ])
  const decoded = decodeDefinition(documentIn(text))
  expect(decoded).toMatchObject({ kind: 'refused', claim: { serviceId: '^https://a\\.org/' } })
  const refused = decoded.kind === 'refused' ? decoded.problems.map(({ path }) => path) : []
  expect(refused).toEqual([
    '_id',
    'evaluationOrder',
    'environments',
    'logoutType',
    'accessStrategy',
    'proxyPolicy._class',
    'contacts.0',
  ])
})

it('writes what only documents can hold as text: dates, and values of the driver', () => {
  const document = {
    _class: `${services}.OidcRegisteredService`,
    _id: 3n,
    name: 'A',
    serviceId: 'a',
    dynamicRegistrationDateTime: new Date(Date.UTC(2026, 1, 3)),
    theme: null,
  }
  expect(documentIn(writeDefinitionText(document, 'yaml'), 'yaml')).toEqual({
    _class: `${services}.OidcRegisteredService`,
    _id: 3n,
    name: 'A',
    serviceId: 'a',
    dynamicRegistrationDateTime: '2026-02-03T00:00:00.000Z',
  })
})

it.each(['replace', 'Add', 'MULTIVALUED'])(
  'takes %s as a way of merging, and writes it in upper case',
  (name) => {
    const policies = `["java.util.ArrayList", [{ "@class": "${services}.ReturnAllAttributeReleasePolicy",
    "principalAttributesRepository": {
      "@class": "org.apereo.cas.authentication.principal.DefaultPrincipalAttributesRepository",
      "mergingStrategy": "${name}" } }]]`
    const read = documentIn(`{
    "@class": "${services}.CasRegisteredService", "serviceId": "^https://a\\\\.example\\\\.org/.*", "name": "A", "id": 1,
    "attributeReleasePolicy": { "@class": "${services}.ChainingAttributeReleasePolicy",
      "policies": ${policies}, "mergingPolicy": "${name}" } }`)
    const stored = name.toUpperCase()
    const repository = { mergingStrategy: stored }
    expect(read['attributeReleasePolicy']).toMatchObject({
      mergingPolicy: stored,
      policies: [{ principalAttributesRepository: repository }],
    })
    expect(withDefaults(documentIn(writeDefinitionText(read, 'json')))).toEqual(withDefaults(read))
    // As an older Apereo CAS stored it: nobody has read it from a text before.
    const policy = { ...(read['attributeReleasePolicy'] as object), mergingPolicy: name }
    const decoded = decodeDefinition({ ...read, attributeReleasePolicy: policy })
    if (decoded.kind === 'refused') throw new Error(JSON.stringify(decoded.problems))
    expect(decoded.definition.release).toMatchObject({ kind: 'chain', merging: name.toLowerCase() })
    expect(encodeDefinition(decoded.definition)['attributeReleasePolicy']).toMatchObject({
      mergingPolicy: stored,
    })
  },
)
