/**
 * A tree becomes the document that Apereo stores in MongoDB: `_class` instead of `@class` or tags, plain lists instead
 * of wrapped ones, Java's names of fields, types by the tables of classes. What no table knows is carried as it stands
 * and noted. A value of another type than its field's is carried, too: who decodes the document refuses what matters.
 */
import {
  advised,
  emptyValue,
  mapKeyProblem,
  type UnknownName,
  unknownFieldName,
} from '../documents/document-reader.ts'
import type { StoredDocument } from '../documents/service-definition.ts'
import { maxProblems, shortText } from '../documents/short-text.ts'
import { anyService, classTables, currentClassName } from './class-tables.ts'
import { type Field, type FieldsOfClass, type Kind, mayBeNull } from './class-types.ts'
import { scalarOf } from './scalars.ts'
import { isJavaName, itemsOf, type TextProblem, type TreeList, type TreeMap, type TreeNode } from './tree.ts'

export type ToDocument =
  | { readonly kind: 'document'; readonly document: StoredDocument; readonly notes: readonly TextProblem[] }
  | { readonly kind: 'unreadable'; readonly problems: readonly TextProblem[] }

/** The document of a definition's tree. */
export function documentOf(tree: TreeNode): ToDocument {
  const found: Findings = { notes: [], problems: [] }
  if (tree.kind !== 'map') {
    const message = 'must be a map of fields'
    return { kind: 'unreadable', problems: [{ path: '', line: tree.line, message }] }
  }
  const document = readObject(tree, { path: '', found })
  if (found.problems.length > 0) return { kind: 'unreadable', problems: found.problems }
  return { kind: 'document', document, notes: found.notes }
}

interface Findings {
  readonly notes: TextProblem[]
  readonly problems: TextProblem[]
}

/** Where a value stands, with the names that it has in documents. */
interface At {
  readonly path: string
  readonly found: Findings
}

function inside({ path, found }: At, step: string | number): At {
  return { path: path === '' ? String(step) : `${path}.${step}`, found }
}

function add(list: TextProblem[], problem: TextProblem, unknown?: UnknownName): void {
  if (list.length >= maxProblems) return
  const { path, message } = problem
  list.push({ ...problem, path: shortText(path), ...advised(shortText(message), unknown) })
}

function note({ path, found }: At, { line }: TreeNode, message: string): void {
  add(found.notes, { path, line, message })
}

/** What no document can hold. */
function refuse({ path, found }: At, { line }: TreeNode, message: string): void {
  add(found.problems, { path, line, message })
}

/** An object that says its class, or a map of which nothing is known. */
function readObject(map: TreeMap, at: At): StoredDocument {
  const stated = classOf(map)
  if (stated === undefined && at.path === '') return readFields(map, anyService, at)
  if (stated === undefined) return readEntries(map, at, (node, inner) => readAnything(node, inner))
  const className = currentClassName(stated)
  const atClass = inside(at, '_class')
  if (className !== stated) {
    const message = `is ${className} since version 5, and taken for that`
    add(at.found.notes, { path: atClass.path, line: map.line, message, meant: className })
  }
  const fields = classTables.get(className)
  if (fields === undefined) {
    note(atClass, map, `${shortText(className, 100)} is not known`)
    if (at.path === '') return { _class: className, ...readFields(map, anyService, at) }
    const entries = readEntries(map, at, (node, inner) => readAnything(node, inner))
    return { _class: className, ...entries }
  }
  return { _class: className, ...readFields(map, fields, at) }
}

/** The class that a map states, but not Java's own maps. */
function classOf(map: TreeMap): string | undefined {
  const stated = map.entries.get('@class')
  const name = stated?.kind === 'scalar' && typeof stated.value === 'string' ? stated.value : map.tag
  return name === undefined || isJavas(name) ? undefined : name
}

function isJavas(name: string): boolean {
  return name.startsWith('java.') || name.startsWith('tag:yaml.org,2002:')
}

/** Java's names of fields are taken in texts, too. */
const javaNames: Readonly<Record<string, string>> = {
  multifactorAuthenticationPolicy: 'multifactorPolicy',
}

function readFields(map: TreeMap, fields: FieldsOfClass, at: At): Record<string, unknown> {
  const values: [string, unknown][] = []
  const seen = new Set<string>()
  for (const [key, node] of map.entries) {
    if (key === '@class') continue
    const name = javaNames[key] ?? key
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field === undefined) {
      readUnknownField({ key, node, at, values, known: Object.keys(fields) })
      continue
    }
    const stored = field.stored ?? name
    if (seen.has(stored)) {
      refuse(inside(at, stored), node, 'stands twice, under both of its names')
      continue
    }
    seen.add(stored)
    if (isNothing(node) && mayBeNull(field)) continue
    const value = readKind(node, field.kind, inside(at, stored))
    if (value === undefined) continue
    values.push([stored, value])
    const copy = copiesOf(fields).get(name)
    if (copy !== undefined && !map.entries.has(copy)) values.push([copy, value])
  }
  return Object.fromEntries(values)
}

