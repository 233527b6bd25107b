/** Null, and in YAML a key without a value: what somebody deleted or commented out must not open a service. */
import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decodeDefinition, encodeDefinition } from '../documents/definition-codec.ts'
import { isDocument } from '../documents/document-reader.ts'
import type { StoredDocument } from '../documents/service-definition.ts'
import { definitions } from '../documents/testing/definitions.ts'
import { fieldsOf } from './class-tables.ts'
import { mayBeNull } from './class-types.ts'
import { withDefaults } from './defaults.ts'
import { readDefinitionText, type TextFormat, writeDefinitionText } from './definition-text.ts'
import { documentIn, samplesIn } from './testing/samples.ts'

const services = 'org.apereo.cas.services'

/** What refuses a text, with the line that people are shown. */
function refusals(text: string, format: TextFormat): readonly string[] {
  const read = readDefinitionText(text, format)
  if (read.kind === 'unreadable') return read.problems.map(({ path, line }) => `${line} ${path}`)
  const decoded = decodeDefinition(read.document)
  if (decoded.kind === 'definition') return []
  return decoded.problems.map(({ path }) => `${read.lineOf(path)} ${path}`)
}

it('refuses access rules of which the values are commented out in YAML, with path and line', () => {
  const text = `--- !<${services}.CasRegisteredService>
serviceId: "^https://app\\\\.example\\\\.org/.*"
name: a
id: 1
accessStrategy: !<${services}.DefaultRegisteredServiceAccessStrategy>
  enabled:
  ssoEnabled: ~
  requiredAttributes: !<java.util.HashMap>
    memberOf:
    # - admins
  rejectedAttributes: !<java.util.HashMap>
    # status: [locked]
`
  expect(refusals(text, 'yaml')).toEqual([
    '6 accessStrategy.enabled',
    '7 accessStrategy.ssoEnabled',
    '9 accessStrategy.requiredAttributes.memberOf',
    '11 accessStrategy.rejectedAttributes',
  ])
  const read = readDefinitionText(text, 'yaml')
  const notes = read.kind === 'read' ? read.notes : []
  expect(new Set(notes.map(({ message }) => message))).toEqual(
    new Set(['is empty: write a value or leave the field out']),
  )
  const decoded = decodeDefinition(documentIn(text, 'yaml'))
  expect(decoded).toMatchObject({ claim: { serviceId: '^https://app\\.example\\.org/.*' } })
})

it('refuses null in access rules and release of JSON, with path and line', () => {
  const text = `{"@class": "${services}.CasRegisteredService", "serviceId": "^https://app/.*", "name": "a", "id": 1,
    "accessStrategy": {"@class": "${services}.DefaultRegisteredServiceAccessStrategy",
      "enabled": null,
      "requiredAttributes": {"@class": "java.util.HashMap",
        "memberOf": null, "uid": ["java.util.HashSet", [null]]},
      "rejectedAttributes": {"x": null}},
    "attributeReleasePolicy": {"@class": "${services}.ReturnAllAttributeReleasePolicy",
      "authorizedToReleaseAuthenticationAttributes": null},
    "usernameAttributeProvider": null, "environments": null, "supportedProtocols": null}`
  expect(refusals(text, 'json')).toEqual([
    '3 accessStrategy.enabled',
    '5 accessStrategy.requiredAttributes.memberOf',
    '5 accessStrategy.requiredAttributes.uid',
    '6 accessStrategy.rejectedAttributes.x',
    '8 attributeReleasePolicy.authorizedToReleaseAuthenticationAttributes',
    '9 usernameAttributeProvider',
    '9 environments',
    '9 supportedProtocols',
  ])
})

it.each<TextFormat>(['json', 'yaml'])('takes null in %s for no field where Java has null, too', (format) => {
  const text = `{"@class": "${services}.CasRegisteredService", "serviceId": "^https://app/.*", "name": "a", "id": 1,
    "description": null, "theme": null, "logoutUrl": null, "responseType": null,
    "serviceTicketExpirationPolicy": null, "singleSignOnParticipationPolicy": null, "publicKey": null,
    "accessStrategy": {"@class": "${services}.DefaultRegisteredServiceAccessStrategy",
      "unauthorizedRedirectUrl": null},
    "attributeReleasePolicy": {"@class": "${services}.ReturnAllAttributeReleasePolicy",
      "attributeFilter": null, "principalIdAttribute": null},
    "expirationPolicy": {"@class": "${services}.DefaultRegisteredServiceExpirationPolicy",
      "expirationDate": null}}`
  expect(refusals(text, format)).toEqual([])
})

