/**
 * Regular expressions as Apereo takes them (Java's syntax), run by an engine whose time grows with the length of
 * the text only. What would silently mean something else in that engine is refused with a reason; leading
 * look-aheads, which it does not know, are taken apart and asked one by one.
 */
import { RE2JS } from 're2js'

export interface JavaPattern {
  /** Does the pattern match the whole text (Java's `matches`)? */
  matches(text: string): boolean
  /** Does it match any part of the text (Java's `find`)? */
  finds(text: string): boolean
  /** The first part of the text that matches, then its groups; a group that took no part is undefined. */
  groups(text: string): readonly (string | undefined)[] | undefined
  /** The engine's instructions, look-aheads included: the time for a text is at most their product with its length. */
  readonly size: number
  /** About how many bytes it holds now: the engine remembers what it worked out, up to 8 MB for each part. */
  readonly heldBytes: number
}

export type CompiledPattern =
  | { readonly kind: 'pattern'; readonly pattern: JavaPattern }
  | { readonly kind: 'refused'; readonly reason: string }

/** Longest pattern, in characters. */
const maxPatternLength = 4096
/** Largest pattern, in the engine's instructions: the time for a text of 2,048 characters stays below half a second. */
const maxProgramSize = 2000
const maxLookaheads = 8

/** Why a pattern cannot be used, or undefined when it can. */
export function patternProblem(source: string): string | undefined {
  const compiled = compilePattern(source, { caseInsensitive: true })
  return compiled.kind === 'refused' ? compiled.reason : undefined
}

/** Compiles a pattern; costs about 0.1 ms and some 40 kB, so compile what is used, and once. */
export function compilePattern(
  source: string,
  options: { readonly caseInsensitive: boolean },
): CompiledPattern {
  if (source.length > maxPatternLength) {
    return { kind: 'refused', reason: `is longer than ${maxPatternLength} characters` }
  }
  try {
    return { kind: 'pattern', pattern: new LinearPattern(source, options.caseInsensitive) }
  } catch (thrown) {
    if (!(thrown instanceof Untranslatable) && !isEngineRefusal(thrown)) throw thrown
    return { kind: 'refused', reason: thrown.message.replace('error parsing regexp: ', '') }
  }
}

/** Never leaves this file. */
class Untranslatable extends Error {}

function isEngineRefusal(thrown: unknown): thrown is Error {
  return Error.isError(thrown) && thrown.name.startsWith('RE2JS')
}

class LinearPattern implements JavaPattern {
  readonly #body: RE2JS
  readonly #conditions: readonly { readonly wanted: boolean; readonly prefix: RE2JS }[]
  readonly #caseInsensitive: boolean
  readonly size: number

  constructor(source: string, caseInsensitive: boolean) {
    const { anchored, conditions, body } = withoutLeadingLookaheads(withoutQuotes(source))
    if (conditions.length > maxLookaheads) {
      throw new Untranslatable(`has more than ${maxLookaheads} look-aheads`)
    }
    if (conditions.length > 0 && !anchored) throw new Untranslatable('a look-ahead must stand behind ^')
    this.#caseInsensitive = caseInsensitive
    let size = 0
    const compile = (part: string): RE2JS => {
      const program = RE2JS.compile(part, caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0)
      size += program.programSize()
      if (size > maxProgramSize) throw new Untranslatable('is too large')
      return program
    }
    this.#body = compile(translated(body))
    this.#conditions = conditions.map(({ wanted, condition }) => ({
      wanted,
      prefix: compile(`\\A(?:${translated(condition)})`),
    }))
    this.size = size
  }

  get heldBytes(): number {
    return this.#conditions.reduce((sum, { prefix }) => sum + heldBytesOf(prefix), heldBytesOf(this.#body))
  }

  matches(text: string): boolean {
    const folded = this.#foldable(text)
    return this.#conditionsHold(folded) && this.#body.testExact(folded)
  }

  finds(text: string): boolean {
    const folded = this.#foldable(text)
    return this.#conditionsHold(folded) && this.#body.test(folded)
  }

  groups(text: string): readonly (string | undefined)[] | undefined {
    const folded = this.#foldable(text)
    if (!this.#conditionsHold(folded)) return undefined
    const matcher = this.#body.matcher(folded)
    if (!matcher.find()) return undefined
    // Out of the text itself: what was folded has the same length.
    return Array.from({ length: matcher.groupCount() + 1 }, (_, group) =>
      matcher.start(group) < 0 ? undefined : text.slice(matcher.start(group), matcher.end(group)),
    )
  }

  #conditionsHold(text: string): boolean {
    return this.#conditions.every(({ wanted, prefix }) => prefix.test(text) === wanted)
  }

  /** Java folds ASCII only; the engine would take the long s for an s and the Kelvin sign for a k. */
  #foldable(text: string): string {
    return this.#caseInsensitive ? text.replace(/[\u017f\u212a]/g, '\ufffd') : text
  }
}

/** A program of its own, measured, and the states that the engine built while it searched, by the engine's account. */
function heldBytesOf(program: RE2JS): number {
  const states = program.re2Input.lazyDFA as RE2JS['re2Input']['lazyDFA'] | null
  const statesBytes = states === null ? 0 : states.stateBudget - states.memBudget
  return 8_000 + 200 * program.programSize() + statesBytes
}

/** `\Q…\E` written out as escapes. */
function withoutQuotes(source: string): string {
  return source.replace(/\\(?:Q([\s\S]*?)(?:\\E|$)|([\s\S]))/g, (whole, quoted: string | undefined) =>
    quoted === undefined ? whole : quoted.replace(/[^A-Za-z0-9]/g, '\\$&'),
  )
}

