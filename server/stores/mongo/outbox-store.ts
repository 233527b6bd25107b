/**
 * OutboxStore on a replica set: the collection `logout-outbox`, and of `tickets` the fields by which an ended session
 * is the root of its messages. Leases are conditional updates that write a random claim; times are the primary's, as
 * estimated by the caller's clock.
 */
import type { ClientSession, Db } from 'mongodb'
import type { Clock, Random } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import type { AddressedMessage } from '../../slo/message.ts'
import { type Delivery, type EndedSession, leaseMs, type OutboxStore } from '../../slo/outbox-store.ts'
import { type Attempts, attempts, limits } from './attempts.ts'
import {
  deliveryOf,
  leaseFields,
  type MessageDocument,
  messageFields,
  settledFields,
  spentTicketOf,
} from './outbox-documents.ts'
import { type ServiceTicketDocument, type SessionDocument, sessionOf } from './ticket-documents.ts'

export interface MongoOutboxOptions {
  /** Of a client made by `connectMongo`. */
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
}

interface Context {
  readonly db: Db
  readonly clock: Clock
  readonly attempts: Attempts
  newClaim(): string
}

const reads = { readPreference: 'primary', maxTimeMS: limits.maxTimeMS } as const

/** The store over one database. Call `ensureIndexes` once before. */
export function mongoOutboxStore({ db, clock, random }: MongoOutboxOptions): OutboxStore {
  const context: Context = {
    db,
    clock,
    attempts: attempts({ clock, random }),
    newClaim: () => random.bytes(16).toString('base64url'),
  }
  const run = context.attempts.run
  return {
    endedSessions: (limit) =>
      run('look for ended sessions', async () => {
        const due = sessions(context).find({ fanOutAt: { $lte: new Date(clock.now()) } }, reads)
        const found = await due
          .sort({ fanOutAt: 1 })
          .limit(limit)
          .project<{ _id: string }>({ _id: 1 })
          .toArray()
        return found.map(({ _id }) => _id)
      }),
    leaseEnded: (key) => leaseEnded(context, key),
    post: (ended, addressed) => post(context, ended, addressed),
    leaseDue: (wanted) => leaseDue(context, wanted),
    settle: (delivery, settlement) =>
      run('settle a logout message', async () => {
        await messages(context).updateOne(heldBy(delivery), settledFields(settlement), limits)
      }),
    release: (deliveries) =>
      run('release logout messages', async () => {
        if (deliveries.length === 0) return
        const update = { $set: { dueAt: new Date(clock.now()) }, $unset: { claim: '' } } as const
        await messages(context).updateMany({ $or: deliveries.map(heldBy) }, update, limits)
      }),
    countPending: (most) =>
      run('count logout messages', () =>
        messages(context).countDocuments(
          { dueAt: { $exists: true } },
          { ...reads, hint: 'due', limit: most },
        ),
      ),
  }
}

const sessions = ({ db }: Context) => db.collection<SessionDocument>(collections.tickets)
const messages = ({ db }: Context) => db.collection<MessageDocument>(collections.logoutOutbox)
const heldBy = ({ id, claim }: Delivery) => ({ _id: id, claim })

function leaseEnded(context: Context, key: string): Promise<EndedSession | undefined> {
  const claim = context.newClaim()
  return context.attempts.run('lease an ended session', async (signal) => {
    const now = context.clock.now()
    // The session carries the time of the lease, which is later than the end: what is read next is not older.
    await using causal = context.db.client.startSession({ causalConsistency: true })
    const leased = await sessions(context).findOneAndUpdate(
      {
        _id: key,
        kind: 'TGT',
        state: 'ended',
        fanOutAt: { $exists: true },
        $or: [
          { fanOutClaim: { $exists: false } },
          { fanOutClaim: claim },
          { fanOutAt: { $lte: new Date(now) } },
        ],
      },
      { $set: { fanOutClaim: claim, fanOutAt: new Date(now + leaseMs) } },
      { ...limits, returnDocument: 'after', session: causal },
    )
    return leased === null ? undefined : await readEnded(context, leased, { claim, causal, signal })
  })
}

async function readEnded(
  context: Context,
  document: SessionDocument,
  { claim, causal, signal }: { claim: string; causal: ClientSession; signal: AbortSignal },
): Promise<EndedSession> {
  const bounds = { ...reads, readConcern: 'majority', session: causal, signal } as const
  const spent = context.db
    .collection<ServiceTicketDocument>(collections.tickets)
    .find({ root: document._id, state: 'spent', id: { $exists: true } }, bounds)
  const tickets = (await spent.toArray()).map(spentTicketOf)
  const continued = sessions(context).find({ successor: document._id, state: 'live' }, bounds)
  const predecessors = await continued.project<{ _id: string }>({ _id: 1 }).toArray()
  return {
    key: document._id,
    claim,
    principal: sessionOf(document).principal,
    reason: document.endReason ?? 'administrator',
    endedAt: document.endedAt?.getTime() ?? 0,
    tickets,
    predecessors: predecessors.map(({ _id }) => _id),
  }
}

function post(
  context: Context,
  ended: EndedSession,
  addressed: readonly AddressedMessage[],
): Promise<readonly Delivery[]> {
  const lease = { claim: context.newClaim(), now: context.clock.now() }
  return context.attempts.run('post logout messages', async (signal) => {
    if (addressed.length > 0) {
      const upserts = addressed.map((message) => ({
        updateOne: {
          filter: { _id: message.id },
          update: { $setOnInsert: messageFields(ended.key, message, lease) },
          upsert: true,
        },
      }))
      await messages(context).bulkWrite(upserts, { ordered: false, ...limits })
    }
    // Only now: a server that dies before this line leaves the session to be planned again.
    await sessions(context).updateOne(
      { _id: ended.key, fanOutClaim: ended.claim },
      { $unset: { fanOutAt: '', fanOutClaim: '' } },
      limits,
    )
    return leasedBy(context, { ids: addressed.map(({ id }) => id), claim: lease.claim }, signal)
  })
}

function leaseDue(
  context: Context,
  { limit, exceptHosts }: { readonly limit: number; readonly exceptHosts: readonly string[] },
): Promise<readonly Delivery[]> {
  const claim = context.newClaim()
  return context.attempts.run('lease logout messages', async (signal) => {
    const now = context.clock.now()
    const due = { dueAt: { $lte: new Date(now) }, host: { $nin: exceptHosts } }
    const found = messages(context)
      .find(due, { ...reads, signal })
      .sort({ dueAt: 1 })
      .limit(limit)
    const ids = (await found.project<{ _id: string }>({ _id: 1 }).toArray()).map(({ _id }) => _id)
    if (ids.length === 0) return []
    await messages(context).updateMany(
      { _id: { $in: ids }, ...due },
      { $set: leaseFields({ claim, now }) },
      limits,
    )
    return leasedBy(context, { ids, claim }, signal)
  })
}

async function leasedBy(
  context: Context,
  { ids, claim }: { readonly ids: readonly string[]; readonly claim: string },
  signal: AbortSignal,
): Promise<readonly Delivery[]> {
  if (ids.length === 0) return []
  const leased = messages(context).find(
    { _id: { $in: ids }, claim },
    { ...reads, readConcern: 'majority', signal },
  )
  return (await leased.sort({ _id: 1 }).toArray()).map(deliveryOf)
}
