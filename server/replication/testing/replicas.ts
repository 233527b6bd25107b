/** Replicas, entries and directories for tests. */
import { directorySteps } from '../directory-plan.ts'
import type { FoundDirectory } from '../directory-state.ts'
import { textHash } from '../entry.ts'
import { Replica } from '../replica.ts'
import type { ReplicaEvent } from '../replica-event.ts'
import { parseSaved, savedText } from '../saved-replica.ts'
import type { DefinitionEntry, Tombstone } from '../transport.ts'

export const version = (counter: number, node = 'node-b') => ({ counter: BigInt(counter), node })

export function entry(id: string, counter: number, change: Partial<DefinitionEntry> = {}): DefinitionEntry {
  return {
    kind: 'definition',
    id,
    version: version(counter),
    file: `app-${id}.json`,
    text: `${counter}`,
    ...change,
  }
}

export const tombstone = (id: string, counter: number): Tombstone => ({
  kind: 'tombstone',
  id,
  version: version(counter),
})

/** A directory with these texts, as `app-ID.json`. */
export function directory(
  texts: Readonly<Record<string, string>>,
  change: Partial<FoundDirectory> = {},
): FoundDirectory {
  const definitions = new Map(
    Object.entries(texts).map(([id, text]) => [id, { file: `app-${id}.json`, text, hash: textHash(text) }]),
  )
  return { definitions, duplicates: new Map(), unread: new Set(), ...change }
}

export function aReplica(options: Partial<ConstructorParameters<typeof Replica>[0]> = {}) {
  const events: ReplicaEvent[] = []
  const replica = new Replica({
    node: 'node-a',
    isMaster: false,
    report: (event) => events.push(event),
    ...options,
  })
  return { replica, events, steps: () => directorySteps(replica, new Set()) }
}

/** One that heard everything, and holds the definitions of these files. */
export function aJoined(texts: Readonly<Record<string, string>>) {
  const made = aReplica()
  made.replica.scanned(directory(texts))
  made.replica.mergeWhole([])
  made.replica.published([...made.replica.entries.values()])
  return made
}

/** The same node after a crash: what it had saved, and a directory. */
export function restarted(before: Replica, found: FoundDirectory) {
  const made = aReplica({ saved: parseSaved(savedText(before.saved())) })
  made.replica.scanned(found)
  return made
}
