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
 * A later edit waits to be written over it. Who removes the file removes what that edit replaces, and has seen nothing
 * of the edit, which a file that cannot be read may have held back for long: that is no deletion of it.
 */
export const isReplaced = (
  { version }: FileState,
  entry: Pick<ReplicatedEntry, 'kind' | 'version'> | undefined,
): boolean =>
  entry?.kind === 'definition' && version !== undefined && compareVersions(version, entry.version) < 0
