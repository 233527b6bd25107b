/**
 * Request parameters as the protocol knows them: each with one value, text of bounded length without control
 * characters. Everything reads parameters through here, so that no handler ever meets a list or an object.
 */

/** Longest service URL that is taken; browsers and proxies cut longer ones anyway. */
const maxServiceLength = 2048
/** Longest value of any other parameter. */
const maxValueLength = 2048
const maxParameters = 64
const encoder = new TextEncoder()

export type ParameterProblem = 'repeated' | 'tooLong' | 'controlCharacter' | 'notUtf8' | 'tooMany'

export type ParsedParameters =
  | { readonly kind: 'parameters'; readonly parameters: Parameters }
  | RefusedParameters

export interface RefusedParameters {
  readonly kind: 'refused'
  /** One of the known names; empty where there are too many parameters. */
  readonly name: string
  readonly problem: ParameterProblem
}

/** Said twice in the same way they say the same: phpCAS repeats `gateway`. Of all others each counts once. */
const switches = ['renew', 'gateway', 'warn', 'rememberMe']

export class Parameters {
  readonly #values: ReadonlyMap<string, string>
  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values
  }

  /** The value as it was sent; the empty text counts as absent, as in every CAS client that sends `service=`. */
  text(name: string): string | undefined {
    return this.#values.get(name) || undefined
  }

  /** Whether a switch such as `renew` is on: given with any value but `false` (the specification says "set"). */
  isSet(name: string): boolean {
    const value = this.#values.get(name)
    return value !== undefined && value.toLowerCase() !== 'false'
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }
}

/** The parameters named in `known` out of a query or a form body (`a=1&b=2`); others are ignored, whatever they hold. */
export function parseParameters(encoded: string, known: readonly string[]): ParsedParameters {
  const values = new Map<string, string>()
  let count = 0
  for (const [name, value] of new URLSearchParams(encoded)) {
    count += 1
    if (count > maxParameters) return { kind: 'refused', name: '', problem: 'tooMany' }
    if (!known.includes(name)) continue
    if (switches.includes(name) && values.get(name) === value) continue
    const problem = values.has(name) ? 'repeated' : problemOf(name, value)
    if (problem !== undefined) return { kind: 'refused', name, problem }
    values.set(name, value)
  }
  return { kind: 'parameters', parameters: new Parameters(values) }
}

/** What follows the question mark of a request target. */
export function queryOf(requestTarget: string): string {
  const mark = requestTarget.indexOf('?')
  return mark < 0 ? '' : requestTarget.slice(mark + 1)
}

function problemOf(name: string, value: string): ParameterProblem | undefined {
  const limit = name === 'service' ? maxServiceLength : maxValueLength
  if (value.length > limit || encoder.encode(value).length > 2 * limit) return 'tooLong'
  // Octets that are no UTF-8 have all become this one character: values that differ would count as equal.
  if (value.includes('\uFFFD')) return 'notUtf8'
  // Passwords may hold anything that a keyboard gives; everything else ends up in headers, pages or logs.
  if (name !== 'password' && /[\p{Cc}\u2028\u2029]/u.test(value)) return 'controlCharacter'
  return undefined
}
