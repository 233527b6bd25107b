/** The form in which Java's answers are kept, and ours in the same form. */
import type { JavaPattern } from '../java-pattern.ts'

export interface JavaAnswers {
  /** Version that was asked. */
  readonly java: string
  readonly texts: readonly string[]
  /** Pattern -> `x` (none to Java), or a digit for each text: 1 matches the whole, 2 is found in it, 3 both. */
  readonly answers: readonly (readonly [pattern: string, digits: string])[]
}

/** Throws when the two ways to match disagree. */
export function ours(pattern: JavaPattern, text: string): string {
  const matches = pattern.matches(text)
  const within = pattern.matchesWithin(text, { stepsLeft: Number.MAX_SAFE_INTEGER })
  if (matches !== within)
    throw new Error(`${JSON.stringify(text)}: matches ${matches}, within bounds ${within}`)
  return String((matches ? 1 : 0) + (pattern.finds(text) ? 2 : 0))
}
