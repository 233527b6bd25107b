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

async function publishBulk(
  documents: Collection<ReplicationDocument>,
  entries: readonly ReplicatedEntry[],
): Promise<readonly ReplicatedEntry[] | typeof again> {
  const notKept = await replaceSmaller(documents, entries)
  if (notKept.length === 0) return []
  const ids = notKept.map(({ id }) => id)
  const found = documents.find(
    { _id: { $in: ids } },
    { readConcern: 'majority', maxTimeMS: limits.maxTimeMS },
  )
  const held = new Map((await found.toArray()).map((document) => [document._id, entryOf({ ...document })]))
  const greater: ReplicatedEntry[] = []
  for (const entry of notKept) {
    if (!held.has(entry.id)) return again
    const other = held.get(entry.id)
    if (other === undefined || versionProblem(other) !== undefined) {
      // No node wrote it, and it must not stand in the way. Should it be an entry by now, its nodes publish it again.
      await documents.deleteOne({ _id: entry.id }, limits)
      return again
    }
    const order = compareVersions(other.version, entry.version)
    // Another node inserted a smaller version at the same moment, or a primary answered that no longer is one.
    if (order < 0) return again
    if (order > 0) greater.push(other)
  }
  return greater
}

/** Those entries that met a document with a version that is not smaller, or just came into being. */
async function replaceSmaller(
  documents: Collection<ReplicationDocument>,
  entries: readonly ReplicatedEntry[],
): Promise<readonly ReplicatedEntry[]> {
  const replacements = entries.map((entry) => ({
    replaceOne: { filter: smallerThan(entry), replacement: documentOf(entry), upsert: true },
  }))
  try {
    await documents.bulkWrite(replacements, { ordered: false, writeConcern: limits.writeConcern })
    return []
  } catch (thrown) {
    if (!(thrown instanceof MongoBulkWriteError)) throw thrown
    const errors = [thrown.writeErrors].flat()
    const isCertain = thrown.result.getWriteConcernError() === undefined
    if (!isCertain || errors.length === 0 || errors.some(({ code }) => code !== duplicateKey)) throw thrown
    return errors.flatMap(({ index }) => entries[index] ?? [])
  }
}
