import { expect, it } from '@jest/globals'
import { encodeDefinition } from '../../common/documents/definition-codec.ts'
import { defaultAccess } from '../../common/documents/definition-policies.ts'
import type { StoredDocument } from '../../common/documents/service-definition.ts'
import { differences } from './difference.ts'

function document(id: bigint, change: object = {}): StoredDocument {
  return encodeDefinition({
    id,
    name: `app-${id}`,
    serviceId: '^https://a/.*',
    evaluationOrder: 0,
    access: defaultAccess,
    release: { kind: 'allowed', names: ['mail', 'cn'] },
    username: { kind: 'default' },
    proxy: { kind: 'refuse' },
    logout: { type: 'backChannel' },
    contacts: [],
    ...change,
  })
}

it('finds nothing between equal registries, whatever their order', () => {
  expect(differences([document(1n), document(2n)], [document(2n), document(1n)])).toEqual([])
})

it('tells what is on one side only', () => {
  expect(differences([document(1n), document(2n)], [document(2n), document(3n)])).toEqual([
    { kind: 'onlyLeft', id: '1', name: 'app-1' },
    { kind: 'onlyRight', id: '3', name: 'app-3' },
  ])
})

it('names the fields that differ, and no others', () => {
  const changed = document(1n, { access: { ...defaultAccess, enabled: false }, theme: 'dark' })
  expect(differences([changed], [document(1n)])).toEqual([
    {
      kind: 'changed',
      id: '1',
      name: 'app-1',
      fields: [
        { path: 'theme', left: 'dark' },
        { path: 'accessStrategy.enabled', left: false, right: true },
      ],
    },
  ])
})

it('takes defaults that are written out, and another order of a set, for the same', () => {
  const short = {
    _id: 1n,
    _class: 'org.apereo.cas.services.RegexRegisteredService',
    name: 'app-1',
    serviceId: '^https://a/.*',
  }
  const release = {
    _class: 'org.apereo.cas.services.ReturnAllowedAttributeReleasePolicy',
    allowedAttributes: ['cn', 'mail'],
  }
  expect(differences([{ ...short, attributeReleasePolicy: release }], [document(1n)])).toEqual([])
})

it('tells each definition without an id, which is the same as no other', () => {
  const { _id: _, ...idless } = document(1n)
  expect(differences([idless, { ...idless, name: 'other' }], [document(1n)])).toEqual([
    { kind: 'onlyRight', id: '1', name: 'app-1' },
    { kind: 'onlyLeft', name: 'app-1' },
    { kind: 'onlyLeft', name: 'other' },
  ])
})

it('takes a list of one released name for that name, and one of none for nothing, also in chains', () => {
  const [listed, plain] = [{ mail: ['email'], cn: [] }, { mail: 'email' }].map(
    (names) => ({ kind: 'mapped', names }) as const,
  )
  expect(differences([document(1n, { release: listed })], [document(1n, { release: plain })])).toEqual([])
  const chain = (policy: unknown) => ({ release: { kind: 'chain', merging: 'add', policies: [policy] } })
  expect(differences([document(1n, chain(listed))], [document(1n, chain(plain))])).toEqual([])
  const several = { kind: 'mapped', names: { mail: ['email', 'mail'] } }
  expect(differences([document(1n, { release: several })], [document(1n, { release: plain })])).toMatchObject(
    [{ fields: [{ path: 'attributeReleasePolicy.allowedAttributes.mail' }] }],
  )
})

it('compares documents that servers refuse as they are', () => {
  const refused = { ...document(1n), environments: ['prod'] }
  expect(differences([refused], [refused])).toEqual([])
  expect(differences([refused], [document(1n)])).toMatchObject([
    { kind: 'changed', fields: [{ path: 'environments' }] },
  ])
})
