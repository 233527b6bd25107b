/** What replication has to tell people, as lines of the log. */
import type { Log } from '../../../common/log.ts'
import type { ReplicaEvent } from '../../replication/replica-event.ts'
import { versionText } from '../../replication/version.ts'

const isNoDeletion =
  'all files are gone at once, which is taken for a loss: nothing is deleted, and in mode active they are written again; to delete all definitions, leave one file at first'

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
