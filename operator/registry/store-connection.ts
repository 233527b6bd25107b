/** A pool's registry over one connection: batches, and the reports of its servers. */
import type { Clock } from '../../common/clock.ts'
import type { Log } from '../../common/log.ts'
import { openMongoClient } from '../../common/mongo-client.ts'
import { followMembers, type MemberReports } from './store-members.ts'
import { mongoRegistryStore } from './store-mongo.ts'
import { type RegistrySync, registrySync } from './sync.ts'

export interface RegistryConnectionOptions {
  /** Connection string, credentials included: never logged. */
  readonly uri: string
  readonly database: string
  /** `namespace/name` of the CasCluster. */
  readonly pool: string
  /** Lease transitions of this process; asked before each pass. */
  readonly epoch: () => number
  readonly log: Log
  readonly clock: Clock
  /** Called when the reports of the servers changed. */
  readonly onReports: (reports: MemberReports) => void
}

export interface RegistryConnection extends RegistrySync {
  /** What the servers reported last, by member name; undefined before they were read for the first time. */
  members(): MemberReports | undefined
  close(): Promise<void>
}

/** Connects in the background; an address that does not answer is a StoreFault of the first pass. */
export function connectRegistry(options: RegistryConnectionOptions): RegistryConnection {
  const { uri, database, pool, epoch, log, clock } = options
  const { client, close } = openMongoClient({ uri, appName: 'caspool-operator', log })
  let known: MemberReports | undefined
  const onChange = (reports: MemberReports): void => {
    known = reports
    options.onReports(reports)
  }
  const feed = followMembers({ db: client.db(database), log, onChange })
  const { sync } = registrySync({
    store: mongoRegistryStore({ client, database, clock }),
    pool,
    epoch,
    log,
    clock,
  })
  return {
    sync,
    members: () => known,
    close: async () => {
      await feed.stop()
      await close()
    },
  }
}
