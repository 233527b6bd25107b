/** A directory's contents as replication sees them: pure. */
import type { FoundDirectory, FoundFile } from '../../replication/directory-state.ts'
import { foldersOf } from '../../replication/entry.ts'
import type { DirectoryContents } from './directory-contents.ts'

/**
 * A file that cannot be read says nothing, not what it said last: that may be older than what was written into it by
 * this node in the meantime, and would look like an edit. Nor does one that has the id of another by mistake say
 * anything of the definition that it keeps, nor `closed`, folders that cannot be listed: what was in
 * them may be known to this node from an earlier run only.
 */
export function foundDirectory(contents: DirectoryContents, closed: Iterable<string> = []): FoundDirectory {
  const unread = new Set(contents.files)
  const keeping = new Set(
    contents.duplicates.filter(({ keeps }) => keeps !== undefined).map(({ file }) => file),
  )
  const refused = new Set([...contents.refused.map(({ file }) => file), ...keeping])
  // What has such an id by mistake does not take the place of a file that cannot be read for a moment.
  const shut = new Set([...refused, ...closed])
  const isShut = (file: string): boolean => [file, ...foldersOf(file)].some((path) => shut.has(path))
  const held = new Set([
    ...[...contents.definitions.values()].filter(({ file }) => refused.has(file)).map(({ id }) => id),
    ...contents.duplicates.filter(({ definedBy }) => isShut(definedBy)).map(({ id }) => id),
  ])
  const definitions = new Map<string, FoundFile>()
  const duplicates = new Map<string, FoundFile[]>()
  const candidates = [
    ...contents.definitions.values(),
    ...contents.duplicates.map(({ definition }) => definition),
  ]
  for (const definition of candidates) {
    const { id, file } = definition
    if (refused.has(file) || held.has(id)) continue
    unread.delete(file)
    if (definitions.has(id)) duplicates.set(id, [...(duplicates.get(id) ?? []), definition])
    else definitions.set(id, definition)
  }
  for (const { id, definition } of contents.duplicates) {
    // Not hidden as a copy, but no more to be taken for the definition of that id.
    if (keeping.has(definition.file) && definitions.has(id))
      duplicates.set(id, [...(duplicates.get(id) ?? []), definition])
  }
  for (const path of shut) unread.add(path)
  return { definitions, duplicates, unread }
}
