/**
 * What one node knows of the replicated definitions, and what each event makes of it: pure, no files, no network.
 * `entries` is what holds (the greatest version of each id), `files` what the directory had when it was last in step.
 * A file that differs from `files` was edited here; an entry that differs from `files` has yet to be written.
 */
import { ConcurrencyNotice, isSameEdit, isSameText, replacing } from './concurrent-edits.ts'
import { clockAfter, counterAfter, isWithinLeap } from './counter.ts'
import {
  type FileState,
  type FoundDirectory,
  type FoundFile,
  isReplaced,
  isUnread,
} from './directory-state.ts'
import { entryHash, entryProblem, versionProblem } from './entry.ts'
import type { ReplicaEvent } from './replica-event.ts'
import type { SavedEntry, SavedReplica } from './saved-replica.ts'
import type { DefinitionEntry, ReplicatedEntry, Version } from './transport.ts'
import { compareVersions } from './version.ts'

export interface ReplicaOptions {
  /** Member name; `isNodeName`. */
  readonly node: string
  /** The directory is the only source: where it meets entries that it knows nothing of, its files win. */
  readonly isMaster: boolean
  /** As `saved()` gave it before. */
  readonly saved?: SavedReplica | undefined
  readonly report?: (event: ReplicaEvent) => void
}

export class Replica {
  readonly #node: string
  readonly #isMaster: boolean
  readonly #report: (event: ReplicaEvent) => void
  readonly #concurrency: ConcurrencyNotice
  readonly #entries = new Map<string, ReplicatedEntry>()
  readonly #files = new Map<string, FileState>()
  readonly #unpublished = new Set<string>()
  /** Why what the store holds of an id is not taken. */
  #refused = new Map<string, string>()
  #found: FoundDirectory = { definitions: new Map(), duplicates: new Map(), unread: new Set() }
  /** Of all ids: so that an edit is above what was seen of its id even where that is not known any more. */
  #clock: bigint
  /** False while files without a version may be old copies of what others deleted or edited. */
  #hasJoined: boolean
  #toRestore: SavedReplica | undefined
  #revision = 0

  constructor({ node, isMaster, saved, report = () => undefined }: ReplicaOptions) {
    this.#node = node
    this.#isMaster = isMaster
    this.#report = report
    this.#concurrency = new ConcurrencyNotice(report)
    this.#toRestore = saved
    this.#clock = saved?.counter ?? 0n
    this.#hasJoined = saved?.hasJoined ?? false
    if (saved !== undefined) this.#restoreTombstones(saved)
  }

  /** The greatest version of each id. */
  get entries(): ReadonlyMap<string, ReplicatedEntry> {
    return this.#entries
  }

  /** What the directory had when it was last in step, by id. */
  get files(): ReadonlyMap<string, FileState> {
    return this.#files
  }

  /** Grows with every change of what `saved()` gives. */
  get revision(): number {
    return this.#revision
  }

  /** The files that defined ids when they were last looked at: of several, such a one still does. */
  get knownFiles(): ReadonlyMap<string, FileState> {
    return this.#toRestore?.files ?? this.#files
  }

  /** Further files of an id. */
  duplicatesOf(id: string): readonly FoundFile[] {
    return this.#found.duplicates.get(id) ?? []
  }

  /** Ids whose entry the store is not known to hold. */
  get unpublished(): ReadonlySet<string> {
    return this.#unpublished
  }

