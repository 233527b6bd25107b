import { expect, it } from '@jest/globals'
import { BSON, BSONRegExp } from 'mongodb'
import { decodeDefinition } from './documents/definition-codec.ts'
import { documentKey } from './documents/document-key.ts'
import { readStored } from './stored-bytes.ts'

/** An expression as another client can store it, which this driver would refuse to make. */
const unreadable = Object.assign(Object.create(BSONRegExp.prototype) as BSONRegExp, {
  pattern: 'a',
  options: 'z',
})
const bytesOf = (document: object): Uint8Array => BSON.serialize(document)

const service = {
  _id: 77n,
  _class: 'org.apereo.cas.services.CasRegisteredService',
  name: 'narrow',
  serviceId: '^https://narrow\\.example\\.org/.*',
  evaluationOrder: 1,
}

it('reads 64-bit numbers exactly, and expressions as text', () => {
  const document = { _id: 2n ** 62n + 1n, note: new BSONRegExp('a(?i', 'i') }
  expect(readStored(bytesOf(document))).toEqual(document)
})

it('keeps the claim of a service that cannot be read, and serves nobody by it', () => {
  const document = readStored(bytesOf({ ...service, description: unreadable }))
  expect(documentKey(document['_id'])).toBe('77')
  const { name, serviceId, evaluationOrder } = service
  expect(decodeDefinition(document)).toMatchObject({
    kind: 'refused',
    claim: { id: 77n, name, serviceId, evaluationOrder },
  })
})

it('leaves out what cannot be read of the claim itself', () => {
  const document = readStored(bytesOf({ ...service, _id: unreadable, name: unreadable }))
  const { serviceId, evaluationOrder } = service
  expect(document).toMatchObject({ serviceId, evaluationOrder })
  expect(document).not.toHaveProperty('name')
  expect(documentKey(document['_id'])).toMatch(/^object#/)
})

it.each<[string, Uint8Array]>([
  ['a property', bytesOf({ _id: 'a', name: 'cas.slo.disabled', value: unreadable })],
  ['a service whose serviceId cannot be read', bytesOf({ ...service, serviceId: unreadable })],
  ['bytes that are no document', new TextEncoder().encode('no document')],
  ['nothing', new Uint8Array()],
])('holds nothing but a key of its own where it is %s', (_, bytes) => {
  expect(readStored(bytes)).toEqual({ _id: { unreadable: expect.any(String) } })
})

it('differs with every byte, so that a change of what cannot be read is noticed', () => {
  const [one, other] = ['a', 'b'].map((description) =>
    readStored(bytesOf({ ...service, description, note: unreadable })),
  )
  expect(one).not.toEqual(other)
})
