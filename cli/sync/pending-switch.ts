/**
 * The note about a switch that has begun: what it does, and what the directory holds that it copies from. A run that
 * finishes the switch of another deletes what is not in that directory, so it has to be the one that was meant. Pure.
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
  const { deletes, all, stage } = value
  if (typeof deletes !== 'boolean' || typeof all !== 'boolean' || !isObject(stage)) return undefined
  const { files, hash: sum } = stage
  if (typeof files !== 'number' || typeof sum !== 'string') return undefined
  return { deletes, all, stage: { files, hash: sum } }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
