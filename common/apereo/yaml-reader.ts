/**
 * Reads YAML as Apereo does: classes stand in tags (`!<org.apereo.cas.services.CasRegisteredService>`) or in `@class`
 * as in JSON. Plain words are what Jackson takes them for: true and false, null, whole and other decimal numbers, else
 * text. A key that stands twice is refused, and so is more than one document.
 */
import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml'
import { shortText } from '../documents/short-text.ts'
import {
  maxDepth,
  maxNodes,
  maxTextUnits,
  parseNumber,
  type ReadTree,
  type TreeMap,
  type TreeNode,
  type TreeScalar,
  unreadable,
} from './tree.ts'

const backslash = 'a backslash must be written twice in double quotes, or once in single ones'
/** What to do about reasons of the parser that leave that open. */
const advice: Readonly<Record<string, string>> = {
  'unknown escape sequence': backslash,
  'expected hexadecimal character': backslash,
}

/** Thrown inside this file only. */
class ContentProblem extends Error {}

type Starts = Extract<Event, { readonly tagStart: number }>

/** The tree of a text, or the first thing that makes it unreadable. Never throws, whatever the text holds. */
export function readYaml(text: string): ReadTree {
  if (text.length > maxTextUnits) return unreadable(`is longer than ${maxTextUnits} characters`)
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  let reader: YamlReader | undefined
  try {
    reader = new YamlReader(source, parseEvents(source, { maxDepth }))
    return { kind: 'tree', tree: reader.readDocument() }
  } catch (thrown) {
    if (thrown instanceof YAMLException) {
      return unreadable(advice[thrown.reason] ?? thrown.reason, { line: (thrown.mark?.line ?? 0) + 1 })
    }
    if (reader === undefined || !(thrown instanceof ContentProblem)) throw thrown
    return unreadable(thrown.message, { line: reader.line, path: reader.path.join('.') })
  }
}

interface Anchored {
  readonly node: TreeNode
  readonly nodes: number
}

class YamlReader {
  readonly #source: string
  readonly #events: readonly Event[]
  readonly #anchors = new Map<string, Anchored>()
  readonly #lines: LineCounter
  #at = 0
  #nodes = 0
  line = 1
  readonly path: (string | number)[] = []

  constructor(source: string, events: readonly Event[]) {
    this.#source = source
    this.#events = events
    this.#lines = new LineCounter(source)
  }

  readDocument(): TreeNode {
    const first = this.#events[this.#at++]
    if (first?.type !== EVENT_ID.DOCUMENT) throw new ContentProblem('holds nothing')
    if (first.directives.some(({ kind }) => kind === 'tag')) {
      throw new ContentProblem('%TAG is not read: write tags in full, as !<…>')
    }
    const tree = this.#readNode(undefined)
    if (this.#events.length > this.#at + 1) throw new ContentProblem('holds more than one document')
    return tree
  }

  /** A value of a map stands in the line of its key, which `keyLine` is. */
  #readNode(keyLine: number | undefined): TreeNode {
    const event = this.#events[this.#at++]
    if (++this.#nodes > maxNodes) throw new ContentProblem(`holds more than ${maxNodes} values`)
    if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) {
      throw new ContentProblem('holds nothing')
    }
    if (event.type === EVENT_ID.ALIAS) return this.#readAlias(event)
    const line = keyLine ?? this.#lineOf(event)
    this.line = line
    const before = this.#nodes
    const tag = this.#tagOf(event)
    const node = this.#readContent(event, { line, tag })
    if (event.anchorStart >= 0) {
      const name = this.#source.slice(event.anchorStart, event.anchorEnd)
      this.#anchors.set(name, { node, nodes: this.#nodes - before + 1 })
    }
    return node
  }

