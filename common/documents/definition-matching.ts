/** Apereo's ways of matching a URL, each as a pattern that has to match the whole URL, case aside. */
import { strictFields } from './definition-policies.ts'
import { flag, inside, oneOfClasses, type Place, type Reader, refuse, text } from './document-reader.ts'
import { hasAlternatives, patternProblem } from './java-pattern.ts'
import { literalPattern } from './service-pattern.ts'

/** Makes the pattern for whole URLs out of a `serviceId`; undefined, and a refusal, where there is none. */
export type WholePattern = (serviceId: string, place: Place) => string | undefined

/** Reads `matchingStrategy`. */
export const matchingStrategy: Reader<WholePattern> = oneOfClasses<WholePattern>({
  FullRegexRegisteredServiceMatchingStrategy: (document, place) => {
    strictFields(document, {}, place)
    return (serviceId) => serviceId
  },
  PartialRegexRegisteredServiceMatchingStrategy: (document, place) => {
    strictFields(document, {}, place)
    return aroundMatch
  },
  LiteralRegisteredServiceMatchingStrategy: (document, place) => {
    const { caseInsensitive = false } = strictFields(document, { caseInsensitive: flag }, place)
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

/** Anything may stand in front of and behind what the pattern matches, unless it is anchored there. */
function aroundMatch(pattern: string, place: Place): string | undefined {
  // What quotes or comments to its end would swallow what is put behind it.
  if (pattern.includes('\\Q') || /\(\?[a-z]*x/.test(pattern)) {
    return refuse(place, 'quoting and comments cannot be searched for: write a pattern without \\Q and (?x)')
  }
  const whole = wholePattern(pattern)
  const problem = patternProblem(whole)
  return problem === undefined ? whole : refuse(place, `cannot be searched for: ${problem}`)
}

function wholePattern(pattern: string): string {
  if (hasAlternatives(pattern)) return `.*(?:${pattern}).*`
  const isAnchoredAtEnd = /(?<!\\)(\\\\)*\$$/.test(pattern)
  const start = pattern.startsWith('^') ? pattern : `.*${pattern}`
  return isAnchoredAtEnd ? start : `${start}.*`
}
