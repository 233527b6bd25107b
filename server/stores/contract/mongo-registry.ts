/** Writes batches as the operator does: one transaction that ends in the head. For tests on MongoDB. */
import type { ClientSession, Db, MongoClient } from 'mongodb'
import { collections } from '../../../common/contract.ts'
import { contentHash, registryDigest } from '../../../common/documents/content-hash.ts'
import type { Batch } from './registry-samples.ts'

/** A document of any of the collections. */
export type ById = { _id: bigint | string; [field: string]: unknown }

export async function commitBatch(client: MongoClient, db: Db, batch: Batch): Promise<void> {
  await client.withSession((session) =>
    session.withTransaction(async () => {
      const services = db.collection<ById>(collections.services)
      for (const _id of batch.remove ?? []) await services.deleteOne({ _id }, { session })
      for (const document of batch.put ?? []) {
        const { _id, ...rest } = document as ById
        await services.replaceOne({ _id }, rest, { session, upsert: true })
      }
      for (const [name, value] of Object.entries(batch.properties ?? {})) {
        const properties = db.collection<ById>(collections.properties)
        await properties.replaceOne({ _id: name }, { name, value }, { session, upsert: true })
      }
      await writeHead(db, session)
    }),
  )
}

async function writeHead(db: Db, session: ClientSession): Promise<void> {
  const heads = db.collection<ById>(collections.poolState)
  const head = await heads.findOne({ _id: 'head' }, { session })
  const rev = Number(head?.['rev'] ?? 0) + 1
  const digest = registryDigest({
    services: await hashes(db, collections.services, session),
    properties: await hashes(db, collections.properties, session),
  })
  await heads.replaceOne({ _id: 'head' }, { rev, digest, epoch: 1 }, { session, upsert: true })
}

async function hashes(db: Db, name: string, session: ClientSession): Promise<Map<string, string>> {
  const documents = await db.collection<ById>(name).find({}, { session }).toArray()
  return new Map(documents.map((document) => [String(document._id), contentHash(document)]))
}
