/**
 * From Java's regular expressions to the syntax of RE2, piece by piece, so that both mean the same: Java's dot stops
 * at every line terminator, its `$` stands before a last one as well, and "case aside" folds ASCII letters only. What
 * is not known to mean the same is refused. Held to Java's own answers by `java-answers.test.ts`.
 */

import { type Cursor, take } from './cursor.ts'

/** Why a pattern cannot be taken over; never leaves this folder. */
export class Untranslatable extends Error {}

/** It is no pattern to Java either, and so matches nothing there. */
export class Malformed extends Untranslatable {}

export interface Translation {
  /** For RE2, without any flag. */
  readonly source: string
  /** The pattern asks for the end of the text by `$` or `\Z`: Java takes the place before a last line terminator, too. */
  readonly asksForEnd: boolean
}

interface Flags {
  /** `(?i)`: ASCII letters of either case. */
  readonly ignoresCase: boolean
  /** `(?s)`: the dot is any character. */
  readonly dotIsAll: boolean
}

/** The pattern without quotes (`\Q…\E`) and without leading look-aheads. Throws Untranslatable. */
export function translate(text: string, options: { readonly caseInsensitive: boolean }): Translation {
  return new Translator(text, options.caseInsensitive).translation()
}

class Translator {
  readonly #cursor: Cursor
  /** Flags of the groups around, the outermost first. */
  readonly #enclosing: Flags[] = []
  #flags: Flags
  readonly #names = new Set<string>()
  #source = ''
  #asksForEnd = false
  #asksForVeryEnd = false
  /** Whether what stands before may be repeated. */
  #isRepeatable = false

  constructor(text: string, ignoresCase: boolean) {
    this.#cursor = { text, at: 0 }
    this.#flags = { ignoresCase, dotIsAll: false }
  }

