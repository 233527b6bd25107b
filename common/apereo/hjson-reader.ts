/**
 * Reads JSON as Apereo does, which takes Hjson: comments (`#`, `//` and those between `/*` and its end), commas that are missing or too many,
 * keys and texts without quotes or in single ones, `'''` texts of several lines, a root without braces. JSON is read
 * the same way, since any JSON is Hjson. Whole numbers stay exact. A key that stands twice is refused: which one
 * counts would depend on the reader. Syntax: https://hjson.github.io/syntax.html
 */
import {
  maxDepth,
  maxNodes,
  maxTextUnits,
  parseNumber,
  type ReadTree,
  type TreeNode,
  unreadable,
} from './tree.ts'

/** Thrown inside this file only. */
class SyntaxProblem extends Error {}

/** The tree of a text, or the first thing that makes it unreadable. Never throws, whatever the text holds. */
export function readHjson(text: string): ReadTree {
  if (text.length > maxTextUnits) return unreadable(`is longer than ${maxTextUnits} characters`)
  const reader = new HjsonReader(text)
  try {
    return { kind: 'tree', tree: reader.readRoot() }
  } catch (thrown) {
    if (!(thrown instanceof SyntaxProblem)) throw thrown
    return unreadable(thrown.message, { line: reader.line, path: reader.path.join('.') })
  }
}

const space = 0x20
const doubleQuote = 0x22
const hash = 0x23
const singleQuote = 0x27
const asterisk = 0x2a
const comma = 0x2c
const minus = 0x2d
const slash = 0x2f
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
const lineFeed = 0x0a
const carriageReturn = 0x0d
const tab = 0x09

const isBlank = (code: number) =>
  code === space || code === tab || code === lineFeed || code === carriageReturn
const isDigit = (code: number) => code >= 0x30 && code <= 0x39
const isPunctuator = (code: number) =>
  code === openBrace ||
  code === closeBrace ||
  code === openBracket ||
  code === closeBracket ||
  code === comma ||
  code === colon

const numberSyntax = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '/': '/',
  '\\': '\\',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

class HjsonReader {
  readonly #text: string
  #at = 0
  #nodes = 0
  /** Where the current line starts: to look back for it at each text would take the square of a long line's length. */
  #lineStart = 0
  /** Where the reader stands. */
  line = 1
  readonly path: (string | number)[] = []
  /** Braces and brackets that are not closed yet, the innermost last. */
  readonly #open: { readonly mark: '{' | '['; readonly line: number; readonly depth: number }[] = []

  constructor(text: string) {
    this.#text = text
    // A byte order mark, as editors on Windows write it.
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1
  }

  readRoot(): TreeNode {
    this.#skipBlanks()
    const first = this.#code()
    if (Number.isNaN(first)) throw new SyntaxProblem('holds nothing')
    const tree =
      first === openBrace || first === openBracket ? this.#readValue(0) : this.#readMap({ depth: 0, end: -1 })
    this.#skipBlanks()
    if (this.#at < this.#text.length) this.#fail('has something behind its end')
    return tree
  }

  /** NaN at the end of the text, which equals no code. */
  #code(): number {
    return this.#text.charCodeAt(this.#at)
  }

  #fail(message: string): never {
    if (this.#at < this.#text.length) throw new SyntaxProblem(message)
    const open = this.#open.at(-1)
    if (open === undefined) throw new SyntaxProblem('ends too early')
    // The end of a text is not where something is missing in it.
    this.line = open.line
    this.path.length = open.depth
    throw new SyntaxProblem(`ends too early: the ${open.mark} of this line is not closed`)
  }

