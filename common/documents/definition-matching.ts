/** Apereo's ways of matching a URL, each as a pattern that has to match the whole URL, case aside. */
import { strictFields } from './definition-policies.ts'
import { flag, inside, oneOfClasses, type Place, type Reader, refuse, text } from './document-reader.ts'
import { hasAlternatives, isMalformed, patternProblem, withoutQuotes } from './java-pattern.ts'
import { literalPattern } from './service-pattern.ts'

/**
 * Makes the pattern for whole URLs out of a `serviceId`. Where there is none that can be run, a refusal, and a pattern
 * by which servers hold back at least what Java would take.
 */
export type WholePattern = (serviceId: string, place: Place) => string

/** Reads `matchingStrategy`. */
export const matchingStrategy: Reader<WholePattern> = oneOfClasses<WholePattern>({
  FullRegexRegisteredServiceMatchingStrategy: (document, place) => {
    strictFields(document, {}, place)
    return wholeMatch
  },
  PartialRegexRegisteredServiceMatchingStrategy: (document, place) => {
    strictFields(document, {}, place)
    return aroundMatch
  },
  LiteralRegisteredServiceMatchingStrategy: (document, place) => {
    const read = strictFields(document, { caseInsensitive: flag }, place)
    // What cannot be read is refused, and may have meant more.
    const stated = document['caseInsensitive']
    const caseInsensitive = read.caseInsensitive ?? (stated !== null && stated !== undefined)
    return (serviceId) => {
      const literal = serviceId.trim()
      return caseInsensitive ? literalPattern(literal) : exactCase(literal)
    }
  },
  StartsWithRegisteredServiceMatchingStrategy: (document, place) => {
    const { expectedUrl } = strictFields(document, { expectedUrl: text }, place)
    if (expectedUrl !== undefined && expectedUrl.trim() !== '')
      return () => `${literalPattern(expectedUrl)}.*`
    const at = inside(place, 'expectedUrl')
    if (!place.findings.problems.some(({ path }) => path.startsWith(place.path))) refuse(at, 'is missing')
    return undefined
  },
})

/**
 * Hosts have no case. What stands behind one has, and the pattern begins with the host for both, so that it is found
 * among others by it.
 */
function exactCase(literal: string): string {
  const origin = /^https?:\/\/[^/?#]+/i.exec(literal)?.[0] ?? ''
  const rest = literal.slice(origin.length)
  const isSame = rest.toLowerCase() === rest.toUpperCase()
  return `${literalPattern(origin)}${isSame ? literalPattern(rest) : `(?-i:${literalPattern(rest)})`}`
}

/**
 * The pattern itself, which has to match whole URLs. One that asks for the end in its midst, as `($|/).*`, cannot be run
 * as it stands: what it asks for in URLs is put in its words.
 */
export function wholeMatch(pattern: string): string {
  // Compiling costs, and few ask for the end anywhere but there.
  if (!/\$|\\Z/i.test(pattern.slice(0, -1)) || patternProblem(pattern) === undefined) return pattern
  const strict = endingStrictly(withoutQuotes(pattern))
  return patternProblem(strict) === undefined ? strict : pattern
}

/**
 * Anything may stand in front of and behind what the pattern matches, unless it is anchored there. Of a pattern that
 * is none to Java either, the claim is the pattern itself: servers hold back what it may have been meant for.
 */
function aroundMatch(pattern: string, place: Place): string {
  if (isMalformed(pattern)) {
    refuse(place, `cannot be searched for: ${patternProblem(pattern)}`)
    return pattern
  }
  // A quote without an end would swallow what is put behind it.
  const unquoted = withoutQuotes(pattern)
  const whole = around(unquoted)
  const problem = patternProblem(whole)
  if (problem === undefined) return whole
  const strict = around(endingStrictly(unquoted))
  if (patternProblem(strict) === undefined) return strict
  refuse(place, `cannot be searched for: ${problem}`)
  return whole
}

function around(pattern: string): string {
  if (hasAlternatives(pattern)) return `.*(?:${pattern}).*`
  const isAnchoredAtEnd = /(?<!\\)(\\\\)*\$$/.test(pattern)
  const start = pattern.startsWith('^') ? pattern : `.*${pattern}`
  return isAnchoredAtEnd ? start : `${start}.*`
}

/**
 * `\z` in place of `$` and `\Z`, which may stand anywhere. Only in front of a last line terminator they differ, and no
 * URL that belongs to a service holds one, nor a target of proxy tickets (`readServiceUrl`, `isTargetName`).
 */
function endingStrictly(unquoted: string): string {
  return unquoted.replace(/\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]?|\$/g, (piece) =>
    piece === '$' || piece === '\\Z' ? '\\z' : piece,
  )
}
