/** Documents as Apereo could store them: any class, any fields of it, any values of their types. */
import fc from 'fast-check'
import { mapKeyProblem } from '../../documents/document-reader.ts'
import type { StoredDocument } from '../../documents/service-definition.ts'
import { classTables } from '../class-tables.ts'
import type { Field, FieldsOfClass, Kind } from '../class-types.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    maxLength: 4,
  }),
  fc.constantFrom('', 'true', 'null', '1', '1.5', '~', '- a', '#', "'''", 'java.util.HashSet', '2026-01-01'),
)
const key = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
    fc.constantFrom('a.b', 'true', '1', 'constructor'),
  )
  .filter((name) => mapKeyProblem(name) === undefined && name !== '@class' && name !== '_class')
const int32 = fc.integer()
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0))

const anything = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(text, int32, int64, double, fc.boolean()),
    fc.array(tie('value'), { maxLength: 3 }),
    // What a class in front of a collection looks like.
    fc.tuple(fc.constant('java.util.HashSet'), tie('value')),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map(storedMap),
  ),
})).value

const nestedNames = [...classTables.keys()].filter(
  (name) => !name.endsWith('RegisteredService') && !name.includes('$'),
)
const serviceNames = [...classTables.keys()].filter((name) => name.endsWith('RegisteredService'))

function storedMap(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries.map(([name, value]) => [name.replaceAll('.', '_#_'), value]))
}

function ofKind(kind: Kind, depth: number): fc.Arbitrary<unknown> {
  switch (kind.is) {
    case 'text':
    case 'date':
      return text
    case 'textOrInt64':
      return fc.oneof(text, int64)
    case 'int32':
      return int32
    case 'int64':
      return int64
    case 'flag':
      return fc.boolean()
    case 'triState':
      return fc.constantFrom('TRUE', 'FALSE', 'UNDEFINED')
    case 'oneOf':
      return fc.constantFrom(...kind.names)
    case 'any':
      return anything
    case 'list':
      return fc.array(ofKind(kind.of, depth), { maxLength: 3 })
    case 'map':
      return fc.array(fc.tuple(key, ofKind(kind.of, depth)), { maxLength: 3 }).map(storedMap)
    case 'only':
      return fieldsArbitrary(classTables.get(kind.className) ?? {}, depth)
    case 'nested':
      return depth > 2 ? fc.constant({ _class: nestedNames[0] }) : objectOf(nestedNames, depth + 1)
  }
}

function fieldsArbitrary(fields: FieldsOfClass, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const names = Object.entries(fields).filter(([, { copyOf }]: [string, Field]) => copyOf === undefined)
  if (names.length === 0) return fc.constant({})
  const some = fc.subarray(names, { maxLength: Math.min(names.length, 6) })
  return some.chain((chosen) =>
    fc.record(
      Object.fromEntries(chosen.map(([name, { kind, stored }]) => [stored ?? name, ofKind(kind, depth)])),
    ),
  )
}

function objectOf(names: readonly string[], depth: number): fc.Arbitrary<StoredDocument> {
  return fc
    .constantFrom(...names)
    .chain((name) =>
      fieldsArbitrary(classTables.get(name) ?? {}, depth).map((fields) => ({ _class: name, ...fields })),
    )
}

/** Definitions of any class of service, with an id. */
export const documents: fc.Arbitrary<StoredDocument> = fc
  .tuple(objectOf(serviceNames, 0), int64)
  .map(([document, id]) => ({ ...document, _id: id }))
