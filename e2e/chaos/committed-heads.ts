// Every state of the registry that a transaction has committed, by digest: what a server may hold is among them.
import { type ChangeStreamOptions, type MongoClient, MongoError } from 'mongodb'
import { collections } from '../../common/contract.ts'
import { registryDigest } from '../../common/documents/content-hash.ts'
import type { HeadDocument } from '../../common/documents/pool.ts'

export interface CommittedHeads {
  /** In the order of their commits. */
  readonly heads: readonly HeadDocument[]
  /** Whether a registry with this digest was ever committed, or is the empty one that every pool begins with. */
  isCommitted(digest: unknown): boolean
  stop(): Promise<void>
}

const lostHistory = [260, 280, 286]
const nothing = registryDigest({ services: new Map(), properties: new Map() })

/** Follows the heads of a database from now on; neither a drop nor an election ends it. */
export async function recordHeads(mongo: MongoClient, database: string): Promise<CommittedHeads> {
  const heads: HeadDocument[] = []
  const digests = new Set<unknown>([nothing])
  const stopping = new AbortController()
  const { operationTime } = await mongo.db(database).command({ ping: 1 })
  const found = (head: HeadDocument) => {
    heads.push(head)
    digests.add(head.digest)
  }
  const from = { startAtOperationTime: operationTime }
  const running = record(mongo, { database, from, signal: stopping.signal, found })
  return {
    heads,
    isCommitted: (digest) => digests.has(digest),
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

interface Recording {
  readonly database: string
  readonly from: ChangeStreamOptions
  readonly signal: AbortSignal
  readonly found: (head: HeadDocument) => void
}

async function record(mongo: MongoClient, { database, from, signal, found }: Recording): Promise<void> {
  const $match = { 'ns.db': database, 'ns.coll': collections.poolState, 'documentKey._id': 'head' }
  for (let position = from; !signal.aborted; ) {
    const stream = mongo.watch<HeadDocument>([{ $match }], { ...position, maxAwaitTimeMS: 200 })
    try {
      while (!signal.aborted) {
        const event = await stream.tryNext()
        if (event?.operationType === 'insert' || event?.operationType === 'replace') found(event.fullDocument)
        position = { resumeAfter: stream.resumeToken }
      }
    } catch (thrown) {
      if (!(thrown instanceof MongoError) || lostHistory.includes(Number(thrown.code))) throw thrown
    } finally {
      await stream.close()
    }
  }
}
