/**
 * Regular expressions as Apereo takes them (Java's syntax), run by an engine whose time grows with the length of
 * the text only. What would silently mean something else in that engine is refused with a reason; leading
 * look-aheads, which it does not know, are taken apart and asked one by one.
 */
import { RE2JS } from 're2js'
import { type BoundedProgram, boundedProgram, runWithin, type Work } from './bounded-run.ts'
import { Malformed, scanPattern, translate, Untranslatable } from './java-translation.ts'

export interface JavaPattern {
  /** Does the pattern match the whole text (Java's `matches`)? */
  matches(text: string): boolean
  /** As `matches`, but undefined when `work` is spent before it is known; for texts that anybody may send. */
  matchesWithin(text: string, work: Work): boolean | undefined
  /** Does it match any part of the text (Java's `find`)? */
  finds(text: string): boolean
  /** The first part of the text that matches, then its groups; a group that took no part is undefined. */
  groups(text: string): readonly (string | undefined)[] | undefined
  /** The engine's instructions, look-aheads included. */
  readonly size: number
  /** What compiling it cost, in the steps of `Work`; the same each time. */
  readonly compilingSteps: number
  /** About how many bytes it holds now: the engine remembers what it worked out, up to 8 MB for each part. */
  readonly heldBytes: number
}

export type CompiledPattern =
  | { readonly kind: 'pattern'; readonly pattern: JavaPattern }
  | { readonly kind: 'refused'; readonly reason: string }

/** Longest pattern that is looked at, in characters. */
export const maxPatternLength = 4096
/** Largest pattern, in the engine's instructions. */
const maxProgramSize = 2000
const maxLookaheads = 8
/** Each `\p{…}` is hundreds of ranges, which are sorted and merged while a pattern is compiled. */
const maxProperties = 16
/** For each character and each instruction. */
const compilingSteps = 50

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
    return { kind: 'pattern', pattern: new LinearPattern(source, options) }
  } catch (thrown) {
    if (!(thrown instanceof Untranslatable) && !isEngineRefusal(thrown)) throw thrown
    return { kind: 'refused', reason: thrown.message.replace('error parsing regexp: ', '') }
  }
}

function isEngineRefusal(thrown: unknown): thrown is Error {
  return Error.isError(thrown) && thrown.name.startsWith('RE2JS')
}

/** A part of a pattern, ready to run. */
interface Program {
  readonly engine: RE2JS
  readonly bounded: BoundedProgram
  readonly asksForEnd: boolean
}

class LinearPattern implements JavaPattern {
  readonly #body: Program
  readonly #conditions: readonly { readonly wanted: boolean; readonly prefix: Program }[]
  readonly size: number
  readonly compilingSteps: number

  constructor(source: string, options: { readonly caseInsensitive: boolean }) {
    const isFlagged = source.startsWith('(?i)')
    const caseInsensitive = options.caseInsensitive || isFlagged
    const plain = withoutQuotes(isFlagged ? source.slice(4) : source)
    const { anchored, conditions, body } = withoutLeadingLookaheads(plain)
    if (conditions.length > maxLookaheads) {
      throw new Untranslatable(`has more than ${maxLookaheads} look-aheads`)
    }
    if (conditions.length > 0 && !anchored) throw new Untranslatable('a look-ahead must stand behind ^')
    let size = 0
    let properties = 0
    const compile = (part: string, frame: (translation: string) => string): Program => {
      const { source: translation, asksForEnd } = translate(part, { caseInsensitive })
      properties += translation.match(/\\[pP]\{/g)?.length ?? 0
      if (properties > maxProperties) {
        throw new Untranslatable(`names more than ${maxProperties} sets of characters by \\p{…}`)
      }
      const engine = RE2JS.compile(frame(translation))
      size += engine.programSize()
      if (size > maxProgramSize) throw new Untranslatable('is too large')
      return { engine, bounded: boundedProgram(engine), asksForEnd }
    }
    this.#body = compile(body, (translation) => translation)
    this.#conditions = conditions.map(({ wanted, condition }) => ({
      wanted,
      prefix: compile(condition, (translation) => `\\A(?:${translation})`),
    }))
    this.size = size
    this.compilingSteps = compilingSteps * (size + source.length)
  }

  get heldBytes(): number {
    return this.#conditions.reduce((sum, { prefix }) => sum + heldBytesOf(prefix), heldBytesOf(this.#body))
  }

  matches(text: string): boolean {
    return this.#conditionsHold(text) && this.#body.engine.testExact(text)
  }

  matchesWithin(text: string, work: Work): boolean | undefined {
    for (const { wanted, prefix } of this.#conditions) {
      let holds = runWithin(prefix.bounded, text, { until: 'start', work })
      if (holds === false && prefix.asksForEnd) {
        holds = runWithin(prefix.bounded, withoutLineEnd(text), { until: 'start', work })
      }
      if (holds !== wanted) return holds === undefined ? undefined : false
    }
    return runWithin(this.#body.bounded, text, { until: 'whole', work })
  }

  finds(text: string): boolean {
    return this.#conditionsHold(text) && foundIn(this.#body, text) !== undefined
  }

  groups(text: string): readonly (string | undefined)[] | undefined {
    if (!this.#conditionsHold(text)) return undefined
    const searched = foundIn(this.#body, text)
    if (searched === undefined) return undefined
    const matcher = this.#body.engine.matcher(searched)
    matcher.find()
    return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? undefined)
  }

  #conditionsHold(text: string): boolean {
    return this.#conditions.every(({ wanted, prefix }) => (foundIn(prefix, text) !== undefined) === wanted)
  }
}

