/** Reads the whole registry at one moment, and says which. */
import type { Db, Timestamp } from 'mongodb'
import { collections } from '../../../common/contract.ts'
import type { StoredDocument } from '../../../common/documents/service-definition.ts'
import { readStored } from '../../../common/stored-bytes.ts'
import { headOf } from './registry-events.ts'
import type { Head, LoadedDocuments } from './registry-held.ts'

export interface LoadedRegistry extends LoadedDocuments {
  /** Majority-committed moment of the read: a change stream from here on misses nothing. */
  readonly at: Timestamp
}

const maxTimeMS = 15_000

/** One snapshot over all collections, also of those that are not there yet. Throws the driver's errors. */
export async function loadRegistry(db: Db): Promise<LoadedRegistry> {
  // A read at this time waits until a majority has it: what a lone primary alone knows is never read.
  const { operationTime: at } = await db.command({ ping: 1 })
  const heads = await readAll(db, collections.poolState, at)
  const head = heads.find(({ _id }) => _id === 'head')
  return {
    at,
    head: head && headOf(head),
    services: await readAll(db, collections.services, at),
    properties: await readAll(db, collections.properties, at),
  }
}

/** The head as a majority has it. Throws the driver's errors. */
export async function loadHead(db: Db): Promise<Head | undefined> {
  const head = await db
    .collection<StoredDocument & { _id: string }>(collections.poolState)
    .findOne({ _id: 'head' }, { readConcern: 'majority', maxTimeMS })
  return head === null ? undefined : headOf(head)
}

/** One by one: a document that the driver cannot read must not take the others with it. */
async function readAll(db: Db, collection: string, atClusterTime: Timestamp): Promise<StoredDocument[]> {
  const cursor = db.runCursorCommand(
    { find: collection, readConcern: { level: 'snapshot', atClusterTime }, maxTimeMS },
    { raw: true },
  )
  return (await cursor.toArray()).map((bytes) => readStored(bytes as unknown as Uint8Array))
}
