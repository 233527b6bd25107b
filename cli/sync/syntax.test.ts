import { expect, it } from '@jest/globals'
import { syntaxProblems } from './syntax.ts'

const problemsOf = (text: string, format: 'json' | 'yaml' = 'json') =>
  syntaxProblems(text, format).map(({ path, line, message }) => `${line}: ${path}: ${message}`)

it.each([
  ['org.apereo.cas.support.saml.services.SamlRegisteredService', { metadataLocation: '/x' }],
  ['org.apereo.cas.services.OidcRegisteredService', { clientId: 'x', scopes: ['java.util.HashSet', ['a']] }],
  [
    'com.example.OwnService',
    { attributes: { $odd: 1, '': null }, expirationPolicy: { deleteWhenExpired: 'x' } },
  ],
])('asks nothing of what %s may hold', (name, fields) => {
  expect(problemsOf(JSON.stringify({ '@class': name, serviceId: '(', id: 1, ...fields }))).toEqual([])
})

it('takes what Apereo takes: comments in JSON, classes as tags of YAML, ids in quotes', () => {
  expect(
    problemsOf('{\n  # why\n  @class: org.apereo.cas.services.CasRegisteredService\n  id: 1\n}'),
  ).toEqual([])
  expect(problemsOf('--- !<org.apereo.cas.services.OidcRegisteredService>\nid: 5\n', 'yaml')).toEqual([])
  expect(problemsOf('{ "@class": "a.B", "id": "17" }')).toEqual([])
})

it.each(['', '{ "@class": "a.B", "id": 1', '[1]', '{ "@class": "a.B", "id": 1, "id": 2 }'])(
  'finds what cannot be read as a definition: %s',
  (text) => expect(problemsOf(text)).toHaveLength(1),
)

it('finds a class or an id that is missing, with the line', () => {
  expect(problemsOf('{\n  "id": 1 }')).toEqual(['1: @class: is missing: every definition names its class'])
  const id = 'id: every definition needs a whole number of its own'
  expect(problemsOf('{ "@class": "a.B" }')).toEqual([`1: ${id}`])
  expect(problemsOf('{ "@class": "a.B",\n  "id": "one" }')).toEqual([`2: ${id}`])
  expect(problemsOf('{ "@class": "a.B",\n  "id": -1 }')).toEqual([`2: ${id}`])
  expect(problemsOf('serviceId: x\nid: 5\n', 'yaml')).toEqual([
    '1: @class: is missing: the text begins with --- !<CLASS>',
  ])
})
