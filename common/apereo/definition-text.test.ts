import { expect, it } from '@jest/globals'
import { decodeDefinition } from '../documents/definition-codec.ts'
import { readDefinitionText } from './definition-text.ts'

it('reads a definition as an Apereo CAS writes it', () => {
  const text = `{
  "@class": "org.apereo.cas.services.CasRegisteredService", # comment
  "serviceId": "^https://app\\\\.example\\\\.org/.*",
  "name": "App"
  "id": 9007199254740993,
  "attributeReleasePolicy": {
    "@class": "org.apereo.cas.services.ReturnAllowedAttributeReleasePolicy",
    "allowedAttributes": ["java.util.ArrayList", ["mail"]],
  }
}`
  const read = readDefinitionText(text, 'json')
  if (read.kind !== 'read') throw new Error(JSON.stringify(read))
  expect(decodeDefinition(read.document)).toMatchObject({
    kind: 'definition',
    definition: { id: 9007199254740993n, release: { kind: 'allowed', names: ['mail'] } },
  })
  expect(read.lineOf('_id')).toBe(5)
  expect(read.lineOf('attributeReleasePolicy.allowedAttributes.0')).toBe(8)
})
