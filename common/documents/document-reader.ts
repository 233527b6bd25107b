/**
 * Reading stored documents by tables: one reader per field, findings collected with their path, nothing thrown.
 * What a table does not name is refused or noted, never dropped unseen.
 */
import { classesOfField, fieldsOf } from '../apereo/class-tables.ts'
import { nearestName } from '../near-name.ts'
import { classesText, className, nearestClass } from './class-names.ts'
import { isDriverType } from './driver-type.ts'
import type { DefinitionProblem, StoredDocument } from './service-definition.ts'
import { maxProblems, maxTextLength, shortText } from './short-text.ts'

/** Where a value stands, and where to write down what is found there. */
export interface Place {
  readonly path: string
  readonly findings: Findings
  /** Of a field that its table does not name: the names that it might have been. */
  readonly unknown?: UnknownName
}

export interface Findings {
  /** What refuses the whole document. */
  readonly problems: DefinitionProblem[]
  /** What is not honoured and restricts nothing. */
  readonly ignored: DefinitionProblem[]
}

/** Turns a stored value (null, but never undefined) into a T, or writes down why not and returns undefined. */
export type Reader<T> = (value: unknown, place: Place) => T | undefined
export type FieldTable = Readonly<Record<string, Reader<unknown>>>
/** What was read; a field that is absent or refused is absent. */
export type FieldValues<F extends FieldTable> = { [K in keyof F]?: Exclude<ReturnType<F[K]>, undefined> }

export function refuse(place: Place, message: string): undefined {
  add(place.findings.problems, place, message)
}

export function note(place: Place, message: string): undefined {
  add(place.findings.ignored, place, message)
}

/** What is beyond the limit is not told: the document is refused for what is. */
function add(findings: DefinitionProblem[], { path, unknown }: Place, message: string): void {
  if (findings.length >= maxProblems) return
  findings.push({ path: shortText(path), ...advised(shortText(message), unknown) })
}

/** A name that is not known, and those that are. */
export interface UnknownName {
  readonly written: string
  readonly known: readonly string[]
  /** Absent: `nearestName`. */
  readonly nearest?: typeof nearestName
  /** What it is the name of elsewhere, so that it is no slip of the pen. */
  readonly belongsTo?: string
}

/** A field that its class does not have. */
export function unknownFieldName(written: string, known: readonly string[]): UnknownName {
  const owners = classesOfField(written)
  return owners.length === 0 ? { written, known } : { written, known, belongsTo: classesText(owners) }
}

/** A message about a name that is not known, with the one that was probably meant. */
export function advised(message: string, unknown: UnknownName | undefined): Omit<DefinitionProblem, 'path'> {
  if (unknown?.belongsTo !== undefined) return { message: `${message}; it belongs to ${unknown.belongsTo}` }
  const nearest = unknown?.nearest ?? nearestName
  const meant = unknown && nearest(unknown.written, unknown.known)
  return meant === undefined ? { message } : { message: `${message}; did you mean ${meant}?`, meant }
}

export function inside(place: Place, field: string): Place {
  return { path: place.path === '' ? field : `${place.path}.${field}`, findings: place.findings }
}

/**
 * Reads the fields of a document by a table. A field that the table does not name goes to `unknown`, unless it is
 * empty. Null is a value: in Apereo's Java it takes the place of the default (of true, it makes false), so that only
 * fields that are null by themselves may hold it.
 */
export function readFields<F extends FieldTable>(
  document: StoredDocument,
  table: F,
  options: { readonly place: Place; readonly unknown: Reader<never> },
): FieldValues<F> {
  const values: Partial<Record<keyof F, unknown>> = {}
  for (const [field, value] of Object.entries(document)) {
    if (value === undefined || field === '_class') continue
    const place = inside(options.place, field)
    const read = Object.hasOwn(table, field) ? table[field] : undefined
    if (read === undefined) {
      // A field that the class has needs no other name.
      const isOwn = Object.hasOwn(fieldsOf(document['_class']) ?? {}, field)
      const unknown = isOwn ? {} : { unknown: unknownFieldName(field, Object.keys(table)) }
      if (value === null || !isEmpty(value)) options.unknown(value, { ...place, ...unknown })
      continue
    }
    const result = read(value, place)
    if (result !== undefined) values[field as keyof F] = result
  }
  return values as FieldValues<F>
}

/** Refuses null, or a value that is not what it must be. */
function refuseValue(value: unknown, place: Place, expected: string): undefined {
  return refuse(place, value === null ? emptyValue : `must be ${expected}, is ${kindOf(value)}`)
}

/** Refuses what is none of some names. */
export function refuseName(place: Place, value: unknown, known: readonly string[]): undefined {
  const unknown = typeof value === 'string' ? { unknown: { written: value, known } } : {}
  const [last = '', ...others] = known.toReversed()
  return refuse({ ...place, ...unknown }, `must be ${others.toReversed().join(', ')} or ${last}`)
}

/** Said of null where a value must stand, or nothing at all. */
export const emptyValue = 'is empty: write a value or leave the field out'