  /** Ids of entries that the store holds, and that are not taken. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused
  }

  /** Files that are served although nobody has versioned them: until the store was heard for the first time. */
  *unversioned(): Iterable<readonly [string, FoundFile]> {
    for (const [id, { version }] of this.#files) {
      const found = this.#found.definitions.get(id)
      if (version === undefined && found !== undefined && !this.#entries.has(id)) yield [id, found]
    }
  }

  /** Takes what the directory says now; what was edited here becomes entries with new versions. */
  scanned(found: FoundDirectory): void {
    const before = this.#found
    this.#found = found
    if (this.#toRestore !== undefined) this.#restore(this.#toRestore, found)
    const isEmpty = found.definitions.size === 0 && found.unread.size === 0
    if (isEmpty && this.#files.size > 1) this.lost()
    else this.#compare(found, before)
  }

  /** The directory holds nothing any more. What was in it stays known, and may be written again. */
  lost(): void {
    const { size } = this.#toRestore?.files ?? this.#files
    if (size > 0) this.#report({ kind: 'directoryLost', definitions: size })
    if (this.#toRestore !== undefined) this.#toRestore = { ...this.#toRestore, files: new Map() }
    this.#files.clear()
    this.#revision++
  }

  /** Takes what others published, or what this node did: in any order, any number of times. */
  merge(entries: readonly ReplicatedEntry[]): void {
    for (const entry of entries) this.#take(entry, this.#refused)
  }

  /** As `merge`; `entries` is all that the store holds, so that what it lacks is published again. */
  mergeWhole(entries: readonly ReplicatedEntry[]): void {
    const refusedBefore = this.#refused
    this.#refused = new Map()
    for (const entry of entries) this.#take(entry, refusedBefore)
    const sound = entries.filter((entry) => versionProblem(entry) === undefined)
    const held = new Map(sound.map((entry) => [entry.id, entry.version]))
    for (const [id, { version }] of this.#entries) {
      const other = held.get(id)
      if (other === undefined || compareVersions(other, version) < 0) this.#setUnpublished(id)
    }
    if (!this.#hasJoined) this.#join()
  }

  /** The store holds these entries, or greater ones that were merged. */
  published(entries: readonly ReplicatedEntry[]): void {
    for (const { id, version } of entries) {
      const current = this.#entries.get(id)
      if (current !== undefined && compareVersions(current.version, version) === 0) this.#setPublished(id)
    }
  }

  /** The file of an id is as `state` says, by this node's own hand; undefined: it was removed. */
  wrote(id: string, state: FileState | undefined): void {
    if (state === undefined) this.#removeFile(id)
    else this.#setFile(id, state)
  }

  /** What has to outlive the process before entries of it are published or written. */
  saved(): SavedReplica {
    // Until the directory was looked at, what an earlier run knew of it is all that there is.
    if (this.#toRestore !== undefined) return this.#toRestore
    const entries = Array.from(this.#entries, ([id, entry]) => {
      const { kind, version, replaces } = entry
      const text = entry.kind === 'definition' ? { file: entry.file, hash: entryHash(entry) } : {}
      const isUnpublished = this.#unpublished.has(id)
      return [
        id,
        { kind, version, ...(replaces !== undefined && { replaces }), ...text, isUnpublished },
      ] as const
    })
    return {
      node: this.#node,
      counter: this.#clock,
      hasJoined: this.#hasJoined,
      entries: new Map(entries),
      files: new Map(this.#files),
    }
  }

  #restoreTombstones({ entries }: SavedReplica): void {
    for (const [id, { kind, version, replaces, isUnpublished }] of entries) {
      if (kind !== 'tombstone') continue
      this.#setEntry({ kind, id, version, ...(replaces !== undefined && { replaces }) })
      if (isUnpublished) this.#setUnpublished(id)
    }
  }

  /** An entry that was saved is held again if its text is there: its file may have been written or not. */
  #restore({ entries, files }: SavedReplica, found: FoundDirectory): void {
    this.#toRestore = undefined
    const { definitions } = found
    for (const [id, state] of files) {
      const isThere = definitions.has(id) || isUnread(state.file, found)
      // Text of an edit that was not written is not known any more, only that there is one.
      if (isThere || !this.#isReplaced(state, entries.get(id))) this.#setFile(id, state)
    }
    for (const [id, { kind, version, replaces, file, hash, isUnpublished }] of entries) {
      const found = definitions.get(id)
      if (kind === 'tombstone' || file === undefined || found === undefined) continue
      const state = files.get(id)
      const isInPlace = found.file === file || found.file === state?.file
      const base = { kind, id, text: found.text } as const
      if (found.hash === hash && isInPlace) {
        this.#hold({ ...base, version, file, ...(replaces !== undefined && { replaces }) })
        this.#setFile(id, { file: found.file, hash, version })
        if (isUnpublished) this.#setUnpublished(id)
      } else if (state?.version !== undefined && state.hash === found.hash && state.file === found.file) {
        this.#hold({ ...base, version: state.version, file: found.file })
      }
    }
  }

  /** The store may know more by now than what was read back. */
  #hold(entry: DefinitionEntry): void {
    const current = this.#entries.get(entry.id)
    if (current === undefined || compareVersions(current.version, entry.version) < 0) {
      this.#setEntry(entry)
    }
  }

  #compare(found: FoundDirectory, before: FoundDirectory): void {
    for (const id of [...new Set([...this.#files.keys(), ...found.definitions.keys()])].sort()) {
      const file = found.definitions.get(id)
      const known = this.#files.get(id)
      if (file === undefined) {
        if (known === undefined || isUnread(known.file, found)) continue
        this.#removeFile(id)
        if (!isUnread(known.file, before) || !this.#isReplaced(known, this.#entries.get(id)))
          this.#removedHere(id, known)
      } else if (known?.hash !== file.hash || known.file !== file.file) {
        this.#foundHere(id, file, known)
      }
    }
  }

  #removedHere(id: string, { version }: FileState): void {
    if (this.#entries.get(id)?.kind === 'tombstone' || version === undefined) return
    this.#edit({ kind: 'tombstone', id }, version)
  }

  /** Over the files of a master nothing is written. */
  #isReplaced(known: FileState, entry: ReplicatedEntry | SavedEntry | undefined): boolean {
    if (this.#isMaster || entry === undefined) return false
    const hash = 'text' in entry ? { hash: entryHash(entry) } : {}
    return isReplaced(known, { ...entry, ...hash })
  }

  #foundHere(id: string, { file, hash, text }: FoundFile, known: FileState | undefined): void {
    const entry = this.#entries.get(id)
    const isEntry = entry?.kind === 'definition' && entryHash(entry) === hash
    if (isEntry && (known === undefined || entry.file === file)) {
      this.#setFile(id, { file, hash, version: entry.version })
    } else if (!this.#hasJoined && known?.version === undefined) {
      this.#setFile(id, { file, hash })
    } else {
      const edited = this.#edit({ kind: 'definition', id, file, text }, known?.version)
      this.#setFile(id, { file, hash, ...edited })
    }
  }

  /** The first time that this node hears of the others: now its files can be told from old copies. */
  #join(): void {
    this.#hasJoined = true
    this.#revision++
    for (const [id, { version }] of [...this.#files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const found = this.#found.definitions.get(id)
      if (version !== undefined || found === undefined) continue
      const entry = this.#entries.get(id)
      const { file, hash, text } = found
      if (entry?.kind === 'definition' && entryHash(entry) === hash) {
        this.#setFile(id, { file, hash, version: entry.version })
      } else if (entry === undefined || this.#isMaster) {
        const edited = this.#edit({ kind: 'definition', id, file, text }, entry?.version)
        this.#setFile(id, { file, hash, ...edited })
      }
    }
  }

  /** What the edit's version is; none where the one that holds is the last that there can be. */
  #edit(
    change: Omit<DefinitionEntry, 'version'> | { readonly kind: 'tombstone'; readonly id: string },
    madeOn: Version | undefined,
  ): { readonly version?: Version } {
    const before = this.#entries.get(change.id)
    const counter = counterAfter(this.#clock, [before?.version, madeOn])
    if (counter === undefined) {
      const version = before?.version ?? madeOn
      if (version !== undefined) this.#report({ kind: 'lastVersion', id: change.id, version })
      return {}
    }
    const version = { counter, node: this.#node }
    // An edit that nobody has heard of is none to the others: they are told what the first of several was made on.
    const isOnUnheard =
      before !== undefined &&
      madeOn !== undefined &&
      this.#isUnheard(before) &&
      compareVersions(before.version, madeOn) === 0
    const base = isOnUnheard ? before.replaces : madeOn
    const made = replacing({ ...change, version }, base)
    if (before !== undefined) this.#concurrency.compare(made, before)
    // Others would refuse what is far above all that it replaces: then it replaces what it was not made on, too.
    this.#setEntry(isWithinLeap(version, base) ? made : replacing(made, before?.version))
    this.#clock = clockAfter(this.#clock, version)
    this.#setUnpublished(change.id)
    return { version }
  }

  #take(entry: ReplicatedEntry, refusedBefore: ReadonlyMap<string, string>): void {
    const reason = entryProblem(entry)
    if (reason !== undefined) {
      this.#refuse(entry, { reason, isKnown: refusedBefore.get(entry.id) === reason })
      return
    }
    this.#refused.delete(entry.id)
    this.#clock = clockAfter(this.#clock, entry.version)
    const current = this.#entries.get(entry.id)
    const order = current === undefined ? 1 : compareVersions(entry.version, current.version)
    if (order > 0) {
      this.#replace(current === undefined ? entry : this.#overruling(entry, current))
    } else if (current !== undefined) {
      if (order < 0) this.#concurrency.compare(current, entry)
      else this.#heldInStore(entry, current)
    }
  }

  /** Who made `entry` cannot have known an edit of here that the store never held, whatever came in between. */
  #overruling(entry: ReplicatedEntry, current: ReplicatedEntry): ReplicatedEntry {
    const isMadeOnIt = entry.replaces !== undefined && compareVersions(entry.replaces, current.version) === 0
    const isBlind = !isMadeOnIt && this.#isUnheard(current) && isWithinLeap(entry.version, current.replaces)
    const seen = isBlind ? replacing(entry, current.replaces) : entry
    this.#concurrency.compare(seen, current)
    return seen
  }

  /** An edit of this node that the store is not known to hold. */
  #isUnheard({ id, version }: ReplicatedEntry): boolean {
    return version.node === this.#node && this.#unpublished.has(id)
  }

  /** It took the place of what is held here, and the store gives that back when it is published again. */
  #refuse(
    entry: ReplicatedEntry,
    { reason, isKnown }: { readonly reason: string; readonly isKnown: boolean },
  ): void {
    const { id } = entry
    this.#refused.set(id, reason)
    if (!isKnown) this.#report({ kind: 'refusedEntry', id, reason })
    if (versionProblem(entry) !== undefined && this.#entries.has(id)) this.#setUnpublished(id)
  }

  #replace(entry: ReplicatedEntry): void {
    this.#setEntry(entry)
    this.#setPublished(entry.id)
    this.#noticeInStep(entry)
  }

  /** The store holds the version that is held here; should it mean something else, the store's is the one for all. */
  #heldInStore(entry: ReplicatedEntry, current: ReplicatedEntry): void {
    this.#setPublished(entry.id)
    const { id, version } = entry
    if (!isSameText(entry, current)) this.#report({ kind: 'versionGivenTwice', id, version })
    if (!isSameEdit(entry, current)) this.#replace(entry)
  }

  #setEntry(entry: ReplicatedEntry): void {
    this.#entries.set(entry.id, entry)
    this.#revision++
  }

  #setUnpublished(id: string): void {
    if (!this.#unpublished.has(id)) this.#revision++
    this.#unpublished.add(id)
  }

  #setPublished(id: string): void {
    if (this.#unpublished.delete(id)) this.#revision++
  }

  #setFile(id: string, state: FileState): void {
    this.#files.set(id, state)
    this.#revision++
  }

  #removeFile(id: string): void {
    this.#files.delete(id)
    this.#revision++
  }

  /** Another node made the same edit as this one: nothing has to be written. */
  #noticeInStep(entry: ReplicatedEntry): void {
    const known = this.#files.get(entry.id)
    if (known === undefined || entry.kind !== 'definition') return
    if (known.file === entry.file && known.hash === entryHash(entry)) {
      this.#setFile(entry.id, { ...known, version: entry.version })
    }
  }
}
