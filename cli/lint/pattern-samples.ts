/**
 * Texts that a regular expression takes, made from the expression itself: enough to show what it takes, not all of
 * it. What cannot be read gives none, so every sample has to be tried with the real engine before it is believed.
 */

import { compilePattern } from '../../common/documents/java-pattern.ts'

/** A place of a pattern where more than one text can stand. */
export interface Hole {
  /** `dot`: an unescaped dot that is not repeated; `set`: one character out of several. */
  readonly kind: 'dot' | 'set' | 'repeat'
  /** Of the place itself, as a pattern. */
  readonly source: string
  /** How often the place stands there at least. */
  readonly least: number
  /** Where `source` begins in the pattern. */
  readonly at: number
}

/** A pattern read into what samples are made of. */
export interface SampledPattern {
  readonly samples: readonly string[]
  readonly holes: readonly Hole[]
  /** Texts with something of one's own in some holes, by their index; whether the pattern takes it is not asked. */
  filled(fillings: ReadonlyMap<number, string>): readonly string[]
}

const maxSamples = 12
/** In characters: twice of what servers take for a URL. */
const maxLength = 4096

/** Undefined for a pattern that this does not read. */
export function samplePattern(pattern: string): SampledPattern | undefined {
  try {
    const reader = new SampleReader(pattern)
    const node = reader.read()
    return {
      samples: texts(node, new Map()),
      holes: reader.holes,
      filled: (fillings) => texts(node, fillings),
    }
  } catch (thrown) {
    if (thrown instanceof NotRead) return undefined
    throw thrown
  }
}

/** Never leaves this file. */
class NotRead extends Error {}

type SampleNode =
  | { readonly kind: 'text'; readonly text: string }
  /** A hole; `text`: what stands there by default. */
  | { readonly kind: 'one'; readonly hole: number; readonly text: string }
  | { readonly kind: 'all'; readonly of: readonly SampleNode[] }
  | { readonly kind: 'any'; readonly of: readonly SampleNode[] }
  /** A hole, and what is in it may have holes as well. */
  | {
      readonly kind: 'repeat'
      readonly hole: number
      readonly of: SampleNode
      readonly counts: readonly number[]
    }

const text = (value: string): SampleNode => ({ kind: 'text', text: value })

const codeForm = /\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\})/y
const setForm = /\\(?:[dwsDWS]|[pP](?:\{[^}]*\}|[A-Z]))/y
const classForm = /\[\^?(?:\\[\s\S]|[^\]\\])+\]/y

class SampleReader {
  readonly #source: string
  #at = 0
  readonly holes: Hole[] = []

  constructor(source: string) {
    this.#source = source
  }

  read(): SampleNode {
    const node = this.#alternatives()
    if (this.#at < this.#source.length) throw new NotRead()
    return node
  }

  #alternatives(): SampleNode {
    const of: SampleNode[] = []
    do of.push(this.#sequence())
    while (this.#takes('|'))
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'any', of }
  }

  #sequence(): SampleNode {
    const of: SampleNode[] = []
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source.charAt(this.#at))) {
      of.push(this.#quantified())
    }
    return { kind: 'all', of }
  }

  #quantified(): SampleNode {
    const start = this.#at
    const hole = this.holes.length
    const atom = this.#atom()
    const counts = this.#counts()
    if (counts === undefined) return atom
    const repeated = {
      kind: 'repeat',
      source: this.#source.slice(start, this.#at),
      least: counts.least,
      at: start,
    } as const
    if (atom.kind === 'one') {
      // A dot that is repeated stands for any text.
      const isDot = this.holes[hole]?.kind === 'dot'
      this.holes[hole] = repeated
      return { kind: 'repeat', hole, of: text(isDot ? 'a' : atom.text), counts: counts.tried }
    }
    this.holes.push(repeated)
    return { kind: 'repeat', hole: this.holes.length - 1, of: atom, counts: counts.tried }
  }

  #atom(): SampleNode {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0)
    if (character === '\\') return this.#escape()
    if (character === '[') return this.#set(this.#take(classForm)?.[0])
    if (character === '(') return this.#group()
    this.#at += character.length
    if (character === '^' || character === '$') return text('')
    if (character === '.') return this.#one({ kind: 'dot', source: '.', least: 1, at: this.#at - 1 }, '.')
    if (/[*+?{]/.test(character)) throw new NotRead()
    return text(character)
  }