it.each([
  [`!<${services}.DenyAllAttributeReleasePolicy>\n  "@class": ${services}.ReturnAllAttributeReleasePolicy`],
  [`!<java.util.HashMap>\n  "@class": ${services}.ReturnAllAttributeReleasePolicy`],
  [`!<${services}.DenyAllAttributeReleasePolicy>\n  "@class": java.util.HashMap`],
  [`!<${services}.DenyAllAttributeReleasePolicy>\n  "@class":`],
])('refuses a tag of YAML that names another class than the field: %s', (policy) => {
  const head = `--- !<${services}.CasRegisteredService>\nserviceId: "^https://app/.*"\nname: a\nid: 1\n`
  expect(refusals(`${head}attributeReleasePolicy: ${policy}\n`, 'yaml')).toEqual(['6 attributeReleasePolicy'])
  const same = `!<${services}.DenyAllAttributeReleasePolicy>\n  "@class": ${services}.DenyAllAttributeReleasePolicy`
  expect(refusals(`${head}attributeReleasePolicy: ${same}\n`, 'yaml')).toEqual([])
})

type Path = readonly (string | number)[]

/** Everything in a document that could be null, but not its classes. */
function pathsIn(value: unknown, at: Path = []): readonly Path[] {
  const entries = Array.isArray(value)
    ? [...value.entries()]
    : isDocument(value) && !(value instanceof Date)
      ? Object.entries(value)
      : []
  return entries.flatMap(([key, item]) =>
    key === '_class' ? [] : [[...at, key], ...pathsIn(item, [...at, key])],
  )
}

/** The value with something at a path put in place of what stands there; undefined: without it. */
function put(value: unknown, [first, ...rest]: Path, by: unknown): unknown {
  if (first === undefined) return by
  if (Array.isArray(value)) return value.map((item, i) => (i === first ? put(item, rest, by) : item))
  const changed = Object.entries(value as StoredDocument).map(([key, item]): [string, unknown] =>
    key === first ? [key, put(item, rest, by)] : [key, item],
  )
  return Object.fromEntries(changed.filter(([, item]) => item !== undefined))
}

/** Objects that are null in Java unless they are given, by their field. */
const nullObjects: ReadonlySet<string | number> = new Set([
  'attributeFilter',
  'contacts',
  'criteria',
  'proxyGrantingTicketExpirationPolicy',
  'proxyTicketExpirationPolicy',
  'serviceTicketExpirationPolicy',
  'singleSignOnParticipationPolicy',
  'ticketGrantingTicketExpirationPolicy',
])

/** Is null the same as no field at all in Java? */
function isNullByDefault(document: StoredDocument, path: Path): boolean {
  const name = path.at(-1) ?? ''
  if (nullObjects.has(name)) return true
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as StoredDocument)[key], document)
  const fields = isDocument(parent) ? fieldsOf(parent['_class']) : undefined
  const field = fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined
  return field !== undefined && mayBeNull(field)
}

function meaning(document: unknown) {
  const decoded = decodeDefinition(document as StoredDocument)
  return decoded.kind === 'definition' ? decoded.definition : 'refused'
}

/** Refused, or no more open than it says: as without the field where that is null in Java, else the field decides nothing. */
function expectNoOpening(document: StoredDocument, path: Path): void {
  const nulled = put(document, path, null) as StoredDocument
  const expected = isNullByDefault(document, path) ? put(document, path, undefined) : document
  const readings = (['json', 'yaml'] as const).map((format) =>
    documentIn(writeDefinitionText(nulled, format), format),
  )
  for (const reading of [nulled, ...readings]) {
    const found = meaning(reading)
    if (found !== 'refused') expect({ path, found }).toEqual({ path, found: meaning(expected) })
  }
}

it('never opens a service whose field, entry or item becomes null, for all samples of definitions', () => {
  const ofApereo = samplesIn('apereo-6.6.12').map(({ text }) => withDefaults(documentIn(text)))
  const ofClasses = samplesIn('classes').map(({ text }) => documentIn(text))
  for (const document of [...ofApereo, ...ofClasses]) {
    for (const path of pathsIn(document)) expectNoOpening(document, path)
  }
})

it('never opens a service whose field, entry or item becomes null, for any definition', () => {
  fc.assert(
    fc.property(definitions, fc.nat(), (definition, choice) => {
      const document = encodeDefinition(definition)
      const paths = pathsIn(document)
      expectNoOpening(document, paths[choice % paths.length] ?? [])
    }),
    { numRuns: 500 },
  )
})