/** Text that is null in Java unless it is given: null is absent. */
export const text: Reader<string> = (value, place) => (value === null ? undefined : statedText(value, place))

/** Text in whose place Java has a default. */
export const statedText: Reader<string> = (value, place) =>
  typeof value === 'string' ? value : refuseValue(value, place, 'text')

/** For what is null in Java unless it is given: null is absent. */
export const nullable =
  <T>(read: Reader<T>): Reader<T> =>
  (value, place) =>
    value === null ? undefined : read(value, place)

export const flag: Reader<boolean> = (value, place) =>
  typeof value === 'boolean' ? value : refuseValue(value, place, 'true or false')

/** A whole number of 32 bits, stored as int32, int64 or double. */
export const integer: Reader<number> = (value, place) => {
  const number = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN
  if ((number | 0) === number) return number
  return refuseValue(value, place, 'a whole number of 32 bits')
}

export const textList: Reader<readonly string[]> = (value, place) => {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  return refuseValue(value, place, 'a list of texts')
}

/**
 * A map whose values are read by `read`; keys are given back as Apereo means them (`mapKey`). Two keys that mean the
 * same (`m.of` and `m_#_of`) are refused: whichever was dropped may have been the one that restricts.
 */
export function mapOf<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, place) => {
    if (!isDocument(value)) return refuseValue(value, place, 'a map')
    const entries: Record<string, T> = {}
    const seen = new Set<string>()
    for (const [stored, item] of Object.entries(value)) {
      if (stored === '_class') continue
      const key = stored.replaceAll('_#_', '.')
      const problem = seen.has(key) ? 'stands twice: _#_ stands for a dot' : entryProblem(key, item)
      seen.add(key)
      const at = inside(place, key)
      const found = item === null ? undefined : read(item, at)
      if (problem !== undefined) refuse(at, problem)
      else if (found !== undefined) entries[key] = found
    }
    return entries
  }
}

const entryProblem = (key: string, item: unknown): string | undefined =>
  mapKeyProblem(key) ?? (item === null ? emptyValue : undefined)

/** A nested document of one of several classes, told apart by `_class`. */
export function oneOfClasses<T>(
  classes: Readonly<Record<string, (document: StoredDocument, place: Place) => T | undefined>>,
): Reader<T> {
  return (value, place) => {
    if (!isDocument(value)) return refuseValue(value, place, 'an object that says its class')
    const name = className(value['_class'])
    const read = name !== undefined && Object.hasOwn(classes, name) ? classes[name] : undefined
    if (read !== undefined) return read(value, place)
    return refuseClass(value['_class'], Object.keys(classes), inside(place, '_class'))
  }
}

/** Apereo's names are long, and end in what matters. */
const maxClassLength = 120
const knownAre = '; known are '

/** Refuses a class that is none of those that are known. */
export function refuseClass(stated: unknown, known: readonly string[], place: Place): undefined {
  if (typeof stated !== 'string') return refuse(place, `is missing: known are ${classesText(known)}`)
  const unknown = { written: stated, known, nearest: nearestClass }
  const message = `"${shortText(stated, maxClassLength)}" is not honoured`
  if (nearestClass(stated, known) !== undefined) return refuse({ ...place, unknown }, message)
  const others = classesText(known, maxTextLength - message.length - knownAre.length)
  return refuse(place, others === '' ? message : `${message}${knownAre}${others}`)
}

/** Refuses any value that is not empty, and null, which is none. */
export const unsupported =
  (message: string): Reader<never> =>
  (value, place) => {
    if (value === null) return refuse(place, emptyValue)
    return isEmpty(value) ? undefined : refuse(place, message)
  }

/** For a flag that is false unless it is given. */
export const unsupportedFlag =
  (message: string): Reader<never> =>
  (value, place) =>
    value === false ? undefined : unsupported(message)(value, place)

/** Notes any value that is not empty. */
export const ignoredField =
  (message: string): Reader<never> =>
  (value, place) =>
    value === false || isEmpty(value) ? undefined : note(place, message)

/** For fields without a meaning of their own here. */
export const meaningless: Reader<never> = () => undefined

/** Why a name cannot be a key in a stored map; undefined when it can. */
export function mapKeyProblem(key: string): string | undefined {
  if (key === '') return 'a name must not be empty'
  if (key === '__proto__') return 'is not a name'
  if (key.startsWith('$') || key.includes('\0')) return 'a name must not start with $ or hold NUL'
  if (key.includes('_#_')) return 'a name must not hold _#_, which stands for a dot'
  return undefined
}

export function isDocument(value: unknown): value is StoredDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isDriverType(value)
}

/**
 * Null, nothing, or a container of nothing. A document with `_class` is something: a class alone can demand. So is
 * false: `enabled` that is misspelt was to close a service.
 */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return isDocument(value) && !(value instanceof Date) && Object.keys(value).length === 0
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a document'
  return typeof value === 'string' ? 'text' : String(value)
}
