/**
 * A text as a tree of maps, lists and scalars with the line of each: what JSON and YAML have in common, before any
 * class of Apereo's gives it a meaning.
 */

export type TreeNode = TreeScalar | TreeList | TreeMap

export interface TreeScalar {
  readonly kind: 'scalar'
  /** 1-based. */
  readonly line: number
  /** Whole numbers are bigint, exactly as written; beyond 64 bits any number that is beyond, too. */
  readonly value: string | boolean | null | bigint | number
  /** How a value that is no text is written. */
  readonly source?: string
  /** Java's class of the value, where the text says it: `java.lang.Long`. */
  readonly tag?: string
}

export interface TreeList {
  readonly kind: 'list'
  readonly line: number
  readonly items: readonly TreeNode[]
  /** Tag of YAML without its mark: `java.util.HashSet`. */
  readonly tag?: string
}

export interface TreeMap {
  readonly kind: 'map'
  readonly line: number
  /** In the order of the text. */
  readonly entries: ReadonlyMap<string, TreeNode>
  /** Tag of YAML without its mark: `org.apereo.cas.services.CasRegisteredService`. */
  readonly tag?: string
}

/** Something in a text that somebody has to know, where it stands. */
export interface TextProblem {
  /** Fields with dots, as `decodeDefinition` names them; empty for the whole. */
  readonly path: string
  /** 1-based. */
  readonly line: number
  readonly message: string
  /** Of a field that is not known: the known one that was probably meant. The message asks for it. */
  readonly meant?: string
}

export type ReadTree =
  | { readonly kind: 'tree'; readonly tree: TreeNode }
  | { readonly kind: 'unreadable'; readonly problem: TextProblem }

export function unreadable(
  message: string,
  { line = 1, path = '' }: { readonly line?: number; readonly path?: string } = {},
): ReadTree {
  return { kind: 'unreadable', problem: { path, line, message } }
}

/** A class of Java's own, which stands before collections and values in texts: `java.util.HashSet`. */
export function isJavaName(value: unknown): value is string {
  return typeof value === 'string' && /^java\.[\w.$]+$/.test(value)
}

/**
 * The items of a plain list, or of one that Java's class stands before: `["java.util.HashSet", ["a"]]`. Where YAML
 * says the class in a tag, all that follows is items (as Jackson takes it).
 */
export function itemsOf({ tag, items }: TreeList): readonly TreeNode[] {
  const [first, second] = items
  const isWrapped =
    tag === undefined &&
    items.length === 2 &&
    first?.kind === 'scalar' &&
    second?.kind === 'list' &&
    isJavaName(first.value)
  return isWrapped ? second.items : items
}

/** Longest text that is read, in UTF-16 units. Apereo's own definitions have some thousand. */
export const maxTextUnits = 1024 * 1024
/** Deepest nesting that is read. Apereo's classes need about ten. */
export const maxDepth = 64
/** Nodes of one text, aliases of YAML counted as often as they are used. */
export const maxNodes = 200_000

/** Whole numbers with more characters than these are beyond 64 bits, whatever they are. */
const maxWholeNumberUnits = 20

/** A number of JSON or YAML as it is written in decimal. */
export function parseNumber(text: string): bigint | number {
  if (!/^[-+]?\d+$/.test(text)) return Number(text)
  if (text.length <= maxWholeNumberUnits) return BigInt(text.startsWith('+') ? text.slice(1) : text)
  return text.startsWith('-') ? -(2n ** 64n) : 2n ** 64n
}
