/** The registry's store in MongoDB: one snapshot to read, one transaction to write, fenced by the head's epoch. */
import {
  type AnyBulkWriteOperation,
  type ClientSession,
  type Collection,
  type Db,
  type Document,
  type FindOptions,
  Long,
  type MongoClient,
  MongoError,
  MongoServerError,
} from 'mongodb'
import type { Clock } from '../../common/clock.ts'
import { collections } from '../../common/contract.ts'
import { contentHash } from '../../common/documents/content-hash.ts'
import { documentKey, propertyName } from '../../common/documents/document-key.ts'
import type { HeadDocument, OwnerDocument, PropertyOwnerDocument } from '../../common/documents/pool.ts'
import { StoreFault } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import { readStored } from '../../common/stored-bytes.ts'
import { type StandingHead, standingHead } from './head.ts'
import {
  propertyOwnerPrefix,
  type RegistryBatch,
  type RegistryState,
  type StandingProperty,
} from './registry.ts'
import { type CommitAt, type CommitResult, FencedFault, type RegistryStore } from './store.ts'
import { inTransaction } from './store-transaction.ts'

export interface MongoRegistryStoreOptions {
  /** Made with `useBigInt64: true`, writes with majority. */
  readonly client: MongoClient
  readonly database: string
  readonly clock: Clock
  /** Told when a head that nobody here has written is replaced. */
  readonly log?: Log
  /** Told the id of each session that writes, in hexadecimal, before it does. */
  readonly onSession?: (id: string) => void
}

/** A batch that is not written by then is given up. */
const commitDeadlineMs = 20_000
/** Nothing waits longer for a majority or for an answer. */
const answerMs = 10_000
const majority = { w: 'majority', wtimeoutMS: answerMs } as const
const namespaceExists = 48
const duplicateKey = 11000

export function mongoRegistryStore(options: MongoRegistryStoreOptions): RegistryStore {
  const { client, database, clock, log, onSession } = options
  const db = client.db(database)
  return {
    prepare: () => guarded('prepare the registry', () => prepare(db)),
    claim: async (epoch) => {
      const { isSound } = await guarded('take the registry over', () => claim(db, epoch))
      if (isSound) return
      const doing = 'replace a head that cannot be read'
      const transaction = { client, clock, doing, deadlineMs: commitDeadlineMs, onSession }
      const found = await inTransaction(transaction, (session) => replaceHead(db, session, epoch))
      if (found !== undefined)
        log?.warn({ rev: found.rev, epoch }, 'head that could not be read was replaced')
    },
    load: () => guarded('load the registry', () => load(client, db)),
    commit: async (batch, at) => {
      const transaction = {
        client,
        clock,
        doing: 'write the registry',
        deadlineMs: commitDeadlineMs,
        onSession,
      }
      const rev = await inTransaction(transaction, (session) => write(db, session, { batch, at }))
      return rev === undefined
        ? guarded('read the head', () => refusalOf(db, at))
        : { kind: 'committed', rev }
    },
  }
}

async function guarded<T>(doing: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    if (cause instanceof MongoError) throw new StoreFault(doing, { retryable: true, cause })
    throw cause
  }
}

async function prepare(db: Db): Promise<void> {
  const { services, owners, properties, poolState, poolMembers } = collections
  for (const name of [services, owners, properties, poolState, poolMembers]) {
    await db.createCollection(name, { writeConcern: majority }).catch((thrown: unknown) => {
      if (!(thrown instanceof MongoServerError && thrown.code === namespaceExists)) throw thrown
    })
  }
  await db.collection(owners).createIndex({ pool: 1 })
  await db.collection(properties).createIndex({ name: 1 })
}

function head(db: Db): Collection<HeadDocument> {
  return db.collection<HeadDocument>(collections.poolState)
}

/** Whether the head, if there is one, can be written on. */
async function claim(db: Db, epoch: number): Promise<{ readonly isSound: boolean }> {
  const filter = { _id: 'head', epoch: { $lt: epoch } } as const
  // A transaction of a former leader that is frozen may hold the head for a while.
  const bounds = { writeConcern: majority, maxTimeMS: answerMs }
  await head(db).updateOne(filter, { $set: { epoch } }, bounds)
  const standing = await currentHead(db)
  if (standing !== undefined && standing.epoch > epoch) throw new FencedFault(epoch, standing.epoch)
  return { isSound: standing?.isSound ?? true }
}

/**
 * Puts a sound head in the place of one that is none, with what could be read of it. Undefined: somebody else has done so
 * meanwhile. Whoever writes the head between this read and this write voids the transaction.
 */
async function replaceHead(db: Db, session: ClientSession, epoch: number): Promise<StandingHead | undefined> {
  const standing = await readHead(db, { session })
  if (standing === undefined || standing.isSound || standing.epoch > epoch) return undefined
  const { rev, digest } = standing
  await head(db).replaceOne({ _id: 'head' }, { rev, digest, epoch }, { session })
  return standing
}

function currentHead(db: Db): Promise<StandingHead | undefined> {
  return readHead(db, { readConcern: { level: 'majority' }, maxTimeMS: answerMs })
}

