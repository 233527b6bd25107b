/** One value of a text as the type that its field has, as Jackson takes it: numbers in quotes count as numbers. */
import type { Kind } from './class-types.ts'
import { parseNumber, type TreeScalar } from './tree.ts'

export type Scalar =
  | { readonly kind: 'value'; readonly value: string | number | bigint | boolean }
  | { readonly kind: 'mismatch'; readonly expected: string }

/** The value for a field of a kind that holds one value. */
export function scalarOf(node: TreeScalar, kind: Kind): Scalar {
  const { value } = node
  switch (kind.is) {
    case 'text':
    case 'date':
      return typeof value === 'string' ? { kind: 'value', value } : sourceOf(node)
    case 'oneOf': {
      const expected = `one of ${kind.names.join(', ')}`
      const name = typeof value === 'string' && kind.inAnyCase === true ? value.toUpperCase() : value
      return typeof name === 'string' && kind.names.includes(name)
        ? { kind: 'value', value: name }
        : { kind: 'mismatch', expected }
    }
    case 'flag': {
      const flag = flagOf(value)
      return flag === undefined
        ? { kind: 'mismatch', expected: 'true or false' }
        : { kind: 'value', value: flag }
    }
    case 'triState':
      return triStateOf(value)
    case 'int32': {
      const whole = wholeOf(value)
      return whole !== undefined && BigInt.asIntN(32, whole) === whole
        ? { kind: 'value', value: Number(whole) }
        : { kind: 'mismatch', expected: 'a whole number of 32 bits' }
    }
    case 'int64':
      return int64Of(value)
    case 'textOrInt64':
      return typeof value === 'string' ? { kind: 'value', value } : int64Of(value)
    default:
      throw new TypeError(`no kind of one value: ${kind.is}`)
  }
}

function sourceOf({ source, value }: TreeScalar): Scalar {
  if (value === null) return { kind: 'mismatch', expected: 'text' }
  return { kind: 'value', value: source ?? String(value) }
}

function int64Of(value: unknown): Scalar {
  const whole = wholeOf(value)
  return whole !== undefined && BigInt.asIntN(64, whole) === whole
    ? { kind: 'value', value: whole }
    : { kind: 'mismatch', expected: 'a whole number of 64 bits' }
}

function wholeOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  if (typeof value !== 'string' || value.length > 1_000) return undefined
  const number = /^[-+]?\d+$/.test(value.trim()) ? parseNumber(value.trim()) : undefined
  return typeof number === 'bigint' ? number : undefined
}

function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === 'True' || value === 'TRUE') return true
  return value === 'false' || value === 'False' || value === 'FALSE' ? false : undefined
}

/** Older versions have a boolean where newer ones have three states. */
function triStateOf(value: unknown): Scalar {
  const name = String(value).toUpperCase()
  return name === 'TRUE' || name === 'FALSE' || name === 'UNDEFINED'
    ? { kind: 'value', value: name }
    : { kind: 'mismatch', expected: 'TRUE, FALSE or UNDEFINED' }
}