/** The text in which the program is found: as given, or without its last line terminator, before which `$` holds, too. */
function foundIn({ engine, asksForEnd }: Program, text: string): string | undefined {
  if (engine.test(text)) return text
  if (!asksForEnd) return undefined
  const line = withoutLineEnd(text)
  return line !== text && engine.test(line) ? line : undefined
}

function withoutLineEnd(text: string): string {
  return text.replace(/(?:\r\n|[\n\r\u0085\u2028\u2029])$/, '')
}

/**
 * A program of its own, measured, ranges three times as the engine keeps them, and the states that the engine built
 * while it searched, by its own account.
 */
function heldBytesOf({ engine, bounded }: Program): number {
  const states = engine.re2Input.lazyDFA as RE2JS['re2Input']['lazyDFA'] | null
  const statesBytes = states === null ? 0 : states.stateBudget - states.memBudget
  return 12_000 + 220 * engine.programSize() + bounded.table.length + 3 * bounded.rangeBytes + statesBytes
}

/** `\Q…\E` written out as escapes. */
export function withoutQuotes(source: string): string {
  return source.replace(/\\(?:Q([\s\S]*?)(?:\\E|$)|([\s\S]))/g, (whole, quoted: string | undefined) =>
    quoted === undefined ? whole : quoted.replace(/[^A-Za-z0-9]/gu, '\\$&'),
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

/** Index of the parenthesis that closes the group at the start. */
function groupEnd(source: string): number {
  let depth = 0
  let end = -1
  scanPattern(source, (character, at) => {
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
 * text that matches the pattern in Java begins as this begins, and it holds no alternatives outside of any group.
 * Undefined where that cannot be said, or not of a pattern that cannot be run here.
 */
export function consumingPart(source: string): string | undefined {
  if (source.length > maxPatternLength) return undefined
  const unquoted = withoutQuotes(source)
  try {
    const { conditions, body } = withoutLeadingLookaheads(unquoted)
    for (const part of [body, ...conditions.map(({ condition }) => condition)]) {
      translate(part, { caseInsensitive: true })
    }
    return hasAlternatives(body) ? undefined : body
  } catch (thrown) {
    if (!(thrown instanceof Untranslatable)) throw thrown
    return isSurelyOne(unquoted) ? unquoted : undefined
  }
}

/** True only of what is no pattern to Java either (a parenthesis is not closed): there it matches nothing. */
export function isMalformed(source: string): boolean {
  if (source.length > maxPatternLength) return false
  try {
    translate(withoutQuotes(source), { caseInsensitive: true })
    return false
  } catch (thrown) {
    if (!(thrown instanceof Untranslatable)) throw thrown
    return thrown instanceof Malformed
  }
}

/** An escape, which may be of a bracket, or a class that Java cannot read otherwise. */
const plainPiece = /\\[\s\S]|\[(?!\^?\])(?:[^\][()&\\]|\\[^c])+\]/g

/** Has the pattern no alternatives outside of any group, however Java reads what is not known here? */
function isSurelyOne(unquoted: string): boolean {
  if (!unquoted.includes('|')) return true
  // `\c[` is a character, and `# [` under (?x) a comment: neither opens a class.
  if (/\\c|\(\?[a-z-]*x/i.test(unquoted)) return false
  const plain = unquoted.replace(plainPiece, 'x')
  return !plain.includes('|') || (!plain.includes('[') && !hasAlternatives(plain))
}

/** Does the pattern hold alternatives outside of any group? Quotes (`\Q…\E`) hold none. */
export function hasAlternatives(source: string): boolean {
  let depth = 0
  let found = false
  scanPattern(withoutQuotes(source), (character) => {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (character === '|' && depth === 0) found = true
    return !found
  })
  return found
}