  #readContent(
    event: Starts,
    { line, tag }: { readonly line: number; readonly tag: string | undefined },
  ): TreeNode {
    const tagged = tag === undefined ? {} : { tag }
    switch (event.type) {
      case EVENT_ID.MAPPING:
        return this.#checked({ kind: 'map', line, entries: this.#readEntries(), ...tagged })
      case EVENT_ID.SEQUENCE:
        return { kind: 'list', line, items: this.#readItems(), ...tagged }
      case EVENT_ID.SCALAR: {
        const text = getScalarValue(this.#source, event)
        // A class or collection of which everything is commented out; one without fields is written `!<…> {}`.
        if (tag !== undefined && text === '' && !isPlainTag(tag)) {
          return { kind: 'scalar', line, value: null, source: text, tag }
        }
        const isText = tag === 'tag:yaml.org,2002:str' || tag === 'java.lang.String'
        const isWord = event.style === SCALAR_STYLE.PLAIN && !isText
        return isWord ? { ...wordNode(text, line), ...tagged } : { kind: 'scalar', line, value: text }
      }
    }
  }

  /** Jackson takes the class of the tag, other readers that of the field. */
  #checked(map: TreeMap): TreeMap {
    const { tag } = map
    const stated = map.entries.get('@class')
    if (tag === undefined || stated === undefined || tag === 'tag:yaml.org,2002:map') return map
    if (stated.kind === 'scalar' && stated.value === tag) return map
    this.line = stated.line
    throw new ContentProblem(`is tagged as ${shortText(tag, 100)}, and its @class is another one`)
  }

  #readEntries(): Map<string, TreeNode> {
    const entries = new Map<string, TreeNode>()
    while (!this.#readEnd()) {
      const event = this.#events[this.#at]
      if (event?.type !== EVENT_ID.SCALAR) throw new ContentProblem('holds a key that is no text')
      this.#at++
      const key = getScalarValue(this.#source, event)
      this.line = this.#lineOf(event)
      this.path.push(key)
      if (entries.has(key)) throw new ContentProblem('stands twice')
      entries.set(key, this.#readNode(this.line))
      this.path.pop()
    }
    return entries
  }

  #readItems(): TreeNode[] {
    const items: TreeNode[] = []
    while (!this.#readEnd()) {
      this.path.push(items.length)
      items.push(this.#readNode(undefined))
      this.path.pop()
    }
    return items
  }

  #readEnd(): boolean {
    if (this.#events[this.#at]?.type !== EVENT_ID.POP) return false
    this.#at++
    return true
  }

  /** An alias counts as much as what it stands for, so that few of them cannot stand for endlessly much. */
  #readAlias({
    anchorStart,
    anchorEnd,
  }: {
    readonly anchorStart: number
    readonly anchorEnd: number
  }): TreeNode {
    const name = this.#source.slice(anchorStart, anchorEnd)
    this.line = this.#lines.lineAt(anchorStart)
    const anchored = this.#anchors.get(name)
    if (anchored === undefined) throw new ContentProblem('holds an alias of nothing, or of what it stands in')
    this.#nodes += anchored.nodes
    if (this.#nodes > maxNodes) throw new ContentProblem(`holds more than ${maxNodes} values`)
    return anchored.node
  }

  #tagOf({ tagStart, tagEnd }: Starts): string | undefined {
    if (tagStart < 0) return undefined
    const tag = this.#source.slice(tagStart, tagEnd)
    const name = /^!<(.*)>$/s.exec(tag)?.[1] ?? tag.replace(/^!!/, 'tag:yaml.org,2002:').replace(/^!/, '')
    return name.replaceAll(/%[0-9A-Fa-f]{2}/g, (code) =>
      String.fromCharCode(Number.parseInt(code.slice(1), 16)),
    )
  }

  #lineOf(event: Starts): number {
    const start = event.type === EVENT_ID.SCALAR ? event.valueStart : event.start
    const starts = [start, event.tagStart, event.anchorStart].filter((at) => at >= 0)
    return starts.length === 0 ? this.line : this.#lines.lineAt(Math.min(...starts))
  }
}

/** Lines of positions that mostly ascend. Looks at each line once, however many positions it holds. */
class LineCounter {
  readonly #source: string
  #line = 1
  #start = 0
  /** Where the line ends. */
  #end: number

  constructor(source: string) {
    this.#source = source
    this.#end = this.#endFrom(0)
  }

  lineAt(position: number): number {
    if (position < this.#start) {
      this.#line = 1
      this.#start = 0
      this.#end = this.#endFrom(0)
    }
    while (position > this.#end) {
      this.#line++
      this.#start = this.#end + 1
      this.#end = this.#endFrom(this.#start)
    }
    return this.#line
  }

  #endFrom(start: number): number {
    const end = this.#source.indexOf('\n', start)
    return end === -1 ? this.#source.length : end
  }
}

/** Tags of YAML itself and of Java's own values say nothing that the value does not. */
function isPlainTag(tag: string): boolean {
  return tag.startsWith('tag:yaml.org,2002:') || tag.startsWith('java.lang.')
}

const words: Readonly<Record<string, boolean | null>> = {
  '': null,
  '~': null,
  null: null,
  Null: null,
  NULL: null,
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
}

const numberSyntax = /^[-+]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?$/

function wordNode(text: string, line: number): TreeScalar {
  const word = Object.hasOwn(words, text) ? words[text] : undefined
  if (word !== undefined) return { kind: 'scalar', line, value: word, source: text }
  if (text.length > 1_000 || !numberSyntax.test(text)) return { kind: 'scalar', line, value: text }
  return { kind: 'scalar', line, value: parseNumber(text), source: text }
}
