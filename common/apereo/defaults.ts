/** What Apereo's objects hold that nobody has given another value: its documents say it, its texts leave it out. */
import { isDocument, isEmpty } from '../documents/document-reader.ts'
import type { StoredDocument } from '../documents/service-definition.ts'
import { fieldsOf } from './class-tables.ts'
import { type Field, type FieldsOfClass, type Kind, mayBeNull } from './class-types.ts'

/** The document with every default written out, as an Apereo CAS stores it. */
export function withDefaults(document: StoredDocument): StoredDocument {
  const fields = fieldsOf(document['_class'])
  if (fields === undefined) return document
  const filled: [string, unknown][] = Object.entries(fields).flatMap(([name, field]) => {
    const stored = field.stored ?? name
    const value = document[stored] === undefined ? defaultOf(field, document) : document[stored]
    return value === undefined ? [] : [[stored, filledValue(value, field.kind)]]
  })
  return { ...document, ...Object.fromEntries(filled) }
}

function defaultOf(field: Field, document: StoredDocument): unknown {
  if (field.copyOf !== undefined) return document[field.copyOf]
  return field.defaultClass === undefined ? field.byDefault : { _class: field.defaultClass }
}

function filledValue(value: unknown, kind: Kind): unknown {
  if (kind.is === 'nested' && isDocument(value)) return withDefaults(value)
  if (kind.is === 'list' && Array.isArray(value)) return value.map((item) => filledValue(item, kind.of))
  if (kind.is !== 'map' || !isDocument(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filledValue(item, kind.of)]))
}

/** Does a stored value say no more than the field's default? */
export function isDefault(value: unknown, field: Field): boolean {
  if (value === null) return mayBeNull(field)
  if (value === undefined) return true
  if (field.defaultClass !== undefined) {
    return isDocument(value) && value['_class'] === field.defaultClass && isAllDefault(value)
  }
  const { byDefault } = field
  if (byDefault === undefined) return false
  if (typeof byDefault === 'object') return typeof value === 'object' && isEmpty(value)
  return (
    value === byDefault || (isNumber(value) && isNumber(byDefault) && Number(value) === Number(byDefault))
  )
}

function isAllDefault(document: StoredDocument): boolean {
  const fields: FieldsOfClass = fieldsOf(document['_class']) ?? {}
  return Object.entries(document).every(([name, value]) => {
    if (name === '_class') return true
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    return field !== undefined && isDefault(value, field)
  })
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}
