/**
 * A stored document becomes what Apereo's texts hold: the classes of lists and maps are named, defaults are left out,
 * fields have their names and their order in texts. What no table knows follows, as it stands.
 */
import { isDocument } from '../documents/document-reader.ts'
import { isDriverType } from '../documents/driver-type.ts'
import type { StoredDocument } from '../documents/service-definition.ts'
import { anyService, fieldsOf } from './class-tables.ts'
import type { Field, FieldsOfClass, Kind } from './class-types.ts'
import { isDefault } from './defaults.ts'
import type { TextNode } from './text-node.ts'

type Entry = readonly [string, TextNode]

/** What the text of a definition's document holds. */
export function nodeOf(document: StoredDocument): TextNode {
  return objectNode(document, fieldsOf(document['_class']) ?? anyService, classOf(document))
}

function classOf(document: StoredDocument): string | undefined {
  return typeof document['_class'] === 'string' ? document['_class'] : undefined
}

function objectNode(document: StoredDocument, fields: FieldsOfClass, java: string | undefined): TextNode {
  const known = Object.entries(fields).flatMap(([name, field]: [string, Field]): Entry[] => {
    const value = Object.hasOwn(document, field.stored ?? name) ? document[field.stored ?? name] : undefined
    const isLeftOut = isDefault(value, field) || repeats(document, field, value)
    return isLeftOut ? [] : [[name, valueNode(value, field.kind)]]
  })
  const names = storedNames(fields)
  const unknown = Object.entries(document).flatMap(([name, value]): Entry[] => {
    const isKnown = name === '_class' || names.has(name)
    return isKnown || value === undefined ? [] : [[plainKey(name), anyNode(value)]]
  })
  return { kind: 'map', ...(java === undefined ? {} : { java }), entries: [...known, ...unknown] }
}

const namesByFields = new WeakMap<FieldsOfClass, ReadonlySet<string>>()

function storedNames(fields: FieldsOfClass): ReadonlySet<string> {
  const known = namesByFields.get(fields)
  if (known !== undefined) return known
  const names = new Set(Object.entries(fields).map(([name, { stored }]: [string, Field]) => stored ?? name))
  namesByFields.set(fields, names)
  return names
}

function repeats(document: StoredDocument, { copyOf }: Field, value: unknown): boolean {
  return copyOf !== undefined && document[copyOf] === value
}

/** A value of another type than its field's is written as what it is. */
function valueNode(value: unknown, kind: Kind): TextNode {
  switch (kind.is) {
    case 'list':
      if (!Array.isArray(value)) return anyNode(value)
      return { kind: 'list', java: kind.java, items: value.map((item: unknown) => valueNode(item, kind.of)) }
    case 'map':
      if (!isMap(value)) return anyNode(value)
      return { kind: 'map', java: kind.java, entries: mapEntries(value, (item) => valueNode(item, kind.of)) }
    case 'only':
      return isMap(value) ? objectNode(value, fieldsOf(kind.className) ?? {}, kind.className) : anyNode(value)
    case 'nested':
    case 'any':
      return anyNode(value)
    default:
      return plainNode(value) ?? anyNode(value)
  }
}

/** A document of the driver's, but neither a date nor a document that says a class. */
function isMap(value: unknown): value is StoredDocument {
  return isDocument(value) && !(value instanceof Date) && classOf(value) === undefined
}

function mapEntries(map: StoredDocument, write: (item: unknown) => TextNode): Entry[] {
  return Object.entries(map).flatMap(([key, item]): Entry[] =>
    item === undefined ? [] : [[plainKey(key), write(item)]],
  )
}

function plainKey(stored: string): string {
  return stored.replaceAll('_#_', '.')
}

function anyNode(value: unknown): TextNode {
  if (Array.isArray(value)) {
    return { kind: 'list', java: 'java.util.ArrayList', items: value.map((item: unknown) => anyNode(item)) }
  }
  const plain = plainNode(value)
  if (plain !== undefined) {
    return typeof value === 'bigint' ? { kind: 'scalar', value, java: 'java.lang.Long' } : plain
  }
  const document = value as StoredDocument
  const className = classOf(document)
  if (className !== undefined) return objectNode(document, fieldsOf(className) ?? {}, className)
  return { kind: 'map', java: 'java.util.LinkedHashMap', entries: mapEntries(document, anyNode) }
}

/** Undefined: neither one value nor something that only text can tell of (a date, a value of the driver's). */
function plainNode(value: unknown): TextNode | undefined {
  if (value === null || value === undefined) return { kind: 'scalar', value: null }
  if (typeof value === 'number') {
    return { kind: 'scalar', value: Number.isFinite(value) ? value : String(value) }
  }
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean') {
    return { kind: 'scalar', value }
  }
  if (value instanceof Date) {
    return { kind: 'scalar', value: Number.isNaN(value.getTime()) ? '' : value.toISOString() }
  }
  if (typeof value === 'object' && isDriverType(value)) return { kind: 'scalar', value: String(value) }
  return typeof value === 'object' ? undefined : { kind: 'scalar', value: String(value) }
}
