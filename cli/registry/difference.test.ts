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

it('compares documents that servers refuse as they are', () => {
  const refused = { ...document(1n), environments: ['prod'] }
  expect(differences([refused], [refused])).toEqual([])
  expect(differences([refused], [document(1n)])).toMatchObject([
    { kind: 'changed', fields: [{ path: 'environments' }] },
  ])
})
