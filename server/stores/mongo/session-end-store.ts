/** SessionEndStore on a replica set: which live sessions are to be looked at, by an index that a use does not touch. */
import { type Collection, type Db, MongoServerError } from 'mongodb'
import type { Clock, Random } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import type { SessionEndStore } from '../../slo/session-end-store.ts'
import { attempts, limits } from './attempts.ts'
import type { SweepDocument } from './outbox-documents.ts'
import { sessionByKey } from './ticket-commands.ts'
import { endedFields, type SessionDocument, sessionOf } from './ticket-documents.ts'

const duplicateKey = 11000

export function mongoSessionEndStore(options: {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
}): SessionEndStore {
  const { db, clock, random } = options
  const { run } = attempts({ clock, random })
  const sessions = db.collection<SessionDocument>(collections.tickets)
  const sweeps = db.collection<SweepDocument>(collections.logoutOutbox)
  const reads = { readPreference: 'primary', readConcern: 'majority', maxTimeMS: limits.maxTimeMS } as const

  return {
    claimSweep: (periodMs) => run('claim a sweep', () => claimSweep(sweeps, clock.now(), periodMs)),

    sweepCandidates: (limit) =>
      run('look for expired sessions', async () => {
        const due = { state: 'live', sweepAt: { $lte: new Date(clock.now()) } } as const
        const found = await sessions.find(due, reads).sort({ sweepAt: 1 }).limit(limit).toArray()
        const keys = found.flatMap(({ successor }) => successor ?? [])
        const successors =
          keys.length === 0 ? [] : await sessions.find({ _id: { $in: keys } }, reads).toArray()
        const byKey = new Map(successors.map((document) => [document._id, sessionOf(document)]))
        return found.map((document) => ({
          session: sessionOf(document),
          successor: document.successor === undefined ? undefined : (byKey.get(document.successor) ?? 'gone'),
        }))
      }),

    expire: (session) => {
      const endClaim = random.bytes(16).toString('base64url')
      const fields = endedFields('expired', endClaim, clock.now())
      return run('end an expired session', async () => {
        const unused = { state: 'live', lastUsedAt: new Date(session.lastUsedAt) } as const
        const { matchedCount } = await sessions.updateOne(
          { ...sessionByKey(session.key), $or: [unused, { endClaim }] },
          { $set: fields },
          limits,
        )
        return matchedCount === 1 ? 'ended' : 'changed'
      })
    },

    lookAgain: (key, at) =>
      run('look at a session again later', async () => {
        const update = { $set: { sweepAt: new Date(at) } }
        await sessions.updateOne({ ...sessionByKey(key), state: 'live' }, update, limits)
      }),

    succeed: (key, successor) =>
      run('continue a session', async () => {
        await sessions.updateOne({ ...sessionByKey(key), state: 'live' }, { $set: { successor } }, limits)
      }),
  }
}

/** The upsert finds no document that is due, and fails on the one that is not: then another server was first. */
async function claimSweep(
  sweeps: Collection<SweepDocument>,
  now: number,
  periodMs: number,
): Promise<boolean> {
  try {
    await sweeps.updateOne(
      { _id: 'sweep', nextAt: { $lte: new Date(now) } },
      { $set: { nextAt: new Date(now + periodMs) } },
      { ...limits, upsert: true },
    )
    return true
  } catch (thrown) {
    if (thrown instanceof MongoServerError && thrown.code === duplicateKey) return false
    throw thrown
  }
}