  translation(): Translation {
    while (this.#cursor.at < this.#cursor.text.length) this.#step()
    if (this.#enclosing.length > 0) malformed('a parenthesis is not closed')
    if (this.#asksForEnd && this.#asksForVeryEnd) refuse('\\z together with $ or \\Z is not supported')
    return { source: this.#source, asksForEnd: this.#asksForEnd }
  }

  #step(): void {
    const character = this.#cursor.text.charAt(this.#cursor.at)
    if (character === '(') this.#open()
    else if (character === ')') this.#close()
    else if (character === '|') this.#mark('|', { isRepeatable: false })
    else if (/[?*+{]/.test(character)) this.#repeat(character)
    else this.#piece()
  }

  #close(): void {
    this.#flags = this.#enclosing.pop() ?? malformed('a parenthesis closes nothing')
    this.#mark(')', { isRepeatable: true })
  }

  #repeat(character: string): void {
    if (!this.#isRepeatable) {
      const isDangling =
        character !== '{' && /(?:^|[(|*+?])$/.test(this.#cursor.text.slice(0, this.#cursor.at))
      const reason = `${character} has nothing to repeat`
      isDangling ? malformed(reason) : refuse(reason)
    }
    this.#source += readRepetition(this.#cursor)
    this.#isRepeatable = false
  }

  #mark(mark: ')' | '|', { isRepeatable }: { readonly isRepeatable: boolean }): void {
    this.#cursor.at += 1
    this.#source += mark
    this.#isRepeatable = isRepeatable
  }

  #open(): void {
    const { source, opens, flags, name } = readGroup(this.#cursor, this.#flags)
    if (name !== undefined && this.#names.has(name)) refuse(`two groups are named ${name}`)
    if (name !== undefined) this.#names.add(name)
    if (opens) this.#enclosing.push(this.#flags)
    this.#flags = flags
    this.#source += source
    this.#isRepeatable = false
  }

  #piece(): void {
    const { text, at } = this.#cursor
    const asksForEnd = text[at] === '$' || text.startsWith('\\Z', at)
    const { source, isAnchor = false } = readPiece(this.#cursor, this.#flags)
    if (asksForEnd && !endsEverything(text, this.#cursor.at))
      refuse(`${text.slice(at, this.#cursor.at)} must stand at the end`)
    this.#asksForEnd ||= asksForEnd
    this.#asksForVeryEnd ||= source === '\\z' && !asksForEnd
    this.#source += source
    this.#isRepeatable = !isAnchor
  }
}

interface Group {
  readonly source: string
  /** False for flags that hold from here to the end of the group around. */
  readonly opens: boolean
  readonly flags: Flags
  readonly name?: string
}

const groupForm = /\((?:\?(?:([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])|<([A-Za-z][A-Za-z0-9]*)>))?/y

function readGroup(cursor: Cursor, outer: Flags): Group {
  const start = cursor.at
  const [whole, on = '', off = '', end, name] = take(cursor, groupForm) ?? ['']
  if (name !== undefined) return { source: '(', opens: true, flags: outer, name }
  if (whole === '(') {
    if (cursor.text[cursor.at] === '?')
      refuse(`${cursor.text.slice(start, start + 4)}… is not supported here`)
    return { source: '(', opens: true, flags: outer }
  }
  if (/[^is]/.test(on + off)) refuse(`the flags of ${whole} are not supported`)
  const flags = {
    ignoresCase: (outer.ignoresCase || on.includes('i')) && !off.includes('i'),
    dotIsAll: (outer.dotIsAll || on.includes('s')) && !off.includes('s'),
  }
  return end === ':' ? { source: '(?:', opens: true, flags } : { source: '', opens: false, flags }
}

const repetitionForm = /(?:[?*+]|\{[0-9]{1,4}(?:,(?:[0-9]{1,4})?)?\})\??/y

function readRepetition(cursor: Cursor): string {
  const found = take(cursor, repetitionForm) ?? refuse('{ must start a repetition, or be written \\{')
  if (cursor.text[cursor.at] === '+') refuse(`the possessive repetition ${found[0]}+ is not supported`)
  return found[0]
}

interface Piece {
  readonly source: string
  /** Stands for a place, not for a character. */
  readonly isAnchor?: boolean
}

function readPiece(cursor: Cursor, flags: Flags): Piece {
  const character = cursor.text.charAt(cursor.at)
  if (character === '[') return { source: readClass(cursor, flags) }
  if (character === '\\') return readEscape(cursor, flags)
  if (character === '.') {
    cursor.at += 1
    return { source: flags.dotIsAll ? '(?s:.)' : '[^\\n\\r\\x{85}\\x{2028}\\x{2029}]' }
  }
  if (character === '^' || character === '$') {
    cursor.at += 1
    return { source: character === '^' ? '\\A' : '\\z', isAnchor: true }
  }
  return { source: classOf([single(readCharacter(cursor))], flags) }
}

const anchors: Readonly<Record<string, string>> = { A: '\\A', z: '\\z', Z: '\\z' }

function readEscape(cursor: Cursor, flags: Flags): Piece {
  const letter = cursor.text.charAt(cursor.at + 1)
  const anchor = anchors[letter]
  if (anchor !== undefined) {
    cursor.at += 2
    return { source: anchor, isAnchor: true }
  }
  const item = readEscapedItem(cursor, flags)
  return { source: item.kind === 'range' ? classOf([item], flags) : `[${item.source}]` }
}

/** What stands in a class: characters, or a set that RE2 knows under the same name. */
type ClassItem =
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'set'; readonly source: string }

const single = (codePoint: number): ClassItem => ({ kind: 'range', from: codePoint, to: codePoint })

const blanks = '\\x{9}-\\x{d}\\x{20}'
const sets: Readonly<Record<string, string>> = {
  d: '\\d',
  D: '\\D',
  w: '\\w',
  W: '\\W',
  s: blanks,
  S: '\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{10ffff}',
}
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, f: 12, r: 13, a: 7, e: 27 }
const codeForm = /\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\})/y
const propertyForm = /\\([pP])(?:([LMNPSZ])|\{([LMNPSZ]|Lu|Ll|Nd)\})/y

function readEscapedItem(cursor: Cursor, flags: Flags): ClassItem {
  const { text, at } = cursor
  const letter = text.charAt(at + 1)
  if (letter === '') malformed('ends in a backslash')
  const shown = text.slice(at, at + 2)
  const code = take(cursor, codeForm)
  if (code !== undefined) return single(checked(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '', 16)))
  const property = take(cursor, propertyForm)
  if (property !== undefined) {
    const [, sign = '', short, name = short ?? ''] = property
    // Which of both cases these stand for where case does not matter depends on the version of Java.
    if (flags.ignoresCase && name.length > 1 && name !== 'Nd')
      refuse(`${property[0]} is not supported where case does not matter`)
    return { kind: 'set', source: `\\${sign}{${name}}` }
  }
  const set = sets[letter]
  const control = controls[letter]
  if (set === undefined && control === undefined && /[A-Za-z0-9]/.test(letter))
    refuse(`${shown} is not supported`)
  cursor.at += 1
  if (set === undefined && control === undefined) return single(readCharacter(cursor))
  cursor.at += 1
  return set === undefined ? single(control ?? 0) : { kind: 'set', source: set }
}

function readClass(cursor: Cursor, flags: Flags): string {
  cursor.at += 1
  const isNegated = cursor.text[cursor.at] === '^'
  if (isNegated) cursor.at += 1
  const items: ClassItem[] = []
  for (let isFirst = true; isFirst || cursor.text[cursor.at] !== ']'; isFirst = false) {
    if (cursor.at >= cursor.text.length) malformed('a class is not closed')
    if (cursor.text[cursor.at] === ']') refuse('a class that starts with ] is not supported')
    items.push(readClassItem(cursor, flags))
  }
  cursor.at += 1
  return classOf(items, flags, isNegated)
}

function readClassItem(cursor: Cursor, flags: Flags): ClassItem {
  const from = readMember(cursor, flags)
  const isRange = cursor.text[cursor.at] === '-' && cursor.text[cursor.at + 1] !== ']'
  if (!isRange) return from
  // `[\w-.]`: behind a set, Java takes the hyphen for itself.
  if (from.kind === 'set') return from
  cursor.at += 1
  const to = readMember(cursor, flags)
  if (to.kind === 'set' || to.from < from.from) refuse('a range in a class has no end')
  return { kind: 'range', from: from.from, to: (to as Extract<ClassItem, { kind: 'range' }>).to }
}

function readMember(cursor: Cursor, flags: Flags): ClassItem {
  const character = cursor.text.charAt(cursor.at)
  if (character === '\\') return readEscapedItem(cursor, flags)
  if (character === '[') refuse('a class inside a class is not supported')
  if (character === '&' && cursor.text[cursor.at + 1] === '&') {
    refuse('intersection of classes (&&) is not supported')
  }
  return single(readCharacter(cursor))
}

/** One character, which may be two code units. */
function readCharacter(cursor: Cursor): number {
  const codePoint = checked(cursor.text.codePointAt(cursor.at) ?? malformed('a class is not closed'))
  cursor.at += codePoint > 0xffff ? 2 : 1
  return codePoint
}

function checked(codePoint: number): number {
  if (codePoint > 0x10ffff) refuse('there is no such character')
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) refuse('half a character (\\ud…) is not supported')
  return codePoint
}

function classOf(items: readonly ClassItem[], { ignoresCase }: Flags, isNegated = false): string {
  const [only] = items
  if (!isNegated && items.length === 1 && only?.kind === 'range' && only.from === only.to) {
    const character = String.fromCodePoint(only.from)
    if (/[0-9_/:-]/.test(character) || (!ignoresCase && /[A-Za-z]/.test(character))) return character
  }
  const sources = items.flatMap((item) => {
    if (item.kind === 'set') return [item.source]
    return ignoresCase ? [item, ...otherCase(item)].map(rangeSource) : [rangeSource(item)]
  })
  return `[${isNegated ? '^' : ''}${sources.join('')}]`
}

type Range = Extract<ClassItem, { kind: 'range' }>

/** The ASCII letters of a range in their other case. */
function otherCase({ from, to }: Range): Range[] {
  const part = (low: number, high: number, shift: number): Range[] => {
    const [start, end] = [Math.max(from, low), Math.min(to, high)]
    return start > end ? [] : [{ kind: 'range', from: start + shift, to: end + shift }]
  }
  return [...part(0x41, 0x5a, 32), ...part(0x61, 0x7a, -32)]
}

function rangeSource({ from, to }: Range): string {
  const code = (codePoint: number) => `\\x{${codePoint.toString(16)}}`
  return from === to ? code(from) : `${code(from)}-${code(to)}`
}

/** Does nothing follow, up to the end of the pattern, that could still take a character? */
function endsEverything(text: string, start: number): boolean {
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '|') {
      const end = groupEndFrom(text, at)
      if (end === undefined) return true
      at = end
    } else if (character !== ')') return false
  }
  return true
}

/** Index of the parenthesis that closes the group around `start`; undefined when there is no group. */
function groupEndFrom(text: string, start: number): number | undefined {
  let depth = 0
  let closing: number | undefined
  scanPattern(text.slice(start), (character, at) => {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (depth < 0) closing = start + at
    return closing === undefined
  })
  return closing
}

/** Calls `visit` for each character that is neither escaped nor in a class; ends when it returns false. */
export function scanPattern(source: string, visit: (character: string, at: number) => boolean): void {
  let inClass = false
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at)
    if (character === '\\') at += 1
    else if (inClass) inClass = character !== ']'
    else if (character === '[') inClass = true
    else if (!visit(character, at)) return
  }
}

function malformed(reason: string): never {
  throw new Malformed(reason)
}

function refuse(reason: string): never {
  throw new Untranslatable(reason)
}
