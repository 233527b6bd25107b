/** What a node has to tell people about replication. */
import type { ConcurrentEdits } from './concurrent-edits.ts'
import type { Version } from './transport.ts'

export type ReplicaEvent =
  /** Two nodes edited without knowing of each other. */
  | ConcurrentEdits
  | { readonly kind: 'refusedEntry'; readonly id: string; readonly reason: string }
  /** An edit was made here, and `version`, the last one that there can be, holds instead. */
  | { readonly kind: 'lastVersion'; readonly id: string; readonly version: Version }
  /** Two nodes have one name, or this one lost its state. */
  | { readonly kind: 'versionGivenTwice'; readonly id: string; readonly version: Version }
  /** Several definitions were there, and no file is left: taken for a loss, not for deletions. */
  | { readonly kind: 'directoryLost'; readonly definitions: number }
