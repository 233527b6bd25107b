/**
 * Whole numbers of 64 bits as the database compares them: a 32-bit integer, a 64-bit one, a double and a decimal of the
 * same value are the same number, also as an `_id`. Nothing here throws.
 */
import { isDriverType } from './driver-type.ts'

/** The number that a stored value is to the database; undefined for what is no number, not whole or too large. */
export function wholeNumber(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return within64Bits(value)
  if (typeof value === 'number') return Number.isInteger(value) ? within64Bits(BigInt(value)) : undefined
  return isDecimal(value) ? wholeDecimal(String(value)) : undefined
}

function within64Bits(value: bigint): bigint | undefined {
  return BigInt.asIntN(64, value) === value ? value : undefined
}

function isDecimal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !isDriverType(value)) return false
  return '_bsontype' in value && value._bsontype === 'Decimal128'
}

const decimalForm = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]\d+))?$/
/** No number of 64 bits has more digits. */
const mostDigits = 19

/** Of a decimal's text, such as `901`, `901.00` or `9.01E+2`. */
function wholeDecimal(text: string): bigint | undefined {
  const [, sign, whole, fraction = '', exponent = '0'] = decimalForm.exec(text) ?? []
  if (whole === undefined) return undefined
  const digits = BigInt(`${whole}${fraction}`)
  const shift = Number(exponent) - fraction.length
  if (digits === 0n) return 0n
  if (shift > mostDigits) return undefined
  const divisor = 10n ** BigInt(Math.max(0, -shift))
  if (digits % divisor !== 0n) return undefined
  const size = (digits / divisor) * 10n ** BigInt(Math.max(0, shift))
  return within64Bits(sign === '-' ? -size : size)
}
