/** How Apereo's Java classes are described here: fields by their name in texts, with kind, default and stored name. */

/** What a field holds. `any` is Java's Object: text, number, list or map, as it stands. */
export type Kind =
  | { readonly is: 'text' | 'int32' | 'int64' | 'flag' | 'triState' | 'date' | 'any' }
  | { readonly is: 'textOrInt64' }
  | { readonly is: 'oneOf'; readonly names: readonly string[]; readonly inAnyCase?: boolean }
  /** A list or set; `java` is the class that Apereo's texts name. */
  | { readonly is: 'list'; readonly java: string; readonly of: Kind }
  | { readonly is: 'map'; readonly java: string; readonly of: Kind }
  /** An object that says its class. */
  | { readonly is: 'nested' }
  /** An object that can only be of one class, which documents therefore do not name. */
  | { readonly is: 'only'; readonly className: string }

export interface Field {
  readonly kind: Kind
  /** Stored value of an object that nobody has given another one. Absent: nothing is stored. */
  readonly byDefault?: unknown
  /** For nested objects: class of the default, which has its own defaults. */
  readonly defaultClass?: string
  /** Name in documents, if another one. */
  readonly stored?: string
  /** Stands in documents only, and holds what this other field holds. */
  readonly copyOf?: string
}

/** Is null what Java has where nothing is given? Not so for what is an object: many of them have a default in Java only. */
export function mayBeNull({ kind, byDefault }: Field): boolean {
  return (kind.is === 'text' || kind.is === 'date') && byDefault === undefined
}

/** Fields by their names in texts, in the order in which they are written. */
export type FieldsOfClass = Readonly<Record<string, Field>>

const field =
  (is: 'text' | 'int32' | 'int64' | 'flag' | 'triState' | 'date' | 'any' | 'textOrInt64') =>
  (byDefault?: unknown): Field => ({ kind: { is }, ...(byDefault === undefined ? {} : { byDefault }) })

export const text = field('text')
export const int32 = field('int32')
export const int64 = field('int64')
export const flag = field('flag')
export const triState = field('triState')
export const date = field('date')
export const textOrInt64 = field('textOrInt64')

export function oneOf(names: readonly string[], byDefault?: string): Field {
  return { kind: { is: 'oneOf', names }, ...(byDefault === undefined ? {} : { byDefault }) }
}

/** Names that older versions wrote in lower case. They are stored in upper case. */
export function oneOfInAnyCase(names: readonly string[], byDefault: string): Field {
  return { kind: { is: 'oneOf', names, inAnyCase: true }, byDefault }
}

const textKind: Kind = { is: 'text' }

/** Whether an empty one is stored where nothing is given. */
interface Emptiness {
  readonly isStoredEmpty?: boolean
}

function collection(java: string, of: Kind, { isStoredEmpty = true }: Emptiness): Field {
  return { kind: { is: 'list', java, of }, ...(isStoredEmpty ? { byDefault: [] } : {}) }
}

export function list(of: Kind = textKind, emptiness: Emptiness = {}): Field {
  return collection('java.util.ArrayList', of, emptiness)
}

export function set(
  java: 'HashSet' | 'LinkedHashSet' | 'TreeSet' = 'HashSet',
  emptiness: Emptiness = {},
): Field {
  return collection(`java.util.${java}`, textKind, emptiness)
}

export function map(
  of: Kind,
  { java = 'HashMap', isStoredEmpty = true }: Emptiness & { java?: string } = {},
): Field {
  return { kind: { is: 'map', java: `java.util.${java}`, of }, ...(isStoredEmpty ? { byDefault: {} } : {}) }
}

export const texts: Kind = { is: 'list', java: 'java.util.ArrayList', of: textKind }
export const setOfTexts: Kind = { is: 'list', java: 'java.util.HashSet', of: textKind }
export const plainText = textKind
export const object: Kind = { is: 'any' }
export const nestedKind: Kind = { is: 'nested' }

export function nested(defaultClass?: string): Field {
  return { kind: nestedKind, ...(defaultClass === undefined ? {} : { defaultClass }) }
}
