/**
 * Texts that a regular expression takes, made from the expression itself: enough to show what it takes, not all of
 * it. What cannot be read gives none, so every sample has to be tried with the real engine before it is believed.
 */

/** A pattern read into what samples are made of. */
export interface SampledPattern {
  /** Texts with a dot where the pattern has an unescaped single one. */
  readonly samples: readonly string[]
  /** How many unescaped single dots there are. */
  readonly dots: number
  /** The same texts with the nth such dot as another character. */
  withDot(n: number, character: string): readonly string[]
}

const maxSamples = 12
const maxRepeats = 8

/** Undefined for a pattern that this does not read. */
export function samplePattern(pattern: string): SampledPattern | undefined {
  try {
    const reader = new SampleReader(pattern)
    const node = reader.read()
    const dots = reader.dots
    return {
      samples: texts(node, () => '.'),
      dots,
      withDot: (n, character) => texts(node, (dot) => (dot === n ? character : '.')),
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
  | { readonly kind: 'dot'; readonly number: number }
  | { readonly kind: 'all'; readonly of: readonly SampleNode[] }
  | { readonly kind: 'any'; readonly of: readonly SampleNode[] }
  | { readonly kind: 'repeat'; readonly of: SampleNode; readonly counts: readonly number[] }

const text = (value: string): SampleNode => ({ kind: 'text', text: value })

class SampleReader {
  readonly #source: string
  #at = 0
  dots = 0

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
    const firstDot = this.dots
    const atom = this.#atom()
    const counts = this.#counts()
    if (counts === undefined) return atom
    // A dot that is repeated stands for any text.
    if (this.#source.charAt(start) !== '.') return { kind: 'repeat', of: atom, counts }
    this.dots = firstDot
    return { kind: 'repeat', of: text('a'), counts }
  }

  #atom(): SampleNode {
    const character = this.#source.charAt(this.#at)
    if (character === '\\') return this.#escape()
    if (character === '[') return this.#class()
    if (character === '(') return this.#group()
    this.#at += 1
    if (character === '^' || character === '$') return text('')
    if (character === '.') return { kind: 'dot', number: this.dots++ }
    if (/[*+?{]/.test(character)) throw new NotRead()
    return text(character)
  }

  #escape(): SampleNode {
    const name = this.#source.charAt(this.#at + 1)
    if (name === '') throw new NotRead()
    if (name === 'Q') {
      const end = this.#source.indexOf('\\E', this.#at)
      const quoted = this.#source.slice(this.#at + 2, end === -1 ? undefined : end)
      this.#at = end === -1 ? this.#source.length : end + 2
      return text(quoted)
    }
    this.#at += 2
    const known: Readonly<Record<string, string>> = {
      d: '1',
      w: 'a',
      s: ' ',
      D: 'a',
      W: '-',
      S: 'a',
      n: '\n',
      t: '\t',
    }
    if (Object.hasOwn(known, name)) return text(known[name] ?? '')
    if (/[bBAzZG]/.test(name)) return text('')
    if (/[A-Za-z0-9]/.test(name)) throw new NotRead()
    return text(name)
  }

  #class(): SampleNode {
    const found = /\[\^?(?:\\[\s\S]|[^\]\\])+\]/y
    found.lastIndex = this.#at
    const source = found.exec(this.#source)?.[0]
    if (source === undefined || source.slice(1).includes('[')) throw new NotRead()
    this.#at += source.length
    const member = memberOf(source)
    if (member === undefined) throw new NotRead()
    return text(member)
  }

  #group(): SampleNode {
    const open = /\((?:\?(?:(?<look><?[=!])|<[A-Za-z][A-Za-z0-9]*>|[a-z-]*(?<end>[:)])|>))?/y
    open.lastIndex = this.#at
    const found = open.exec(this.#source)
    if (found === null) throw new NotRead()
    this.#at += found[0].length
    if (found.groups?.['end'] === ')') return text('')
    const inner = this.#alternatives()
    if (!this.#takes(')')) throw new NotRead()
    return found.groups?.['look'] === undefined ? inner : text('')
  }

  /** How often the atom before stands there; undefined without a quantifier. */
  #counts(): readonly number[] | undefined {
    const form = /(?:([?*+])|\{(\d{1,3})(?:,\d{0,3})?\})[?+]?/y
    form.lastIndex = this.#at
    const found = form.exec(this.#source)
    if (found === null) return undefined
    this.#at += found[0].length
    if (found[1] === '+') return [1]
    if (found[1] !== undefined) return [0, 1]
    const least = Number(found[2])
    if (least > maxRepeats) throw new NotRead()
    return least === 0 ? [0, 1] : [least]
  }

  #takes(character: string): boolean {
    if (this.#source.charAt(this.#at) !== character) return false
    this.#at += 1
    return true
  }
}

function memberOf(source: string): string | undefined {
  try {
    const form = new RegExp(`^${source}$`, 'i')
    return [...'a1-_/.:?#@=&~'].find((character) => form.test(character))
  } catch {
    return undefined
  }
}

function texts(node: SampleNode, dot: (number: number) => string): readonly string[] {
  switch (node.kind) {
    case 'text':
      return [node.text]
    case 'dot':
      return [dot(node.number)]
    case 'any':
      return [...new Set(node.of.flatMap((one) => texts(one, dot)))].slice(0, maxSamples)
    case 'repeat':
      return node.counts.flatMap((count) => texts(node.of, dot).map((one) => one.repeat(count)))
    case 'all':
      return node.of.reduce<readonly string[]>((before, one) => combined(before, texts(one, dot)), [''])
  }
}

/** Every text with every ending, or as many different ones as are kept. */
function combined(before: readonly string[], endings: readonly string[]): readonly string[] {
  const all = endings.flatMap((ending) => before.map((start) => start + ending))
  if (all.length <= maxSamples) return all
  return Array.from({ length: maxSamples }, (_, i) => {
    return `${before[i % before.length]}${endings[i % endings.length]}`
  })
}