interface Decomposed {
  readonly anchored: boolean
  readonly conditions: readonly { readonly wanted: boolean; readonly condition: string }[]
  readonly body: string
}

/** `^(?!a)(?=b)c` -> not at the start a, at the start b, and c. */
function withoutLeadingLookaheads(source: string): Decomposed {
  const anchored = source.startsWith('^')
  const conditions: { wanted: boolean; condition: string }[] = []
  let rest = anchored ? source.slice(1) : source
  while (rest.startsWith('(?=') || rest.startsWith('(?!')) {
    const end = groupEnd(rest)
    conditions.push({ wanted: rest[2] === '=', condition: rest.slice(3, end) })
    rest = rest.slice(end + 1)
    if (/^[?*+{]/.test(rest)) throw new Untranslatable('a look-ahead must not be repeated')
  }
  if (conditions.length > 0 && hasAlternatives(rest)) {
    throw new Untranslatable('a look-ahead in one of several alternatives is not supported')
  }
  return { anchored, conditions, body: conditions.length > 0 ? `^${rest}` : source }
}

/** Calls `visit` for each character that is neither escaped nor in a class; ends when it returns false. */
function scan(source: string, visit: (character: string, at: number) => boolean): void {
  let inClass = false
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at)
    if (character === '\\') at += 1
    else if (inClass) inClass = character !== ']'
    else if (character === '[') inClass = true
    else if (!visit(character, at)) return
  }
}

/** Index of the parenthesis that closes the group at the start. */
function groupEnd(source: string): number {
  let depth = 0
  let end = -1
  scan(source, (character, at) => {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (depth === 0) end = at
    return depth > 0
  })
  if (end < 0) throw new Untranslatable('a parenthesis is not closed')
  return end
}

/**
 * What of a pattern stands for the text itself: quotes written out as escapes, leading look-aheads left out. Every
 * text that matches the pattern matches this; a pattern that cannot be taken apart is returned with its quotes only
 * written out.
 */
export function consumingPart(source: string): string {
  const unquoted = withoutQuotes(source)
  try {
    const { conditions, body } = withoutLeadingLookaheads(unquoted)
    // What the engine reads otherwise than Java may end elsewhere than it seems to.
    for (const { condition } of conditions) translated(condition)
    return body
  } catch (thrown) {
    if (!(thrown instanceof Untranslatable)) throw thrown
    return unquoted
  }
}

/** Does the pattern hold alternatives outside of any group? Quotes (`\Q…\E`) hold none. */
export function hasAlternatives(source: string): boolean {
  let depth = 0
  let found = false
  scan(withoutQuotes(source), (character) => {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (character === '|' && depth === 0) found = true
    return !found
  })
  return found
}

const escapeForm = /\\(?:u([0-9A-Fa-f]{4})|[\s\S])/y
const groupForm = /\(\?(?:[ims]*(?:-[ims]+)?[:)]|<[A-Za-z][A-Za-z0-9]*>)/y
const repetitionForm = /\{[0-9]+(?:,[0-9]*)?\}/y

/** The same pattern in the engine's syntax. Throws Untranslatable where the two would differ. */
function translated(source: string): string {
  let result = ''
  let at = 0
  let inClass = false
  while (at < source.length) {
    const character = source.charAt(at)
    if (character === '\\') {
      const [whole, piece] = translatedEscape(source, at, inClass)
      result += piece
      at += whole
      continue
    }
    if (inClass) inClass = staysInClass(source, at)
    else if (character === '[') inClass = startsClass(source, at)
    else checkOutside(source, at)
    result += character
    at += 1
  }
  return result
}

/** Length of the escape, and what it becomes. */
function translatedEscape(source: string, at: number, inClass: boolean): readonly [number, string] {
  escapeForm.lastIndex = at
  const found = escapeForm.exec(source)
  if (found === null) throw new Untranslatable('ends in a backslash')
  const [whole, code] = found
  if (code !== undefined) {
    if (/^d[89a-f]/i.test(code)) throw new Untranslatable('half a character (\\ud…) is not supported')
    return [whole.length, `\\x{${code}}`]
  }
  if (whole === '\\Z' && !inClass) return [2, '\\z']
  // Java: any vertical white space, and an octal number that must follow the 0.
  if (whole === '\\v' || whole === '\\0') throw new Untranslatable(`${whole} is not supported`)
  return [whole.length, whole]
}

function startsClass(source: string, at: number): true {
  const next = source.charAt(at + (source.charAt(at + 1) === '^' ? 2 : 1))
  if (next === ']') throw new Untranslatable('a class that starts with ] is not supported')
  return true
}

function staysInClass(source: string, at: number): boolean {
  const character = source.charAt(at)
  if (character === '[') throw new Untranslatable('a class inside a class is not supported')
  if (source.startsWith('&&', at)) throw new Untranslatable('intersection of classes (&&) is not supported')
  return character !== ']'
}

function checkOutside(source: string, at: number): void {
  if (source.startsWith('(?', at) && !matchesAt(groupForm, source, at)) {
    throw new Untranslatable(`${source.slice(at, at + 4)}… is not supported here`)
  }
  if (source.charAt(at) === '{' && !matchesAt(repetitionForm, source, at)) {
    throw new Untranslatable('{ must start a repetition, or be written \\{')
  }
}

function matchesAt(form: RegExp, source: string, at: number): boolean {
  form.lastIndex = at
  return form.test(source)
}
