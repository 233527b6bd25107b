/** What replication has to tell people, as lines of the log. */
import type { Log } from '../../../common/log.ts'
import type { DirectoryStep } from '../../replication/directory-plan.ts'
import type { ReplicaEvent } from '../../replication/replica-event.ts'
import type { ReplicatedEntry } from '../../replication/transport.ts'
import { versionText } from '../../replication/version.ts'

const isNoDeletion =
  'all files are gone at once, which is taken for a loss: nothing is deleted, and in mode active they are written again; to delete all definitions, leave one file at first'

/** Names in one line. */
const maxListed = 20

/** Which definitions a line of the log is about, and whose edits they are. */
interface ChangeFacts {
  readonly definitions: number
  /** Files. */
  readonly written?: readonly string[]
  /** Files, or ids where they have none any more. */
  readonly removed?: readonly string[]
  readonly nodes: readonly string[]
}

export const publishedFacts = (entries: readonly ReplicatedEntry[]): ChangeFacts =>
  changeFacts(
    entries.map((entry) =>
      entry.kind === 'definition'
        ? { kind: 'written', name: entry.file, node: entry.version.node }
        : { kind: 'removed', name: entry.id, node: entry.version.node },
    ),
  )

export const writtenFacts = (steps: readonly DirectoryStep[]): ChangeFacts =>
  changeFacts(
    steps.map((step) =>
      step.kind === 'write'
        ? { kind: 'written', name: step.next.file, node: step.version.node }
        : { kind: 'removed', name: step.now.file, node: step.version.node },
    ),
  )

interface Change {
  readonly kind: 'written' | 'removed'
  readonly name: string
  readonly node: string
}

function changeFacts(changes: readonly Change[]): ChangeFacts {
  const names = (kind: Change['kind']) => {
    const all = changes.filter((change) => change.kind === kind).map(({ name }) => name)
    return all.length === 0 ? {} : { [kind]: all.sort().slice(0, maxListed) }
  }
  const nodes = new Set(changes.map(({ node }) => node))
  return {
    definitions: changes.length,
    ...names('written'),
    ...names('removed'),
    nodes: [...nodes].sort().slice(0, maxListed),
  }
}

export function logEvent(log: Log, event: ReplicaEvent): void {
  switch (event.kind) {
    case 'concurrentEdits': {
      const versions = { kept: versionText(event.kept), dropped: versionText(event.dropped) }
      const file = event.file === undefined ? {} : { file: event.file }
      log.warn({ service: event.id, ...file, ...versions }, 'definition was edited on two nodes at once')
      break
    }
    case 'versionGivenTwice': {
      const facts = { service: event.id, version: versionText(event.version) }
      log.error(facts, 'two nodes replicate under one name')
      break
    }
    case 'refusedEntry':
      log.warn({ service: event.id, reason: event.reason }, 'replicated definition was refused')
      break
    case 'lastVersion': {
      const facts = { service: event.id, version: versionText(event.version) }
      log.error(facts, 'definition cannot be edited any more: its version is the last that there can be')
      break
    }
    case 'directoryLost':
      // Who meant to delete them all is to know why they come back.
      log.error(
        { definitions: event.definitions, because: isNoDeletion },
        'directory of definitions was lost',
      )
      break
  }
}
