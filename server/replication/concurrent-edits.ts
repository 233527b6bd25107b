/** Edits of one definition that did not know of each other: pure. */
import type { ReplicatedEntry, Version } from './transport.ts'
import { compareVersions } from './version.ts'

/** `kept` is the greater, `dropped` the other one's. */
export interface ConcurrentEdits {
  readonly kind: 'concurrentEdits'
  readonly id: string
  /** File that was edited. Absent: one edit was a deletion, and so was the other. */
  readonly file?: string
  readonly kept: Version
  readonly dropped: Version
}

/**
 * Whether an edit was made with knowledge of a smaller version. What it replaces may have been made on that in turn;
 * then its counter is greater, and not only its node's name.
 */
export function knowsOf({ version, replaces }: ReplicatedEntry, smaller: Version): boolean {
  if (version.node === smaller.node) return true
  if (replaces === undefined) return false
  return replaces.counter > smaller.counter || compareVersions(replaces, smaller) === 0
}

/** As an edit is seen by those who know what it was really made on. */
export function replacing(entry: ReplicatedEntry, replaces: Version | undefined): ReplicatedEntry {
  const { replaces: _said, ...rest } = entry
  return replaces === undefined ? rest : { ...rest, replaces }
}

/** Finds them, and tells of each edit that is dropped once: entries come any number of times. */
export class ConcurrencyNotice {
  readonly #report: (edits: ConcurrentEdits) => void
  /** By id: what was dropped last. */
  readonly #told = new Map<string, Version>()

  constructor(report: (edits: ConcurrentEdits) => void) {
    this.#report = report
  }

  /** The version of `dropped` is smaller. */
  compare(kept: ReplicatedEntry, dropped: ReplicatedEntry): void {
    const { id, version } = dropped
    if (knowsOf(kept, version) || isSameEdit(kept, dropped)) return
    const told = this.#told.get(id)
    if (told !== undefined && compareVersions(told, version) === 0) return
    this.#told.set(id, version)
    const edited = [dropped, kept].find((entry) => entry.kind === 'definition')
    const file = edited && { file: edited.file }
    this.#report({ kind: 'concurrentEdits', id, ...file, kept: kept.version, dropped: version })
  }
}

export function isSameText(one: ReplicatedEntry, other: ReplicatedEntry): boolean {
  if (one.kind === 'tombstone' || other.kind === 'tombstone') return one.kind === other.kind
  return one.text === other.text
}

export function isSameEdit(one: ReplicatedEntry, other: ReplicatedEntry): boolean {
  const isSameFile = one.kind === 'tombstone' || other.kind === 'tombstone' || one.file === other.file
  return isSameFile && isSameText(one, other)
}