function readUnknownField({
  key,
  node,
  at,
  values,
  known,
}: {
  readonly key: string
  readonly node: TreeNode
  readonly at: At
  readonly values: [string, unknown][]
  readonly known: readonly string[]
}): void {
  const inner = inside(at, key)
  const problem = mapKeyProblem(key) ?? (key === '_id' || key === '_class' ? 'is not a field' : undefined)
  if (problem !== undefined) {
    refuse(inner, node, problem)
    return
  }
  const { path, found } = inner
  const message = 'is not a field of its class'
  add(found.notes, { path, line: node.line, message }, unknownFieldName(key, known))
  values.push([key.replaceAll('.', '_#_'), readAnything(node, inner)])
}

const copies = new WeakMap<FieldsOfClass, ReadonlyMap<string, string>>()

/** Fields that repeat others in documents, by the field that they repeat. */
function copiesOf(fields: FieldsOfClass): ReadonlyMap<string, string> {
  const known = copies.get(fields)
  if (known !== undefined) return known
  const found = new Map(
    Object.entries(fields).flatMap(([name, { copyOf }]: [string, Field]) =>
      copyOf === undefined ? [] : [[copyOf, name] as const],
    ),
  )
  copies.set(fields, found)
  return found
}

/** A map without a class: a dot in a key is stored as `_#_`. */
function readEntries(
  map: TreeMap,
  at: At,
  read: (node: TreeNode, at: At) => unknown,
): Record<string, unknown> {
  const entries: [string, unknown][] = []
  for (const [key, node] of map.entries) {
    if (key === '@class') continue
    const inner = inside(at, key)
    const problem = mapKeyProblem(key) ?? (key === '_class' ? 'is not a name' : undefined)
    if (problem !== undefined) {
      refuse(inner, node, problem)
      continue
    }
    const value = read(node, inner)
    if (value !== undefined) entries.push([key.replaceAll('.', '_#_'), value])
  }
  return Object.fromEntries(entries)
}

function isNothing(node: TreeNode): boolean {
  return node.kind === 'scalar' && node.value === null
}

/**
 * Null is carried: Java puts it in the place of a default, and makes false or 0 of it where it cannot (of `enabled`,
 * true by default, false).
 */
function readKind(node: TreeNode, kind: Kind, at: At): unknown {
  if (isNothing(node)) {
    note(at, node, emptyValue)
    return null
  }
  switch (kind.is) {
    case 'any':
      return readAnything(node, at)
    case 'nested':
      return node.kind === 'map' ? readNested(node, at) : mismatch(node, at, 'an object with its class')
    case 'only':
      return node.kind === 'map' ? readOnly(node, kind.className, at) : mismatch(node, at, 'an object')
    case 'map':
      if (node.kind !== 'map') return mismatch(node, at, 'a map')
      return readEntries(node, at, (item, inner) => readKind(item, kind.of, inner))
    case 'list': {
      if (node.kind !== 'list') return mismatch(node, at, 'a list')
      return itemsOf(node).map((item, i) => readKind(item, kind.of, inside(at, i)))
    }
    default:
      return readScalar(node, kind, at)
  }
}

function readScalar(node: TreeNode, kind: Kind, at: At): unknown {
  if (node.kind !== 'scalar') return mismatch(node, at, 'one value')
  const scalar = scalarOf(node, kind)
  if (scalar.kind === 'value') return scalar.value
  return mismatch(node, at, scalar.expected)
}

/** What stands there is carried: whoever decodes the document decides what a wrong type costs. */
function mismatch(node: TreeNode, at: At, expected: string): unknown {
  note(at, node, `should be ${expected}`)
  return readAnything(node, at)
}

function readNested(map: TreeMap, at: At): StoredDocument {
  if (classOf(map) === undefined) {
    const { path, found } = at
    add(found.notes, { path, line: map.line, message: 'does not say its class', meant: 'its @class' })
  }
  return readObject(map, at)
}

/** Documents name no class here, unless it is not the one that it must be. */
function readOnly(map: TreeMap, className: string, at: At): StoredDocument {
  const stated = classOf(map)
  if (stated !== undefined && currentClassName(stated) !== className) return readObject(map, at)
  return readFields(map, classTables.get(className) ?? {}, at)
}

function readAnything(node: TreeNode, at: At): unknown {
  switch (node.kind) {
    case 'map':
      return readObject(node, at)
    case 'list': {
      const typed = typedValue(node)
      if (typed !== undefined) return readAnything(typed, at)
      return itemsOf(node).map((item, i) => readAnything(item, inside(at, i)))
    }
    case 'scalar': {
      const { value } = node
      if (typeof value === 'number' && !Number.isFinite(value)) {
        return refuse(at, node, 'is beyond what a number can be')
      }
      if (typeof value !== 'bigint') return value
      const isInt32 = node.tag !== 'java.lang.Long' && BigInt.asIntN(32, value) === value
      return isInt32 ? Number(value) : readInt64(value, node, at)
    }
  }
}

/** One value that Java's class stands before: `["java.lang.Long", 1]`. */
function typedValue({ tag, items }: TreeList): TreeNode | undefined {
  const [first, second] = items
  const isTyped = tag === undefined && items.length === 2 && first?.kind === 'scalar'
  if (!isTyped || second?.kind !== 'scalar' || !isJavaName(first.value)) return undefined
  return { ...second, tag: first.value }
}

function readInt64(value: bigint, node: TreeNode, at: At): bigint | undefined {
  if (BigInt.asIntN(64, value) === value) return value
  refuse(at, node, 'does not fit 64 bits')
  return undefined
}