/** Also one that the driver cannot read. */
async function readHead(db: Db, options: FindOptions): Promise<StandingHead | undefined> {
  const heads = db.collection<HeadDocument>(collections.poolState)
  const [found] = await heads.find<Uint8Array>({ _id: 'head' }, { ...options, raw: true }).toArray()
  return found && standingHead(readStored(found))
}

/** Why the head did not take the batch. */
async function refusalOf(db: Db, at: CommitAt): Promise<CommitResult> {
  const standing = await currentHead(db)
  if (standing !== undefined && standing.epoch > at.epoch) throw new FencedFault(at.epoch, standing.epoch)
  return { kind: 'stale' }
}

async function load(client: MongoClient, db: Db): Promise<RegistryState> {
  const session = client.startSession({ snapshot: true })
  try {
    // Said at each read: a client's own read concern would silently win over the session's snapshot.
    const reading = { session, maxTimeMS: answerMs, readConcern: { level: 'snapshot' } } as const
    const all = (name: string) => db.collection(name).find<Document>({}, reading)
    // One by one: a document that the driver cannot read must not take the others with it.
    const foreign = (name: string) =>
      db
        .collection(name)
        .find<Uint8Array>({}, { ...reading, raw: true })
        .map(readStored)
    const standing = await readHead(db, reading)
    const services = new Map<string, string>()
    for await (const document of foreign(collections.services)) {
      services.set(documentKey(document['_id']), contentHash(document))
    }
    const properties = new Map<string, StandingProperty>()
    for await (const document of foreign(collections.properties)) {
      const standing = { name: propertyName(document), hash: contentHash(document) }
      properties.set(documentKey(document['_id']), standing)
    }
    const owners = new Map<string, OwnerDocument>()
    const propertyOwners = new Map<string, PropertyOwnerDocument>()
    for await (const document of all(collections.owners)) {
      if (isPropertyOwner(document)) {
        propertyOwners.set(document._id.slice(propertyOwnerPrefix.length), document)
      } else if (isOwner(document)) owners.set(documentKey(document._id), document)
    }
    const { rev = 0, digest: headDigest } = standing ?? {}
    return { rev, headDigest, services, owners, properties, propertyOwners }
  } finally {
    await session.endSession()
  }
}

function isPropertyOwner(document: Document): document is PropertyOwnerDocument {
  return typeof document['_id'] === 'string' && document['_id'].startsWith(propertyOwnerPrefix)
}

/** An owner as it was written here; what others put beside them owns nothing. */
function isOwner(document: Document): document is OwnerDocument {
  const { _id, pool, namespace, name } = document
  return typeof _id === 'bigint' && [pool, namespace, name].every((field) => typeof field === 'string')
}

/** Writes everything, the head last. Undefined: the head is not what the batch was planned on. */
async function write(
  db: Db,
  session: ClientSession,
  { batch, at }: { readonly batch: RegistryBatch; readonly at: CommitAt },
): Promise<number | undefined> {
  const rev = at.rev + 1
  for (const [name, operations] of operationsOf(batch, rev)) {
    if (operations.length > 0)
      await db.collection<Stored>(name).bulkWrite(operations, { session, ordered: false })
  }
  const filter = { _id: 'head', rev: at.rev, epoch: { $lte: at.epoch } } as const
  const replacement = { rev, digest: at.digest, epoch: at.epoch }
  try {
    // Only the first head is inserted: an upsert that meets another head is a duplicate, and the batch is void.
    const upsert = at.rev === 0
    const result = await head(db).replaceOne(filter, replacement, { session, upsert })
    return result.matchedCount + result.upsertedCount === 1 ? rev : undefined
  } catch (thrown) {
    if (thrown instanceof MongoServerError && thrown.code === duplicateKey) return undefined
    throw thrown
  }
}

/** The driver's types know 64-bit ids as Long only. */
interface Stored extends Document {
  readonly _id: Long | string
}

type Operations = AnyBulkWriteOperation<Stored>[]

function operationsOf(batch: RegistryBatch, rev: number): readonly (readonly [string, Operations])[] {
  const services: Operations = []
  const properties: Operations = []
  const owners: Operations = []
  for (const change of batch.services) {
    if (change.kind === 'delete') {
      services.push(deletion(change.id))
      owners.push(deletion(change.id))
    } else {
      if (change.document !== undefined) services.push(replacement(change.owner._id, change.document))
      owners.push(replacement(change.owner._id, { ...change.owner, rev }))
    }
  }
  for (const change of batch.properties) {
    if (change.kind === 'delete') {
      properties.push(deletion(change.name))
      owners.push(deletion(`${propertyOwnerPrefix}${change.name}`))
    } else {
      const { document, owner } = change
      if (document !== undefined) properties.push(replacement(document._id, { ...document }))
      owners.push(replacement(owner._id, { ...owner, rev }))
    }
  }
  return [
    [collections.services, services],
    [collections.properties, properties],
    [collections.owners, owners],
  ]
}

function deletion(id: bigint | string): AnyBulkWriteOperation<Stored> {
  return { deleteOne: { filter: { _id: stored(id) } } }
}

/** Whole documents, so that change events carry them. */
function replacement(id: bigint | string, document: Document): AnyBulkWriteOperation<Stored> {
  return { replaceOne: { filter: { _id: stored(id) }, replacement: document, upsert: true } }
}

function stored(id: bigint | string): Long | string {
  return typeof id === 'bigint' ? Long.fromBigInt(id) : id
}