  #one(hole: Hole, value: string): SampleNode {
    this.holes.push(hole)
    return { kind: 'one', hole: this.holes.length - 1, text: value }
  }

  #escape(): SampleNode {
    const name = this.#source.charAt(this.#at + 1)
    if (name === '') throw new NotRead()
    if (name === 'Q') {
      const end = this.#source.indexOf('\\E', this.#at)
      const quoted = this.#source.slice(this.#at + 2, end === -1 ? undefined : end)
      this.#at = end === -1 ? this.#source.length : end + 2
      return this.#quoted(quoted)
    }
    const code = this.#take(codeForm)
    if (code !== undefined) {
      const codePoint = Number.parseInt(code.slice(1).find((digits) => digits !== undefined) ?? '', 16)
      if (codePoint > 0x10ffff) throw new NotRead()
      return text(String.fromCodePoint(codePoint))
    }
    const set = this.#take(setForm)
    if (set !== undefined) return this.#set(set[0])
    this.#at += 2
    const controls: Readonly<Record<string, string>> = {
      n: '\n',
      t: '\t',
      f: '\f',
      r: '\r',
      a: '\x07',
      e: '\x1b',
    }
    if (Object.hasOwn(controls, name)) return text(controls[name] ?? '')
    if (/[AzZ]/.test(name)) return text('')
    if (/[A-Za-z0-9]/.test(name)) throw new NotRead()
    return text(name)
  }

  /** A quantifier behind a quote repeats its last character only. */
  #quoted(quoted: string): SampleNode {
    if (/[?*+{]/.test(this.#source.charAt(this.#at)) && quoted.length > 1) throw new NotRead()
    return text(quoted)
  }

  #set(source: string | undefined): SampleNode {
    const member = source === undefined ? undefined : memberOf(source)
    if (source === undefined || member === undefined) throw new NotRead()
    return this.#one({ kind: 'set', source, least: 1, at: this.#at - source.length }, member)
  }

  #group(): SampleNode {
    const open = /\((?:\?(?:(?<look><?[=!])|<[A-Za-z][A-Za-z0-9]*>|[a-z-]*(?<end>[:)])|>))?/y
    open.lastIndex = this.#at
    const found = open.exec(this.#source)
    if (found === null) throw new NotRead()
    this.#at += found[0].length
    if (found.groups?.['end'] === ')') return text('')
    const holes = this.holes.length
    const inner = this.#alternatives()
    if (!this.#takes(')')) throw new NotRead()
    if (found.groups?.['look'] === undefined) return inner
    this.holes.length = holes
    return text('')
  }

  /** How often the atom before stands there; undefined without a quantifier. */
  #counts(): { readonly least: number; readonly tried: readonly number[] } | undefined {
    const found = this.#take(/(?:([?*+])|\{(\d{1,4})(?:,\d{0,4})?\})[?+]?/y)
    if (found === undefined) return undefined
    const least = found[1] === undefined ? Number(found[2]) : found[1] === '+' ? 1 : 0
    return { least, tried: least === 0 ? [0, 1] : [least] }
  }

  #takes(character: string): boolean {
    if (this.#source.charAt(this.#at) !== character) return false
    this.#at += 1
    return true
  }

  #take(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.#at
    const found = form.exec(this.#source)
    if (found === null) return undefined
    this.#at += found[0].length
    return found
  }
}

const printableAscii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i))
/** What URLs are made of comes first. */
const members = [...'a1-_/.:?#@=&~', ...printableAscii, ...'éßλж中😀\u00a0\t\n\u2028']

function memberOf(source: string): string | undefined {
  const compiled = compilePattern(source, { caseInsensitive: true })
  if (compiled.kind === 'refused') return undefined
  return members.find((character) => compiled.pattern.matches(character))
}

function texts(node: SampleNode, fillings: ReadonlyMap<number, string>): readonly string[] {
  switch (node.kind) {
    case 'text':
      return [node.text]
    case 'one':
      return [fillings.get(node.hole) ?? node.text]
    case 'any': {
      const wanted = node.of.filter((one) => holds(one, fillings))
      return distinct((wanted.length === 0 ? node.of : wanted).flatMap((one) => texts(one, fillings)))
    }
    case 'repeat': {
      const filling = fillings.get(node.hole)
      if (filling !== undefined) return [filling]
      const of = texts(node.of, fillings)
      const counts = holds(node.of, fillings) ? [Math.max(...node.counts)] : node.counts
      return distinct(
        counts.flatMap((count) =>
          of.filter((one) => one.length * count <= maxLength).map((one) => one.repeat(count)),
        ),
      )
    }
    case 'all':
      return node.of.reduce<readonly string[]>((before, one) => combined(before, texts(one, fillings)), [''])
  }
}

const distinct = (all: readonly string[]): readonly string[] => [...new Set(all)].slice(0, maxSamples)

/** Whether one of the holes is in there. */
function holds(node: SampleNode, fillings: ReadonlyMap<number, string>): boolean {
  if (fillings.size === 0 || node.kind === 'text') return false
  if (node.kind === 'all' || node.kind === 'any') return node.of.some((one) => holds(one, fillings))
  return fillings.has(node.hole) || (node.kind === 'repeat' && holds(node.of, fillings))
}

/** Every text with every ending, or as many different ones as are kept. */
function combined(before: readonly string[], endings: readonly string[]): readonly string[] {
  const all = endings.flatMap((ending) => before.map((start) => start + ending))
  const kept =
    all.length <= maxSamples
      ? all
      : Array.from(
          { length: maxSamples },
          (_, i) => `${before[i % before.length]}${endings[i % endings.length]}`,
        )
  return kept.filter((one) => one.length <= maxLength)
}
