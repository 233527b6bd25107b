/**
 * Keys of stored documents that operator and servers compute alike, whatever a document's `_id` or name holds. Two
 * keys of texts or of whole numbers of 64 bits are equal exactly when MongoDB takes the ids for equal; nothing here
 * throws.
 */
import { hash } from 'node:crypto'
import { contentHash } from './content-hash.ts'
import { meantProperty } from './properties.ts'
import type { StoredDocument } from './service-definition.ts'
import { wholeNumber } from './whole-number.ts'

/** In front of the text of an id that is text: `string:901` is another document than 901. */
export const textKeyPrefix = 'string:'

const maxReadableLength = 100

/**
 * Decimal text of a whole number of 64 bits, whatever type it is stored in, else the id's type with its text or, where
 * that is long or none, its hash.
 */
export function documentKey(id: unknown): string {
  const number = wholeNumber(id)
  if (number !== undefined) return number.toString()
  if (typeof id === 'number') return `number:${id}`
  if (typeof id === 'string' && id.length <= maxReadableLength) return `${textKeyPrefix}${id}`
  return `${typeof id}#${contentHash({ id })}`
}

/**
 * Stands for a document whose bytes the driver cannot read (an expression with an option that there is none of, …):
 * it is refused like others, and nobody has to do without the rest.
 */
export function unreadableDocument(bytes: Uint8Array): StoredDocument {
  return { _id: { unreadable: hash('sha256', bytes, 'base64url') } }
}

/** The name of a property's document; Apereo's ids are names as well. Never a number's or an object's text. */
export function propertyName(document: StoredDocument): string {
  const name = document['name'] ?? document['_id']
  return typeof name === 'string' ? name : documentKey(name)
}

/**
 * Documents may repeat a name under several ids, and a live property in several spellings. The one whose id is the name
 * counts, as the operator writes it, so that nobody sets a property of `spec.config` from beside; of several such that of
 * the name in `liveProperties`; else the first by key. For everybody alike.
 */
export function firstByName<T>(
  properties: ReadonlyMap<string, T>,
  nameOf: (property: T) => string,
): Map<string, T> {
  const counting = new Map<string, { readonly name: string; readonly rank: number; readonly property: T }>()
  for (const [key, property] of [...properties].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = nameOf(property)
    const meant = meantProperty(name)
    const rank = [name, meant].filter((one) => key === documentKey(one)).length
    if (rank > (counting.get(meant)?.rank ?? -1)) counting.set(meant, { name, rank, property })
  }
  return new Map(Array.from(counting.values(), ({ name, property }) => [name, property]))
}
