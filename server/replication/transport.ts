/**
 * PORT between nodes that replicate service definitions: one entry for each id, of which the greatest version is kept.
 * What is replicated is the text of a file: nothing that somebody wrote into it is lost on the way, and what a node
 * wrote is never taken for an edit of its own.
 */

/** A Lamport counter, then the node's name: a total order in which an edit is greater than every one of its id that it knew of. */
export interface Version {
  /** Greater than that of every version of the id that the node had seen; from 1, less than 2^62. */
  readonly counter: bigint
  /** Member name of the node that made the edit: printable ASCII without blanks. */
  readonly node: string
}

interface EntryBase {
  /** Decimal text of the definition's 64-bit id. */
  readonly id: string
  readonly version: Version
  /** What the edit was made on. Absent: its node knew nothing of this id. */
  readonly replaces?: Version
}

export interface DefinitionEntry extends EntryBase {
  readonly kind: 'definition'
  /** Path of the file inside the directory, with slashes; `isReplicableFile` tells whether it may be written. */
  readonly file: string
  /** The whole file: Apereo's JSON or YAML, at most `maxTextBytes` as UTF-8. */
  readonly text: string
}

/** The definition was deleted. Kept for ever: it is what a node that was away learns the deletion from. */
export interface Tombstone extends EntryBase {
  readonly kind: 'tombstone'
}

export type ReplicatedEntry = DefinitionEntry | Tombstone

/** Beyond it a definition is not replicated. */
export const maxTextBytes = 1_048_576

/** `isWhole`: these are all entries that the store holds; else some of them, at least those that changed. */
export type ApplyEntries = (entries: readonly ReplicatedEntry[], how: { readonly isWhole: boolean }) => void

export interface ReplicationTransport {
  /**
   * Keeps each entry unless the store holds a version of its id that is greater or equal: atomic for each entry, over
   * all nodes, and idempotent. Resolves, once the store would not lose them with one of its members, with those that
   * are held instead of a given one because their version is greater. Throws StoreFault when it is not known what was
   * kept; all of it may be published again. Ids stand once in `entries`, and are kept in this order: none while one
   * before it is not held. What is held and is none that a node makes (`versionProblem`) is replaced, however great its
   * version.
   */
  publish(entries: readonly ReplicatedEntry[]): Promise<readonly ReplicatedEntry[]>
  /**
   * Calls `apply` with everything held (also when that is nothing), then with every change: at least once, own ones
   * included, perhaps only the newest of several of one id. Whoever is given an entry has been given, at the latest in
   * the same call, all that its node published before it, or greater versions of that; there is no order between what
   * several nodes publish, nor in one call. After any gap (a lost connection, lost history, an
   * emptied store) it calls `apply` with everything again: what is missing there is not deleted, only not known.
   * Keeps trying while the store is away. `apply` must not throw.
   */
  follow(apply: ApplyEntries): ReplicationFeed
  /** Ends connections of its own. */
  close(): Promise<void>
}

export interface ReplicationFeed {
  /** True when everything held was applied and changes are heard; false within 10 s of losing the store. */
  readonly isCurrent: boolean
  /** `apply` is not called any more, as soon as this was called. */
  stop(): Promise<void>
}
