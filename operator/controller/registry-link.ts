/** PORT: a pool's registry as the controllers use it; `registry/store-connection.ts` is the one over MongoDB. */
import type { MemberDocument } from '../../common/documents/pool.ts'
import type { RegistrySync } from '../registry/sync.ts'

/** How to reach a pool's database. */
export interface RegistryAccess {
  /** Connection string, credentials included: never logged. */
  readonly uri: string
  readonly database: string
}

export interface RegistryLink extends RegistrySync {
  /** What the servers reported last, by member name; undefined before they were read for the first time. */
  members(): ReadonlyMap<string, MemberDocument> | undefined
  close(): Promise<void>
}
