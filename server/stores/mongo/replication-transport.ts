/**
 * ReplicationTransport on a replica set: one document for each id, replaced only by a greater version, and a change
 * stream. Whatever happens to the stream, it is resumed, or everything is read again and the stream begun anew.
 */
import { type Collection, type Db, MongoBulkWriteError } from 'mongodb'
import { type Clock, type Random, systemRandom } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import type { Log } from '../../../common/log.ts'
import { versionProblem } from '../../replication/entry.ts'
import type { ReplicatedEntry, ReplicationTransport } from '../../replication/transport.ts'
import { compareVersions } from '../../replication/version.ts'
import { again, attempts, limits } from './attempts.ts'
import { documentOf, entryOf, type ReplicationDocument, smallerThan } from './replication-documents.ts'
import { ReplicationFollower } from './replication-follower.ts'

export interface MongoReplicationOptions {
  /** Of a client made by `connectMongo`. */
  readonly db: Db
  readonly log: Log
  readonly clock: Clock
  readonly random?: Random
  /** How often everything is read again although nothing is known to be missing. Default 10 min. */
  readonly rereadEveryMs?: number
}

const duplicateKey = 11000
/** Entries of one bulk: with texts of ordinary size well below what one command may hold. */
const bulkSize = 500

export function mongoReplicationTransport(options: MongoReplicationOptions): ReplicationTransport {
  const { db, clock, random = systemRandom } = options
  const documents = db.collection<ReplicationDocument>(collections.serviceReplication)
  const { run } = attempts({ clock, random })
  return {
    async publish(entries) {
      const greater: ReplicatedEntry[] = []
      for (let from = 0; from < entries.length; from += bulkSize) {
        const bulk = entries.slice(from, from + bulkSize)
        greater.push(...(await run('publish definitions', () => publishBulk(documents, bulk))))
      }
      return greater
    },
    follow: (apply) => new ReplicationFollower({ ...options, random, documents, apply }),
    close: async () => undefined,
  }
}

/** In their order, so that those who follow hear them in it: nothing is written while one before it may be missing. */
async function publishBulk(
  documents: Collection<ReplicationDocument>,
  entries: readonly ReplicatedEntry[],
): Promise<readonly ReplicatedEntry[] | typeof again> {
  const greater: ReplicatedEntry[] = []
  for (let rest = entries; rest.length > 0; ) {
    rest = await replaceSmaller(documents, rest)
    if (rest.length === 0) break
    const missing = await withoutHeld(documents, rest, greater)
    if (missing === again) return again
    rest = missing
  }
  return greater
}

/**
 * Of entries whose first could not be written those that are not held yet; those that are held in their place go into
 * `greater`. All are looked up at once: where other nodes publish the same, most are there.
 */
async function withoutHeld(
  documents: Collection<ReplicationDocument>,
  entries: readonly ReplicatedEntry[],
  greater: ReplicatedEntry[],
): Promise<readonly ReplicatedEntry[] | typeof again> {
  const found = documents.find(
    { _id: { $in: entries.map(({ id }) => id) } },
    { readConcern: 'majority', maxTimeMS: limits.maxTimeMS },
  )
  const held = new Map((await found.toArray()).map((document) => [document._id, entryOf({ ...document })]))
  const missing: ReplicatedEntry[] = []
  let hasDeleted = false
  for (const [index, entry] of entries.entries()) {
    const other = held.get(entry.id)
    if (held.has(entry.id) && (other === undefined || versionProblem(other) !== undefined)) {
      // No node wrote it, and it must not stand in the way. Should it be an entry by now, its nodes publish it again.
      await documents.deleteOne({ _id: entry.id }, limits)
      hasDeleted = true
      continue
    }
    const order = other === undefined ? -1 : compareVersions(other.version, entry.version)
    // Another node inserted a smaller version at the same moment, or a primary answered that no longer is one.
    if (order < 0 && index === 0) return again
    if (order < 0) missing.push(entry)
    else if (order > 0 && other !== undefined) greater.push(other)
  }
  return hasDeleted ? again : missing
}

/** Those entries from the first on that met a document with a version that is not smaller, or just came into being. */
async function replaceSmaller(
  documents: Collection<ReplicationDocument>,
  entries: readonly ReplicatedEntry[],
): Promise<readonly ReplicatedEntry[]> {
  const replacements = entries.map((entry) => ({
    replaceOne: { filter: smallerThan(entry), replacement: documentOf(entry), upsert: true },
  }))
  try {
    await documents.bulkWrite(replacements, { ordered: true, writeConcern: limits.writeConcern })
    return []
  } catch (thrown) {
    if (!(thrown instanceof MongoBulkWriteError)) throw thrown
    const [error, ...others] = [thrown.writeErrors].flat()
    const isCertain = thrown.result.getWriteConcernError() === undefined
    if (!isCertain || error?.code !== duplicateKey || others.length > 0) throw thrown
    return entries.slice(error.index)
  }
}
