/**
 * Patterns that are no more than literal hosts, an optional port and literal path prefixes, as data: what
 * `servicePattern` writes and the usual forms that people write by hand. Anything else is not a shape, and a
 * shape never matches another URL than its pattern does.
 */

import { type Cursor, take } from './cursor.ts'
import { maxPatternLength } from './java-pattern.ts'

export interface ServiceShape {
  readonly schemes: readonly ('http' | 'https')[]
  readonly hosts: readonly HostShape[]
  /** Literal prefixes of what follows the authority, lower case; [''] when nothing is demanded. */
  readonly paths: readonly string[]
  readonly tail: TailShape
}

export interface HostShape {
  /** `anyLabel`: one label `[a-z0-9-]+` and then `name`, which starts with a dot. */
  readonly kind: 'exact' | 'anyLabel'
  /** Lower case. */
  readonly name: string
  /** Digits that must stand there, none (''), or any (or none) ('*'). */
  readonly port: string
}

/** What may follow a path prefix. */
export interface TailShape {
  /** Nothing. */
  readonly end: boolean
  /** Anything that starts with one of these characters; '*' for any. */
  readonly next: string
}

const schemeForm =
  /(https\?|http\(s\)\?|\((?:\?:)?(?:https\|http|http\|https)\)|https|http):(?:\/\/|\\\/\\\/)/y
const anyLabelForm = /\[a-z0-9-\]\+(?=\\\.)/y
const hostForm = /(?:[A-Za-z0-9_-]|\\[.-])+|\\\[(?:[0-9A-Fa-f:]|\\?\.)+\\\]/y
const anyPortForm = /\((?:\?:)?:(?:\[0-9\]|\\d)\+\)\?/y
const portForm = /:[0-9]+(?![?*+{])/y
const groupForm = /\((?:\?:)?/y
const pathForm = /\/(?:[A-Za-z0-9/_~%!&',;:=@-]|\\[/.~!&',;:=@%_$^*+?()[\]{}|-])*/y
const tailForm = /(\.\*)$|\((?:\?:)?(?:(\/)|\[([/?#;]+)\])\.\*\)\?$/y

/** The shape of a pattern, or undefined when it needs a regular expression. */
export function parseServicePattern(pattern: string): ServiceShape | undefined {
  if (pattern.length > maxPatternLength) return undefined
  const cursor: Cursor = { text: withoutAnchors(pattern), at: 0 }
  const schemes = readSchemes(cursor)
  const hosts = schemes && readHosts(cursor)
  if (schemes === undefined || hosts === undefined) return undefined
  const paths = readPaths(cursor)
  const tail = paths && readTail(cursor)
  if (paths === undefined || tail === undefined) return undefined
  // `https://app\.example\.org.*` matches other hosts as well.
  if (tail.next === '*' && paths.includes('')) return undefined
  return { schemes, hosts, paths, tail }
}

/** Matching is whole-string, so that anchors at both ends say nothing. */
function withoutAnchors(pattern: string): string {
  const start = pattern.startsWith('^') ? 1 : 0
  const end = pattern.endsWith('$') && !pattern.endsWith('\\$') ? pattern.length - 1 : pattern.length
  return pattern.slice(start, end)
}

function readSchemes(cursor: Cursor): ServiceShape['schemes'] | undefined {
  const scheme = take(cursor, schemeForm)?.[1]
  if (scheme === undefined) return undefined
  return scheme === 'https' ? ['https'] : scheme === 'http' ? ['http'] : ['http', 'https']
}

function readHosts(cursor: Cursor): readonly HostShape[] | undefined {
  if (take(cursor, groupForm) === undefined) {
    const host = readHost(cursor)
    return host && [host]
  }
  const hosts: HostShape[] = []
  do {
    const host = readHost(cursor)
    if (host === undefined) return undefined
    hosts.push(host)
  } while (takeCharacter(cursor, '|'))
  if (!takeCharacter(cursor, ')')) return undefined
  const port = readPort(cursor)
  if (port === '') return hosts
  // A port behind the group is every host's; with ports inside as well, it is not a shape.
  return hosts.every((host) => host.port === '') ? hosts.map((host) => ({ ...host, port })) : undefined
}

function readHost(cursor: Cursor): HostShape | undefined {
  const anyLabel = take(cursor, anyLabelForm) !== undefined
  const name = take(cursor, hostForm)?.[0]
  if (name === undefined || (anyLabel && name.startsWith('\\['))) return undefined
  const kind = anyLabel ? 'anyLabel' : 'exact'
  return { kind, name: unescaped(name).toLowerCase(), port: readPort(cursor) }
}

function readPort(cursor: Cursor): string {
  if (take(cursor, anyPortForm) !== undefined) return '*'
  return take(cursor, portForm)?.[0].slice(1) ?? ''
}

function readPaths(cursor: Cursor): readonly string[] | undefined {
  const single = take(cursor, pathForm)?.[0]
  if (single !== undefined) return [unescaped(single).toLowerCase()]
  const start = cursor.at
  if (take(cursor, groupForm) === undefined) return ['']
  const paths = readAlternativePaths(cursor)
  const isClosed = takeCharacter(cursor, ')') && !/[?*+{]/.test(cursor.text[cursor.at] ?? '')
  if (paths !== undefined && isClosed) return paths
  // Not a group of paths; perhaps the tail.
  cursor.at = start
  return ['']
}

/** Undefined when one of them is something else, or empty: `(/portal|)` demands nothing. */
function readAlternativePaths(cursor: Cursor): readonly string[] | undefined {
  const paths: string[] = []
  do {
    const path = take(cursor, pathForm)?.[0]
    if (path === undefined) return undefined
    paths.push(unescaped(path).toLowerCase())
  } while (takeCharacter(cursor, '|'))
  return paths
}

function readTail(cursor: Cursor): TailShape | undefined {
  if (cursor.at === cursor.text.length) return { end: true, next: '' }
  const form = take(cursor, tailForm)
  if (form === undefined) return undefined
  const [, any, slash, set] = form
  return { end: true, next: any === undefined ? (slash ?? set ?? '') : '*' }
}

function takeCharacter(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false
  cursor.at += 1
  return true
}

function unescaped(pattern: string): string {
  return pattern.replace(/\\(.)/g, '$1')
}
