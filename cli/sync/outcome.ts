/** How a run ended: for people, for exit statuses, for metrics. Pure. */
import { printable } from '../printable.ts'
import { type Changes, changesText, countOf } from './rsync-output.ts'

export type SyncOutcome =
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
  | { readonly kind: 'faulty'; readonly findings: readonly string[] }
  /** It could be done, and should not. */
  | { readonly kind: 'refused'; readonly reason: string }
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
  // As a shell says it of a process that SIGTERM ended.
  stopped: 143,
} as const satisfies Readonly<Record<SyncOutcome['kind'], number>>

/** What is printed about it: lines without control characters. */
export function outcomeText(outcome: SyncOutcome): string {
  switch (outcome.kind) {
    case 'synced':
      return countOf(outcome.changes) === 0
        ? `up to date: ${outcome.files} files`
        : `${changesText(outcome.changes)}, of ${outcome.files} files (${outcome.bytes} bytes)`
    case 'previewed':
      return [...linesOf(outcome.changes), `would be: ${changesText(outcome.changes)}`].join('\n')
    case 'faulty': {
      const { findings } = outcome
      const count = findings.length === 1 ? 'one error' : `${findings.length} errors`
      return [
        ...findings.map(printable),
        `nothing was sent: ${count} in definitions (--check syntax or none asks less of them)`,
      ].join('\n')
    }
    case 'refused':
      return `refused: ${printable(outcome.reason)}`
    case 'failed':
      return `failed: ${printable(outcome.reason)}`
    case 'locked':
      return `another run into this destination is under way (${printable(outcome.holder) || 'it says nothing about itself'})`
    case 'stopped':
      return 'stopped before the destination was touched'
  }
}

function linesOf({ created, changed, deleted }: Changes): string[] {
  const lines = [
    ...created.map((name) => `new      ${name}`),
    ...changed.map((name) => `changed  ${name}`),
    ...deleted.map((name) => `deleted  ${name}`),
  ]
  return lines.map(printable)
}