  #enter(mark: '{' | '['): void {
    this.#at++
    this.#open.push({ mark, line: this.line, depth: this.path.length })
  }

  #leave(): void {
    this.#at++
    this.#open.pop()
  }

  #readValue(depth: number): TreeNode {
    if (depth > maxDepth) this.#fail(`is nested deeper than ${maxDepth}`)
    if (++this.#nodes > maxNodes) this.#fail(`holds more than ${maxNodes} values`)
    const { line } = this
    switch (this.#code()) {
      case openBrace:
        this.#enter('{')
        return this.#readMap({ depth, end: closeBrace })
      case openBracket:
        return this.#readList(depth)
      case doubleQuote:
      case singleQuote:
        return { kind: 'scalar', line, value: this.#readQuoted(true) }
      default:
        return this.#readUnquoted()
    }
  }

  /** `end` is the closing brace, or -1 for a root without braces. */
  #readMap({ depth, end }: { readonly depth: number; readonly end: number }): TreeNode {
    const { line } = this
    const entries = new Map<string, TreeNode>()
    for (;;) {
      this.#skipBlanks()
      if (this.#code() === end) break
      if (end === -1 && this.#at >= this.#text.length) return { kind: 'map', line, entries }
      const key = this.#readKey()
      this.path.push(key)
      if (entries.has(key)) this.#fail('stands twice')
      this.#skipBlanks()
      if (this.#code() !== colon) this.#fail('must be followed by a colon')
      this.#at++
      this.#skipBlanks()
      entries.set(key, this.#readValue(depth + 1))
      this.path.pop()
      this.#skipBlanks()
      if (this.#code() === comma) this.#at++
    }
    this.#leave()
    return { kind: 'map', line, entries }
  }

  #readList(depth: number): TreeNode {
    const { line } = this
    const items: TreeNode[] = []
    this.#enter('[')
    this.#skipBlanks()
    while (this.#code() !== closeBracket) {
      this.path.push(items.length)
      items.push(this.#readValue(depth + 1))
      this.path.pop()
      this.#skipBlanks()
      if (this.#code() === comma) this.#at++
      this.#skipBlanks()
    }
    this.#leave()
    return { kind: 'list', line, items }
  }

  #readKey(): string {
    const first = this.#code()
    if (first === doubleQuote || first === singleQuote) return this.#readQuoted(false)
    const start = this.#at
    for (;;) {
      const code = this.#code()
      if (code === colon || isBlank(code)) break
      if (Number.isNaN(code) || code < space || isPunctuator(code)) this.#fail('a name is expected here')
      this.#at++
    }
    if (this.#at === start) this.#fail('a name is expected before the colon')
    return this.#text.slice(start, this.#at)
  }

  #readQuoted(mayBeMultiline: boolean): string {
    const quote = this.#code()
    const quoteAt = this.#at
    let start = ++this.#at
    let read = ''
    for (;;) {
      const code = this.#code()
      if (code === quote) break
      if (code === backslash) {
        read += this.#text.slice(start, this.#at) + this.#readEscape()
        start = this.#at
        continue
      }
      if (Number.isNaN(code)) throw new SyntaxProblem('ends too early: a text in quotes is not closed')
      if (code < space) this.#fail('a text in quotes must not hold a line break or control character')
      this.#at++
    }
    read += this.#text.slice(start, this.#at++)
    const isMultiline =
      mayBeMultiline && quote === singleQuote && this.#at === quoteAt + 2 && this.#code() === singleQuote
    return isMultiline ? this.#readMultiline(quoteAt) : read
  }

  #readEscape(): string {
    const letter = this.#text.charAt(this.#at + 1)
    if (letter === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail('\\u must be followed by four hexadecimal digits')
      this.#at += 6
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    if (!Object.hasOwn(escapes, letter)) this.#fail('a backslash must be written twice')
    this.#at += 2
    return escapes[letter] ?? ''
  }

  /** Lines lose the indentation of the opening quotes; the last line break belongs to the closing ones. */
  #readMultiline(quoteAt: number): string {
    const indent = quoteAt - this.#lineStart
    const start = this.#at + 1
    const end = this.#text.indexOf("'''", start)
    if (end === -1) throw new SyntaxProblem("ends too early: ''' of this line is not closed")
    const body = this.#text.slice(start, end)
    const [first = '', ...rest] = body.replaceAll('\r', '').split('\n')
    this.#passLines(body, start)
    this.#at = end + 3
    const shifted = rest.map((text) => text.slice(Math.min(indent, text.search(/[^ \t]|$/))))
    const opening = first.replace(/^[ \t]+/, '')
    const lines = opening === '' && rest.length > 0 ? shifted : [opening, ...shifted]
    return lines.join('\n').replace(/\n$/, '')
  }

  /** True, false, null, a number, or else a text that goes on to the end of the line. */
  #readUnquoted(): TreeNode {
    const { line } = this
    const first = this.#code()
    if (Number.isNaN(first) || isPunctuator(first)) this.#fail('a value is expected here')
    const mayBeWord = first === minus || isDigit(first) || first === 0x66 || first === 0x6e || first === 0x74
    const start = this.#at
    for (;;) {
      const code = this.#code()
      const isLineEnd = Number.isNaN(code) || code === lineFeed || code === carriageReturn
      if (isLineEnd || (mayBeWord && this.#mayEndWord(code))) {
        const source = this.#text.slice(start, this.#at).trim()
        const value = wordValue(source, first)
        if (value !== undefined) return { kind: 'scalar', line, value, source }
        if (isLineEnd) return { kind: 'scalar', line, value: source }
      }
      this.#at++
    }
  }

  #mayEndWord(code: number): boolean {
    if (code === comma || code === closeBrace || code === closeBracket || code === hash) return true
    if (code !== slash) return false
    const next = this.#text.charCodeAt(this.#at + 1)
    return next === slash || next === asterisk
  }

  #skipBlanks(): void {
    for (;;) {
      const code = this.#code()
      if (code === lineFeed) {
        this.line++
        this.#lineStart = this.#at + 1
      } else if (code === hash || code === slash) {
        if (!this.#skipComment(code)) return
        continue
      } else if (code !== space && code !== tab && code !== carriageReturn) return
      this.#at++
    }
  }

  #skipComment(first: number): boolean {
    const next = this.#text.charCodeAt(this.#at + 1)
    if (first === hash || next === slash) {
      const end = this.#text.indexOf('\n', this.#at)
      this.#at = end === -1 ? this.#text.length : end
      return true
    }
    if (next !== asterisk) return false
    const end = this.#text.indexOf('*/', this.#at + 2)
    const comment = this.#text.slice(this.#at, end === -1 ? this.#text.length : end)
    this.#passLines(comment, this.#at)
    this.#at = end === -1 ? this.#text.length : end + 2
    return true
  }

  /** Counts the lines that end in `passed`, a piece of the text that begins at `start`. */
  #passLines(passed: string, start: number): void {
    const breaks = passed.split('\n').length - 1
    if (breaks === 0) return
    this.line += breaks
    this.#lineStart = start + passed.lastIndexOf('\n') + 1
  }
}

/** Undefined: a text, which goes on. */
function wordValue(word: string, first: number): boolean | null | bigint | number | undefined {
  if (word === 'true') return true
  if (word === 'false') return false
  if (word === 'null') return null
  if ((first === minus || isDigit(first)) && word.length <= 1_000 && numberSyntax.test(word)) {
    return parseNumber(word)
  }
  return undefined
}
