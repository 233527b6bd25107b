/** A pool's registry over one connection: batches, and the reports of its servers. */
import type { Clock } from '../../common/clock.ts'
import type { Log } from '../../common/log.ts'
import { openMongoClient } from '../../common/mongo-client.ts'
import { followForeignWrites } from './foreign-writes.ts'
import { followMembers, type MemberReports } from './store-members.ts'
import { mongoRegistryStore } from './store-mongo.ts'
import { type RegistrySync, registrySync } from './sync.ts'

export interface RegistryConnectionOptions {
  /** Connection string, credentials included: never logged. */
  readonly uri: string
  /** Shown in MongoDB's own logs. Default: caspool-operator. */
  readonly appName?: string
  readonly database: string
  /** `namespace/name` of the CasCluster. */
  readonly pool: string
  /** Lease transitions of this process; asked before each pass. */
  readonly epoch: () => number
  readonly log: Log
  readonly clock: Clock
  /** Called when the reports of the servers changed. */
  readonly onReports: (reports: MemberReports) => void
  /** Called when somebody else has written the registry: it wants a pass. */
  readonly onForeignWrites: () => void
}

export interface RegistryConnection extends RegistrySync {
  /** What the servers reported last, by member name; undefined before they were read for the first time. */
  members(): MemberReports | undefined
  close(): Promise<void>
}

/** Connects in the background; an address that does not answer is a StoreFault of the first pass. */
export function connectRegistry(options: RegistryConnectionOptions): RegistryConnection {
  const { uri, appName = 'caspool-operator', database, pool, epoch, log, clock } = options
  const { client, close } = openMongoClient({ uri, appName, log })
  let known: MemberReports | undefined
  const onChange = (reports: MemberReports): void => {
    known = reports
    options.onReports(reports)
  }
  const feed = followMembers({ db: client.db(database), log, onChange })
  const sessions = new Set<string>()
  const store = mongoRegistryStore({ client, database, clock, log, onSession: (id) => sessions.add(id) })
  const registry = registrySync({ store, pool, epoch, log, clock })
  const writes = followForeignWrites({
    db: client.db(database),
    isOwn: (session) => sessions.has(session),
    log,
    onForeign: () => {
      registry.forget()
      options.onForeignWrites()
    },
  })
  return {
    sync: async (wanted) => {
      // What is written after the first load must not go unnoticed.
      await writes.started
      return registry.sync(wanted)
    },
    forget: registry.forget,
    members: () => known,
    close: async () => {
      await Promise.all([feed.stop(), writes.stop()])
      await close()
    },
  }
}
