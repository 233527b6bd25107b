/**
 * Structural schemas as CRDs hold them (openAPIV3Schema), and values checked against them as the API server would
 * with strict field validation. Where no API server stands in front, this is what refuses a misspelt field.
 * Not here: CEL rules (the code's validation repeats them) and defaults (nothing is filled in).
 */
import { nearestName } from '../../common/near-name.ts'
import { memberPath, type Problem } from './problem.ts'

/** The part of a structural schema that our CRDs use. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly description?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly nullable?: boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
}

/** Everything in `value` that the schema does not allow, in the order of the value. */
export function schemaProblems(schema: Schema, value: unknown, path = ''): Problem[] {
  if (value === null && schema.nullable === true) return []
  const wrongType = typeProblem(schema, value)
  if (wrongType !== undefined) return [{ path, message: wrongType }]
  const own = [...enumProblems(schema, value), ...sizeProblems(schema, value)]
  return [...own.map((message) => ({ path, message })), ...memberProblems(schema, value, path)]
}

function memberProblems(schema: Schema, value: unknown, path: string): Problem[] {
  if (Array.isArray(value)) {
    const { items } = schema
    const members = items && value.flatMap((item, i) => schemaProblems(items, item, memberPath(path, i)))
    return [...(members ?? []), ...duplicateProblems(schema, value, path)]
  }
  return isObject(value) ? objectProblems(schema, value, path) : []
}

function objectProblems(schema: Schema, value: Readonly<Record<string, unknown>>, path: string): Problem[] {
  const { properties = {}, additionalProperties, required = [] } = schema
  const missing = required.filter((key) => value[key] === undefined)
  const problems = missing.map((key) => ({ path: memberPath(path, key), message: 'is required' }))
  const takesAnything =
    schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties === true
  for (const [key, member] of Object.entries(value)) {
    // An absent field that was written as undefined does not reach the API server either.
    if (member === undefined) continue
    const inner = Object.hasOwn(properties, key) ? properties[key] : additionalProperties
    if (typeof inner === 'object') problems.push(...schemaProblems(inner, member, memberPath(path, key)))
    else if (!takesAnything) problems.push(unknownField(memberPath(path, key), key, Object.keys(properties)))
  }
  return problems
}

function unknownField(path: string, key: string, known: readonly string[]): Problem {
  const nearest = nearestName(key, known)
  const advice =
    nearest === undefined ? `known are ${known.toSorted().join(', ')}` : `did you mean ${nearest}?`
  return { path, message: `is not a known field; ${advice}` }
}

function typeProblem(schema: Schema, value: unknown): string | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return typeof value === 'string' || Number.isInteger(value) ? undefined : 'must be a number or text'
  }
  switch (schema.type) {
    case 'object':
      return isObject(value) ? undefined : 'must be an object (key: value)'
    case 'array':
      return Array.isArray(value) ? undefined : 'must be a list'
    case 'string':
      return typeof value === 'string' ? undefined : mustBeText(value)
    case 'integer':
      return Number.isInteger(value) ? undefined : 'must be a whole number'
    case 'number':
      return typeof value === 'number' ? undefined : 'must be a number'
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false'
    default:
      return value === null ? 'must not be null' : undefined
  }
}

function mustBeText(value: unknown): string {
  const isScalar = typeof value === 'number' || typeof value === 'boolean'
  // Without the value, which may be a secret.
  return isScalar ? 'must be text: put it into quotes' : 'must be text'
}

function enumProblems(schema: Schema, value: unknown): string[] {
  if (schema.enum === undefined || schema.enum.includes(value)) return []
  const nearest = typeof value === 'string' ? nearestName(value, schema.enum.map(String)) : undefined
  const advice = nearest === undefined ? '' : `; did you mean ${nearest}?`
  return [`must be one of ${schema.enum.join(', ')}${advice}`]
}

/** Limits of numbers, texts, lists and objects: [what is measured, its size, lower and upper limit]. */
function sizeProblems(schema: Schema, value: unknown): string[] {
  const limits: [string, number, number | undefined, number | undefined][] = []
  if (typeof value === 'number') limits.push(['', value, schema.minimum, schema.maximum])
  if (typeof value === 'string') {
    // Characters, as the API server counts, not UTF-16 units.
    limits.push([' characters', [...value].length, schema.minLength, schema.maxLength])
  }
  if (Array.isArray(value)) limits.push([' entries', value.length, schema.minItems, schema.maxItems])
  if (isObject(value)) {
    limits.push([' entries', Object.keys(value).length, schema.minProperties, schema.maxProperties])
  }
  const problems = limits.flatMap(([unit, size, least, most]) => {
    if (least !== undefined && size < least) return [`must be at least ${least}${unit}`]
    if (most !== undefined && size > most) return [`must be at most ${most}${unit}`]
    return []
  })
  return [...problems, ...patternProblems(schema, value)]
}

function patternProblems(schema: Schema, value: unknown): string[] {
  if (schema.pattern === undefined || typeof value !== 'string') return []
  if (new RegExp(schema.pattern, 'u').test(value)) return []
  const meaning = schema.description?.split('. ')[0]?.replace(/\.$/, '')
  return [`must match ${schema.pattern}${meaning === undefined ? '' : ` (${meaning})`}`]
}

function duplicateProblems(schema: Schema, value: readonly unknown[], path: string): Problem[] {
  const keys = schema['x-kubernetes-list-map-keys']
  const type = schema['x-kubernetes-list-type']
  if (type !== 'set' && (type !== 'map' || keys === undefined)) return []
  const seen = new Set<string>()
  return value.flatMap((item, i) => {
    const identity = JSON.stringify(keys && isObject(item) ? keys.map((key) => item[key]) : item)
    if (!seen.has(identity)) {
      seen.add(identity)
      return []
    }
    return [{ path: memberPath(path, i), message: 'stands in the list twice' }]
  })
}

/** A JSON object, neither null nor a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
