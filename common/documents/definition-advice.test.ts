/** What is said of fields that a class does not have: advice must never open a service, nor break it. */
import { expect, it } from '@jest/globals'
import { decodeDefinition } from './definition-codec.ts'
import type { StoredDocument } from './service-definition.ts'
import { minimal, services } from './testing/documents.ts'

const problemOf = (policy: string, name: string, fields: StoredDocument) => {
  const decoded = decodeDefinition({ ...minimal, [policy]: { _class: `${services}.${name}`, ...fields } })
  return decoded.kind === 'refused' ? decoded.problems[0] : undefined
}

it.each([
  ['accessStrategy', 'DefaultRegisteredServiceAccessStrategy', 'excludedAttributes'],
  ['accessStrategy', 'DefaultRegisteredServiceAccessStrategy', 'deniedAttributes'],
  ['attributeReleasePolicy', 'ReturnAllAttributeReleasePolicy', 'allowedAttributes'],
  ['attributeReleasePolicy', 'DenyAllAttributeReleasePolicy', 'allowedAttributes'],
  ['attributeReleasePolicy', 'ReturnAllowedAttributeReleasePolicy', 'deniedAttributes'],
])('of a field of %s, %s, it asks for no other in place of %s', (policy, name, field) => {
  const problem = problemOf(policy, name, { [field]: ['memberOf'] })
  expect(problem?.path).toBe(`${policy}.${field}`)
  expect(problem).not.toHaveProperty('meant')
})

it('says of which classes a field is', () => {
  const policy = 'ReturnAllAttributeReleasePolicy'
  expect(problemOf('attributeReleasePolicy', policy, { allowedAttributes: ['cn'] })?.message).toMatch(
    /; it belongs to ReturnAllowedAttributeReleasePolicy, .* and \d more$/,
  )
  expect(problemOf('attributeReleasePolicy', policy, { groovyScript: 'x' })?.message).toContain('belongs to')
})

it('still asks for the field that a slip of the pen was meant to be', () => {
  const access = 'DefaultRegisteredServiceAccessStrategy'
  expect(problemOf('accessStrategy', access, { enabld: false })).toMatchObject({ meant: 'enabled' })
})
