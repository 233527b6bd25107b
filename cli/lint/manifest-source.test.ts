import { expect, it } from '@jest/globals'
import { sourcesOf } from './read-source.ts'

const sources = (text: string, format: 'json' | 'yaml' = 'yaml') => sourcesOf(text, { file: 'a', format })

const classTag = '!<org.apereo.cas.services.CasRegisteredService>'
const fields = "serviceId: '^https://payroll\\.example\\.org/.*'\nname: Payroll\nid: 5\n"
const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: users}\n'

it.each([
  ['a class tag', `--- ${classTag}\napiVersion: v1\nkind: CasRegisteredService\n${fields}`],
  [
    '@class',
    `apiVersion: v1\nkind: CasService\n'@class': org.apereo.cas.services.CasRegisteredService\n${fields}`,
  ],
])('takes what states %s for a definition, whatever else stands in it', (_, text) => {
  expect(sources(text)).toMatchObject([{ kind: 'definition', origin: 'apereo', claim: { name: 'Payroll' } }])
})

it('takes JSON with a serviceId for a definition, also with the fields of a Kubernetes object', () => {
  const json = JSON.stringify({
    apiVersion: 'v1',
    kind: 'x',
    serviceId: '^https://a\\.example\\.org/',
    id: 5,
  })
  expect(sources(json, 'json')).not.toMatchObject([{ kind: 'other' }])
})

it.each([
  ['behind one', `${secret}---\n${fields}`, 5],
  ['in a list', `apiVersion: v1\nkind: List\nitems:\n- '@class': org.example.Service\n  id: 5\n`, 4],
])('passes over no definition that stands among Kubernetes objects: %s', (_, text, line) => {
  expect(sources(text).filter(({ kind }) => kind !== 'other')).toMatchObject([
    { kind: 'unreadable', problems: [{ line, message: expect.stringContaining('file of its own') }] },
  ])
})

it('still passes over other objects, and takes a CasService with a misplaced serviceId for one', () => {
  expect(sources(secret)).toMatchObject([{ kind: 'other', what: 'Secret users' }])
  expect(sources(`apiVersion: v1\nkind: !!str Secret\n`)).toMatchObject([{ kind: 'other' }])
  const misplaced = `apiVersion: caspool.io/v1alpha1\nkind: CasService\nmetadata: {name: a}\nserviceId: ^https://a/\n`
  expect(sources(misplaced)).toMatchObject([
    { kind: 'definition', origin: 'manifest', definition: undefined },
  ])
})
