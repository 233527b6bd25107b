/**
 * Whether a text is a regular expression at all, as far as all engines agree: brackets close, quantifiers have
 * something to repeat. Whether the servers' engine can take it is theirs to say (condition Served).
 */

/** Servers refuse longer patterns. In characters. */
export const maxPatternLength = 2048

/** What is wrong with the pattern, or undefined. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern === '') return 'must not be empty'
  if (pattern.length > maxPatternLength) return `must be at most ${maxPatternLength} characters`
  if (hasControlCharacter(pattern)) return 'must not contain line breaks or other control characters'
  return new Scanner(pattern).problem()
}

/** Walks over the pattern once, keeping count of open groups. */
class Scanner {
  readonly #text: string
  #at = 0
  #openGroups: number[] = []
  /** Whether the last thing read can be repeated. */
  #isRepeatable = false

  constructor(text: string) {
    this.#text = text
  }

  problem(): string | undefined {
    while (this.#at < this.#text.length) {
      const problem = this.#step()
      if (problem !== undefined) return problem
    }
    const open = this.#openGroups.at(-1)
    return open === undefined ? undefined : `has a group without its ")": see position ${open + 1}`
  }

  #step(): string | undefined {
    const start = this.#at
    const character = this.#text[this.#at++]
    switch (character) {
      case '\\':
        return this.#escape(start)
      case '[':
        return this.#characterClass(start)
      case '(':
        this.#openGroups.push(start)
        this.#isRepeatable = false
        // `(?=`, `(?i)`, `(?<name>`: the question mark repeats nothing here.
        if (this.#text[this.#at] === '?') this.#at++
        return undefined
      case ')':
        this.#isRepeatable = true
        return this.#openGroups.pop() === undefined
          ? `has a ")" without its "(": see position ${start + 1}; write \\) for the character`
          : undefined
      case '*':
      case '+':
      case '?':
        return this.#quantifier(start)
      default:
        this.#isRepeatable = character !== '|' && character !== '^'
        return undefined
    }
  }

  #quantifier(start: number): string | undefined {
    if (!this.#isRepeatable) {
      return `has a "${this.#text[start]}" with nothing to repeat: see position ${start + 1}; a host like *.example.org belongs into match.hosts`
    }
    // One more makes it lazy or possessive, no third one.
    if (this.#text[this.#at] === '?' || this.#text[this.#at] === '+') this.#at++
    this.#isRepeatable = false
    return undefined
  }

  #escape(start: number): string | undefined {
    if (this.#at >= this.#text.length) return 'ends in a single \\; write \\\\ for the character'
    this.#isRepeatable = true
    if (this.#text[this.#at++] !== 'Q') return undefined
    const end = this.#text.indexOf('\\E', this.#at)
    if (end === -1) return `has a \\Q without its \\E: see position ${start + 1}`
    this.#at = end + 2
    return undefined
  }

  #characterClass(start: number): string | undefined {
    this.#isRepeatable = true
    if (this.#text[this.#at] === '^') this.#at++
    // A bracket that stands first is a character of the class.
    if (this.#text[this.#at] === ']') this.#at++
    for (let depth = 1; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at]
      if (character === '\\') this.#at++
      else if (character === '[') depth++
      else if (character === ']' && --depth === 0) {
        this.#at++
        return undefined
      }
    }
    return `has a "[" without its "]": see position ${start + 1}; write \\[ for the character`
  }
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text)
}
