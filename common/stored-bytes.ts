/** Documents of MongoDB out of their bytes: operator, servers and tools read them alike, so that their digests agree. */
import { BSON } from 'mongodb'
import { unreadableDocument } from './documents/document-key.ts'
import type { StoredDocument } from './documents/service-definition.ts'

/** Expressions stay text: not every one that is stored is one that JavaScript has. */
export const readOptions = { useBigInt64: true, bsonRegExp: true } as const

/**
 * The document; never throws. Of one that the driver cannot read (an expression with an option that there is none of)
 * that makes a service stays what claims its URLs, without a class, so that nobody is served by it.
 */
export function readStored(bytes: Uint8Array): StoredDocument {
  try {
    return deserialized(bytes)
  } catch {
    const unreadable = unreadableDocument(bytes)
    const claim = claimIn(bytes)
    return typeof claim['serviceId'] === 'string'
      ? { ...unreadable, ...claim, _class: unreadable['_id'] }
      : unreadable
  }
}

const claimFields = ['_id', 'serviceId', 'evaluationOrder', 'name']

function claimIn(bytes: Uint8Array): StoredDocument {
  const fields: [string, unknown][] = []
  try {
    for (const [, nameStart, nameLength, start, length] of BSON.onDemand.parseToElements(bytes)) {
      const name = new TextDecoder().decode(bytes.subarray(nameStart, nameStart + nameLength))
      if (!claimFields.includes(name)) continue
      // From the byte of its type on.
      fields.push(...fieldIn(bytes.subarray(nameStart - 1, start + length)))
    }
  } catch {
    // The bytes are no document: what was found so far is all that there is.
  }
  return Object.fromEntries(fields)
}

/** One field, as a document of its own. */
function fieldIn(element: Uint8Array): readonly [string, unknown][] {
  const bytes = new Uint8Array(element.length + 5)
  new DataView(bytes.buffer).setInt32(0, bytes.length, true)
  bytes.set(element, 4)
  try {
    return Object.entries(deserialized(bytes))
  } catch {
    return []
  }
}

const deserialized = (bytes: Uint8Array): StoredDocument =>
  BSON.deserialize(bytes, { ...readOptions, validation: { utf8: false } })
