/** What a node has to do to its directory so that it holds what is replicated: pure. */
import { knowsOf } from './concurrent-edits.ts'
import type { FileState } from './directory-state.ts'
import { entryHash, foldersOf, isReplicableFile } from './entry.ts'
import type { Replica } from './replica.ts'
import type { ReplicatedEntry, Version } from './transport.ts'
import { compareVersions } from './version.ts'

/** One step. It is only taken if the directory is as `now` says; else somebody edits, and is asked first. */
export type DirectoryStep = {
  readonly id: string
  /** Of the edit, or the deletion, that is carried out. */
  readonly version: Version
  /** What is there was edited without knowledge of what replaces it: a hidden copy is kept. */
  readonly keepsCopy: boolean
} & (
  | {
      readonly kind: 'write'
      /** The file as it should be found; absent: none. */
      readonly now?: FileState
      readonly text: string
      readonly next: FileState
    }
  | {
      readonly kind: 'remove'
      readonly now: FileState
      /** Files of the same id under other names. Those of the same definition would bring it back, and are hidden. */
      readonly copies: readonly string[]
      /** Those that stand for another definition, and have this id by mistake: they are never hidden. Absent: none. */
      readonly others?: readonly string[]
    }
)

/** Steps from what is known of the directory to what holds. `found`: its files, which nobody may write over. */
export function directorySteps(replica: Replica, found: ReadonlySet<string>): readonly DirectoryStep[] {
  const owners = new Map(Array.from(replica.files, ([id, { file }]) => [file, id]))
  const folders = new Set([...found, ...owners.keys()].flatMap(foldersOf))
  const steps: DirectoryStep[] = []
  for (const [id, entry] of replica.entries) {
    const { version } = entry
    const now = replica.files.get(id)
    if (entry.kind === 'tombstone') {
      const copies = replica.duplicatesOf(id).map(({ file }) => file)
      const others = copies.filter((file) => owners.has(file) && owners.get(file) !== id)
      const step = { kind: 'remove', id, version, copies, ...(others.length > 0 && { others }) } as const
      if (now !== undefined) steps.push({ ...step, ...before(entry, now), now })
      continue
    }
    const isFree = (file: string): boolean => {
      // One name cannot be a file and a folder, not even for the same definition.
      const isBlocked =
        folders.has(file) || foldersOf(file).some((name) => owners.has(name) || found.has(name))
      const owner = owners.get(file)
      return !isBlocked && (owner === undefined ? !found.has(file) : owner === id)
    }
    const file = placeOf(entry, isFree)
    const hash = entryHash(entry)
    if (file === undefined || (now?.hash === hash && now.file === file)) continue
    owners.set(file, id)
    for (const folder of foldersOf(file)) folders.add(folder)
    const next = { file, hash, version }
    steps.push({ kind: 'write', id, version, text: entry.text, next, ...before(entry, now) })
  }
  return steps
}

function before(entry: ReplicatedEntry, now: FileState | undefined) {
  if (now === undefined) return { keepsCopy: false }
  const isKnown =
    now.version !== undefined &&
    (compareVersions(now.version, entry.version) === 0 || knowsOf(entry, now.version))
  return { now, keepsCopy: !isKnown }
}

/** The entry's own file; where that cannot be, since something else is there already, one like it with the id. */
function placeOf(
  { id, file }: Extract<ReplicatedEntry, { kind: 'definition' }>,
  isFree: (file: string) => boolean,
): string | undefined {
  const dot = file.lastIndexOf('.')
  const withId = `${file.slice(0, dot)}-${id}${file.slice(dot)}`
  const names = isReplicableFile(withId) ? [file, withId] : [file]
  return [...names, `${id}${file.slice(dot)}`].find(isFree)
}
