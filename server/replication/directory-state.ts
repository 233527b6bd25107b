/** A directory of definitions as a node finds and knows it, and what it means that a file is not there any more: pure. */
import { foldersOf } from './entry.ts'
import type { ReplicatedEntry, Version } from './transport.ts'
import { compareVersions } from './version.ts'

/** A file of the directory as this node knows it. */
export interface FileState {
  readonly file: string
  readonly hash: string
  /** Version whose text it holds. Absent: nobody has given it one yet. */
  readonly version?: Version
}

/** A definition as it was found in the directory. */
export interface FoundFile {
  readonly file: string
  readonly hash: string
  readonly text: string
}

/** What the directory says. */
export interface FoundDirectory {
  /** By id: of several files the one that `Replica.knownFiles` names, so that a copy does not take its place. */
  readonly definitions: ReadonlyMap<string, FoundFile>
  /** Further files that name an id which another one defines. */
  readonly duplicates: ReadonlyMap<string, readonly FoundFile[]>
  /** Files that are there and say nothing that can be read, and folders that cannot be listed. */
  readonly unread: ReadonlySet<string>
}

/** It is there and cannot be read, or is in a folder that cannot be listed. */
export const isUnread = (file: string, { unread }: FoundDirectory): boolean =>
  unread.has(file) || foldersOf(file).some((folder) => unread.has(folder))

/**
 * A later edit waits to be written over it. Who removes a file that could not be read, or while the node was stopped,
 * removes what that edit replaces, and has seen nothing of the edit, which was held back for long: that is no deletion of
 * it. What the file held is asked as well, since its version may be older than its text.
 */
export const isReplaced = ({ version, hash }: FileState, entry: Later | undefined): boolean =>
  entry?.kind === 'definition' &&
  version !== undefined &&
  entry.hash !== hash &&
  compareVersions(version, entry.version) < 0

interface Later {
  readonly kind: ReplicatedEntry['kind']
  readonly version: Version
  readonly hash?: string
}
