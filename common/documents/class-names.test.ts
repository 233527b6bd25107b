import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { classTables } from '../apereo/class-tables.ts'
import { readDefinitionText } from '../apereo/definition-text.ts'
import { className } from './class-names.ts'
import { decodeDefinition, encodeDefinition } from './definition-codec.ts'
import { isDocument } from './document-reader.ts'
import { definitions } from './testing/definitions.ts'
import { minimal, services } from './testing/documents.ts'

function problemsOf(change: object) {
  const decoded = decodeDefinition({ ...minimal, ...change })
  return decoded.kind === 'refused' ? decoded.problems : []
}

it.each([
  [`${services}.ReturnAllAttributeReleasePolicy`, 'ReturnAllAttributeReleasePolicy'],
  ['org.jasig.cas.services.ReturnAllAttributeReleasePolicy', 'ReturnAllAttributeReleasePolicy'],
  [`${services}.support.RegisteredServiceRegexAttributeFilter`, 'RegisteredServiceRegexAttributeFilter'],
  ['ReturnAllAttributeReleasePolicy', undefined],
  ['constructor', undefined],
  [7, undefined],
  [
    `${services}.support.ReturnAllAttributeReleasePolicy`,
    `${services}.support.ReturnAllAttributeReleasePolicy`,
  ],
  ['evil.ReturnAllAttributeReleasePolicy', 'evil.ReturnAllAttributeReleasePolicy'],
])('makes of the class %j the name %j', (stated, name) => {
  expect(className(stated)).toBe(name)
})

it('writes no class that only its name without package would find', () => {
  const classesIn = (value: unknown): readonly unknown[] => {
    if (Array.isArray(value)) return value.flatMap(classesIn)
    if (!isDocument(value)) return []
    return Object.entries(value).flatMap(([key, item]) => (key === '_class' ? [item] : classesIn(item)))
  }
  fc.assert(
    fc.property(definitions, (definition) => {
      for (const name of classesIn(encodeDefinition(definition)))
        expect(classTables.has(String(name))).toBe(true)
    }),
  )
})

it('refuses a policy whose class stands without its package, and keeps its URLs', () => {
  const text = `{ "@class": "${services}.CasRegisteredService", "serviceId": "^https://a\\\\.org/.*", "name": "A", "id": 1,
    "attributeReleasePolicy": { "@class": "ReturnAllAttributeReleasePolicy" } }`
  const read = readDefinitionText(text, 'json')
  const decoded = decodeDefinition(read.kind === 'read' ? read.document : {})
  expect(decoded).toMatchObject({ kind: 'refused', claim: { serviceId: '^https://a\\.org/.*' } })
  const meant = `${services}.ReturnAllAttributeReleasePolicy`
  expect(decoded).toMatchObject({ problems: [{ path: 'attributeReleasePolicy._class', meant }] })
})

it.each([
  ['CasRegisteredService', 'CasRegisteredService'],
  [`${services}.CasRegistredService`, 'CasRegisteredService'],
  [`${services}.casRegisteredService`, 'CasRegisteredService'],
  [`${services}.RegexRegisterdService`, 'RegexRegisteredService'],
])('asks for the class that %s was meant to be', (_class, meant) => {
  const whole = `${services}.${meant}`
  const message = `"${_class}" is not honoured; did you mean ${whole}?`
  expect(problemsOf({ _class })).toEqual([{ path: '_class', message, meant: whole }])
})

it('asks for no class that says something else than what is written', () => {
  const accessStrategy = { _class: `${services}.GroovyRegisteredServiceAccessStrategy` }
  for (const problem of problemsOf({ accessStrategy })) expect(problem).not.toHaveProperty('meant')
  expect(problemsOf({ _class: 'org.apereo.cas.support.saml.services.SamlRegisteredService' })).toEqual([
    {
      path: '_class',
      message:
        '"org.apereo.cas.support.saml.services.SamlRegisteredService": only clients of the CAS protocol are served',
    },
  ])
})

it('cuts no name of a class in two', () => {
  const [problem] = problemsOf({ attributeReleasePolicy: {} })
  expect(problem?.message).toBe(
    'is missing: known are ReturnAllAttributeReleasePolicy, ReturnAllowedAttributeReleasePolicy and 5 more',
  )
  const [script] = problemsOf({ attributeReleasePolicy: { _class: `${services}.${'x'.repeat(500)}` } })
  expect(script?.message).toMatch(/; known are ReturnAllAttributeReleasePolicy and 6 more$/)
  const [times] = problemsOf({ serviceTicketExpirationPolicy: { _class: `x.${'x'.repeat(500)}` } })
  expect(times?.message).toMatch(/…" is not honoured$/)
})

it('tells the end of a long name of a class', () => {
  const _class = `${services}.AttributeBasedRegisteredServiceAccessStrategyActivationCriteriaOfSomebody`
  expect(problemsOf({ accessStrategy: { _class } })[0]?.message).toContain('OfSomebody" is not honoured')
})
