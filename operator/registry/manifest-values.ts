/** Attribute patterns of a definition, as a CasService writes them. Pure. */
import { anchored } from '../../common/documents/definition-encoding.ts'
import { patternProblem } from '../../common/documents/java-pattern.ts'

type Patterns = Readonly<Record<string, readonly string[]>>

/** Servers reject everybody with a value for a blank pattern and for none: this says so and does not look forgotten. */
const anyValue = '.*'

export const isBlank = (pattern: string): boolean => pattern.trim() === ''

/**
 * Patterns that grant access, without blank ones: for those servers admit nobody, and `.*` in their place would admit
 * everybody. A list of nothing else becomes empty, which no CasService takes.
 */
export function withoutBlanks(patterns: Patterns): Patterns {
  return Object.fromEntries(
    Object.entries(patterns).map(([name, list]) => [name, list.filter((pattern) => !isBlank(pattern))]),
  )
}

/**
 * The texts that become exactly these patterns when they are anchored; undefined when there are none, as the
 * patterns are searched for and not held against whole values.
 */
export function wholeValues(patterns: Patterns): Patterns | undefined {
  const entries: [string, readonly string[]][] = []
  for (const [name, list] of Object.entries(patterns)) {
    const texts = list.flatMap((pattern) => unanchored(pattern) ?? [])
    if (list.length === 0 || texts.length < list.length) return undefined
    entries.push([name, texts])
  }
  return Object.fromEntries(entries)
}

/** Patterns that keep users out, as they are; one that cannot be told keeps out everybody who has the attribute. */
export function rejectedValues(patterns: Patterns): Patterns {
  const texts = (list: readonly string[]) =>
    list.length === 0 ? [anyValue] : list.map((pattern) => (isBlank(pattern) ? anyValue : pattern))
  return Object.fromEntries(Object.entries(patterns).map(([name, list]) => [name, texts(list)]))
}

/** The shortest text that `anchored` makes this pattern of. */
function unanchored(pattern: string): string | undefined {
  const candidates = [/^\^\(\?:(.*)\)\$$/s.exec(pattern)?.[1], /^\^(.*)\$$/s.exec(pattern)?.[1], pattern]
  return candidates.find(
    (text) =>
      text !== undefined && text !== '' && anchored(text) === pattern && patternProblem(text) === undefined,
  )
}
