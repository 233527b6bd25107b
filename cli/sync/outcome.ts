/** How a run ended: for people, for exit statuses, for metrics. Pure. */
import { printable } from '../printable.ts'
import { bothChanges, type Changes, changesText, countOf, noChanges } from './rsync-output.ts'
import type { Check } from './settings.ts'
import { type Twins, twinsText } from './twins.ts'

/** How a run ended; `finished`: what it did before, which an earlier run had begun. */
export type SyncOutcome = Ending & { readonly finished?: Done }

export interface Done {
  readonly changes: Changes
  readonly bytes: number
}

type Ending =
  /** The destination holds what the source held; `changes` may be empty. */
  | {
      readonly kind: 'synced'
      readonly changes: Changes
      readonly files: number
      readonly bytes: number
    }
  /** A dry run: what would change. */
  | { readonly kind: 'previewed'; readonly changes: Changes; readonly files: number }
  /** Each line names a file, a line in it, and what is wrong. */
  | { readonly kind: 'faulty'; readonly findings: readonly string[]; readonly check: Check }
  /** It could be done, and should not. `deleted`: what a dry run tells of what would go. */
  | { readonly kind: 'refused'; readonly reason: string; readonly deleted?: readonly string[] }
  /** Files that stay would keep old definitions in force. */
  | { readonly kind: 'twofold'; readonly twins: readonly Twins[] }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'locked'; readonly holder: string }
  | { readonly kind: 'stopped' }

/** Exit statuses; 2 is what was typed wrong. */
export const exitStatuses = {
  synced: 0,
  previewed: 0,
  faulty: 1,
  failed: 3,
  locked: 4,
  refused: 5,
  twofold: 5,
  // As a shell says it of a process that SIGTERM ended.
  stopped: 143,
} as const satisfies Readonly<Record<SyncOutcome['kind'], number>>

/** All that a run did to the destination. */
export function doneBy(outcome: SyncOutcome): Done {
  const { finished = nothing } = outcome
  const own = outcome.kind === 'synced' ? outcome : nothing
  return { changes: bothChanges(finished.changes, own.changes), bytes: finished.bytes + own.bytes }
}

const nothing: Done = { changes: noChanges, bytes: 0 }

/** What is printed about it: lines without control characters. */
export function outcomeText(outcome: SyncOutcome): string {
  switch (outcome.kind) {
    case 'synced': {
      const { changes, bytes } = doneBy(outcome)
      return countOf(changes) === 0
        ? `up to date: ${outcome.files} files`
        : `${changesText(changes)}, of ${outcome.files} files (${bytes} bytes)`
    }
    case 'previewed':
      return [...linesOf(outcome.changes), `would be: ${changesText(outcome.changes)}`].join('\n')
    case 'faulty': {
      const { findings } = outcome
      const count = findings.length === 1 ? 'one error' : `${findings.length} errors`
      return [
        ...findings.map(printable),
        `nothing was sent: ${count} in definitions (${lessText(outcome.check)})`,
      ].join('\n')
    }
    case 'refused':
      return [...deletedLines(outcome.deleted ?? []), `refused: ${printable(outcome.reason)}`].join('\n')
    case 'twofold': {
      const { twins } = outcome
      const ids = twins.length === 1 ? 'one id' : `${twins.length} ids`
      return [
        ...twins.map(twinsText).map(printable),
        `refused: DST would hold ${ids} twice, and servers may go on with the old definition: delete the file that stays, or let --delete delete all that is not in SRC and behind no link (--check none lets it stay)`,
      ].join('\n')
    }
    case 'failed':
      return `failed: ${printable(outcome.reason)}`
    case 'locked':
      return `another run into this destination is under way (${printable(outcome.holder) || 'it says nothing about itself'})`
    case 'stopped':
      return 'stopped before the destination was touched'
  }
}

const lessText = (check: Check): string =>
  check === 'full' ? '--check syntax or none asks less of them' : '--check none asks nothing of them'

/** So many names are enough to see what it is about. */
const maxDeleted = 20

function deletedLines(deleted: readonly string[]): string[] {
  const lines = linesOf({ ...noChanges, deleted: deleted.slice(0, maxDeleted) })
  const more = deleted.length - maxDeleted
  return more > 0 ? [...lines, `and ${more} others would be deleted`] : lines
}

function linesOf({ created, changed, deleted }: Changes): string[] {
  const lines = [
    ...created.map((name) => `new      ${name}`),
    ...changed.map((name) => `changed  ${name}`),
    ...deleted.map((name) => `deleted  ${name}`),
  ]
  return lines.map(printable)
}
