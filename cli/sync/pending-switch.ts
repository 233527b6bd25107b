/**
 * The note about a switch that has begun: what it does, what the directory holds that it copies from, and which files it
 * deletes. A run that finishes the switch of another deletes what is not in that directory, so it has to be the one that
 * was meant; and only what the guard of that other run has seen. Pure.
 */
import { hash } from 'node:crypto'
import { isObject } from '../../operator/api/schema.ts'

/** What a directory holds: enough to tell it from one that was emptied, or that others have written into. */
export interface Held {
  readonly files: number
  /** Over paths and sizes. */
  readonly hash: string
}

export interface PendingSwitch {
  readonly deletes: boolean
  readonly all: boolean
  readonly stage: Held
  /** Files that it was to delete, as rsync names them. */
  readonly deleted: readonly string[]
}

/** Reads lines of `SIZE|NAME`; all others, and directories, count for nothing. */
export function heldIn(lines: readonly string[]): Held {
  const files = lines.filter((line) => /^\d+\|.*[^/]$/.test(line)).toSorted()
  return { files: files.length, hash: hash('sha256', files.join('\n'), 'hex') }
}

export const isSame = (one: Held, other: Held): boolean =>
  one.files === other.files && one.hash === other.hash

export const pendingText = (pending: PendingSwitch): string => `${JSON.stringify(pending)}\n`

/** Undefined: nobody can tell what was under way. */
export function readPending(text: string): PendingSwitch | undefined {
  const value = parsed(text)
  if (!isObject(value)) return undefined
  const { deletes, all, stage, deleted } = value
  if (typeof deletes !== 'boolean' || typeof all !== 'boolean' || !isObject(stage)) return undefined
  const { files, hash: sum } = stage
  if (typeof files !== 'number' || typeof sum !== 'string') return undefined
  if (!Array.isArray(deleted) || !deleted.every((name) => typeof name === 'string')) return undefined
  return { deletes, all, stage: { files, hash: sum }, deleted }
}

/** So many names are enough to see what it is about. */
const maxNames = 20

/**
 * Why a switch is not finished that would delete these now. `maxDeletes`: what the run says that is to finish it, for
 * what was named has passed the guard once.
 */
export function deletesProblem(
  { deleted: named }: PendingSwitch,
  deleted: readonly string[],
  maxDeletes: number | undefined,
): string | undefined {
  const others = deleted.filter((name) => !named.includes(name) || isBlurred(name))
  if (others.length > 0)
    return `it would delete ${filesText(others.length)} that it was not about to delete then (${namesText(others)})`
  if (maxDeletes !== undefined && deleted.length > maxDeletes)
    return `it would delete ${filesText(deleted.length)}, --max-delete is ${maxDeletes}`
  return undefined
}

/** What a dry run says of it. */
export function unfinishedText(pending: PendingSwitch | undefined): string {
  const deleted = pending?.deleted ?? []
  const what = deleted.length === 0 ? '' : `, deleting ${filesText(deleted.length)} (${namesText(deleted)})`
  return `a run has begun to change DST and has not finished: unless it still runs, the next one that is no dry run finishes it first, if it still can${what}`
}

/** A name that is not UTF-8 cannot be told from others. */
const isBlurred = (name: string): boolean => name.includes('\ufffd')

const filesText = (count: number): string => (count === 1 ? 'one file' : `${count} files`)

function namesText(names: readonly string[]): string {
  const more = names.length > maxNames ? [`and ${names.length - maxNames} others`] : []
  return [...names.slice(0, maxNames), ...more].join(', ')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
