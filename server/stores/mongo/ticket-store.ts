/**
 * TicketStore on a replica set. Owns the collection `tickets` and the certainty of its answers:
 *
 * - every write is acknowledged by a majority and journaled, or repeated until it is, or a StoreFault;
 * - every repeat recognises what an earlier attempt did (a random claim, or an id that nobody else can have);
 * - "no such ticket", "already used", "not live" are said only after a linearizable read, since a primary that was
 *   replaced while it was stalled answers from the past;
 * - the session is read after the ticket was spent, not earlier than that write in the order of the whole set
 *   (causal session, majority): a logout either is seen here, or sees the spent ticket in its own list.
 */
import type { ClientSession, Db } from 'mongodb'
import type { Clock, Random } from '../../../common/clock.ts'
import { collections } from '../../../common/contract.ts'
import type { Log } from '../../../common/log.ts'
import type { Metrics } from '../../../common/metrics.ts'
import type {
  EndReason,
  ProxyGrantingTicketId,
  ProxyTicketId,
  ServiceTicketId,
} from '../../tickets/ticket.ts'
import { ticketKey } from '../../tickets/ticket-id.ts'
import type {
  ConsumeOutcome,
  FoundProxyGrantingTicket,
  FoundTicket,
  SignIn,
  TicketStore,
} from '../../tickets/ticket-store.ts'
import { type Attempts, again, attempts, limits } from './attempts.ts'
import { type SpentTicketKeeper, spentTicketKeeper } from './spent-ticket-keeper.ts'
import { sessionByKey, type TicketCommands, ticketCommands } from './ticket-commands.ts'
import {
  endedFields,
  type LoginTokenDocument,
  loginTokenDocument,
  type ProxyGrantingTicketDocument,
  proxyGrantingTicketDocument,
  proxyGrantingTicketOf,
  replacedTickets,
  type ServiceTicketDocument,
  type SessionDocument,
  serviceTicketDocument,
  serviceTicketOf,
  sessionDocument,
  sessionOf,
  spentFields,
  spentTicketPurgeAt,
  type TicketDocument,
} from './ticket-documents.ts'

export interface MongoTicketStoreOptions {
  /** Of a client made by `connectMongo`. */
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics?: Metrics
  /** Longest time of one operation with all its attempts. Default 15 s. */
  readonly deadlineMs?: number
}

/** What every operation below works with. */
interface Context {
  readonly db: Db
  readonly clock: Clock
  readonly attempts: Attempts
  readonly commands: TicketCommands
  readonly keeper: SpentTicketKeeper
  newClaim(): string
}

/** The store over one database. Call `ensureIndexes` once before. */
export function mongoTicketStore(options: MongoTicketStoreOptions): TicketStore {
  const { db, clock, random, log, metrics } = options
  const deadline = options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }
  const context: Context = {
    db,
    clock,
    attempts: attempts({ clock, random, metrics, ...deadline }),
    commands: ticketCommands(db),
    keeper: spentTicketKeeper(db, log),
    newClaim: () => random.bytes(16).toString('base64url'),
  }
  return {
    signIn: (signIn) => storeSignIn(context, signIn),
    isLoginTokenSpent: (token) =>
      context.attempts.run('look at a login token', async () => {
        const bounds = { readPreference: 'primary', maxTimeMS: limits.maxTimeMS } as const
        return (await tickets(context).findOne({ _id: ticketKey(token), kind: 'LT' }, bounds)) !== null
      }),
    spendLoginToken: (token, expireAt) => {
      const mark = loginTokenDocument(token, expireAt, context.newClaim())
      return context.attempts.run('spend a login token', async (signal) => {
        const { duplicates } = await context.commands.insert([mark])
        return duplicates.length === 0 ? 'spent' : spentBefore(context, mark, signal)
      })
    },
    findSession: (id) => findSession(context, ticketKey(id)),
    grant: (id, ticket) => storeGrant(context, serviceTicketDocument(id, ticket)),
    grantProxying: (id, ticket) => storeGrant(context, proxyGrantingTicketDocument(id, ticket)),
    findProxyGranting: (id) => findProxyGranting(context, id),
    findTicket: (id) => findTicket(context, id),
    touch: (key, lastUsedAt) =>
      context.attempts.run('touch a session', async () => {
        await sessions(context).updateOne(
          { ...sessionByKey(key), state: 'live' },
          { $max: { lastUsedAt: new Date(lastUsedAt) } },
          limits,
        )
      }),
    consume: (id) => consume(context, id),
    endSession: (key, reason) => endSession(context, key, reason),
  }
}

const tickets = ({ db }: Context) => db.collection<TicketDocument>(collections.tickets)
const sessions = ({ db }: Context) => db.collection<SessionDocument>(collections.tickets)
const proxyGrantingTickets = ({ db }: Context) =>
  db.collection<ProxyGrantingTicketDocument>(collections.tickets)
const serviceTickets = ({ db }: Context) => db.collection<ServiceTicketDocument>(collections.tickets)

function storeSignIn(context: Context, signIn: SignIn): Promise<'signedIn' | 'loginTokenUsed'> {
  const mark = loginTokenDocument(signIn.loginToken, signIn.loginTokenExpireAt, context.newClaim())
  const session = sessionDocument(signIn.session)
  const ticket =
    signIn.ticket && serviceTicketDocument(signIn.ticket.id, { ...signIn.ticket.value, root: session._id })
  const granted: TicketDocument[] = ticket === undefined ? [session] : [session, ticket]

  return context.attempts.run('sign in', async (signal) => {
    const { duplicates } = await context.commands.insert([mark, ...granted])
    if (duplicates.length === 0) return 'signedIn'
    const verdict = await spentBefore(context, mark, signal)
    if (verdict !== 'spent') return verdict
    // An attempt of ours spent the token and its acknowledgement was lost. The rest of its batch may be missing.
    await context.commands.insert(granted, { ordered: false })
    for (const document of granted) {
      if ((await context.commands.readForSure(document._id, signal)) === null) return again
    }
    return 'signedIn'
  })
}

/** A mark for this login token is there: is it ours, from an attempt whose acknowledgement was lost? */
async function spentBefore(
  context: Context,
  mark: LoginTokenDocument,
  signal: AbortSignal,
): Promise<'spent' | 'loginTokenUsed' | typeof again> {
  const stored = await context.commands.readForSure(mark._id, signal)
  if (stored === null) return again
  return stored.kind === 'LT' && stored.claim === mark.claim ? 'spent' : 'loginTokenUsed'
}

function findSession(context: Context, key: string) {
  return context.attempts.run('find a session', async (signal) => {
    const bounds = { readPreference: 'primary', maxTimeMS: limits.maxTimeMS, signal } as const
    const near = await sessions(context).findOne(sessionByKey(key), bounds)
    if (near !== null) return sessionOf(near)
    const sure = await context.commands.readForSure(key, signal)
    return sure?.kind === 'TGT' ? sessionOf(sure) : undefined
  })
}

function storeGrant(
  context: Context,
  ticket: ServiceTicketDocument | ProxyGrantingTicketDocument,
): Promise<void> {
  return context.attempts.run('grant a ticket', async (signal) => {
    const { duplicates } = await context.commands.insert([ticket])
    if (duplicates.length === 0) return
    // Ids have 256 random bits: what is there is ours, once a majority has it.
    return (await context.commands.readForSure(ticket._id, signal)) === null ? again : undefined
  })
}

/**
 * The ticket, then its session. A primary that was replaced unnoticed may still show a session that has ended: no
 * harm, since a proxy ticket is granted by a majority only and validated against the session once more.
 */
function findProxyGranting(
  context: Context,
  id: ProxyGrantingTicketId,
): Promise<FoundProxyGrantingTicket | undefined> {
  const key = ticketKey(id)
  return context.attempts.run('find a proxy-granting ticket', async (signal) => {
    const bounds = { readPreference: 'primary', maxTimeMS: limits.maxTimeMS, signal } as const
    const near = await proxyGrantingTickets(context).findOne({ _id: key, kind: 'PGT' }, bounds)
    const stored = near ?? (await context.commands.readForSure(key, signal))
    if (stored?.kind !== 'PGT') return undefined
    const session = await sessions(context).findOne(sessionByKey(stored.root), bounds)
    return {
      ticket: proxyGrantingTicketOf(stored),
      session: session === null ? undefined : sessionOf(session),
    }
  })
}

/** Asked seldom, so at once in the way that is sure. */
function findTicket(context: Context, id: ServiceTicketId | ProxyTicketId): Promise<FoundTicket | undefined> {
  return context.attempts.run('find a ticket', async (signal) => {
    const stored = await context.commands.readForSure(ticketKey(id), signal)
    if (stored === null || (stored.kind !== 'ST' && stored.kind !== 'PT')) return undefined
    if (stored.state === 'spent') return undefined
    const session = await context.commands.readForSure(stored.root, signal)
    return {
      ticket: serviceTicketOf(stored),
      session: session?.kind === 'TGT' ? sessionOf(session) : undefined,
    }
  })
}

async function consume(context: Context, id: ServiceTicketId | ProxyTicketId): Promise<ConsumeOutcome> {
  const key = ticketKey(id)
  const claim = context.newClaim()
  const fields = spentFields(id, claim, context.clock.now())

  return context.attempts.run('consume a ticket', async (signal) => {
    // Unordered with everything else this process does: a session of its own carries the time of this write.
    await using causal = context.db.client.startSession({ causalConsistency: true })
    const spent = await serviceTickets(context).findOneAndUpdate(
      { _id: key, kind: { $in: ['ST', 'PT'] }, $or: [{ state: 'issued' }, { claim }] },
      { $set: fields },
      { ...limits, returnDocument: 'after', session: causal },
    )
    if (spent === null) return refuseForSure(context, { key, claim }, signal)
    const session = await readSession(context, spent.root, { causal, signal })
    const now = context.clock.now()
    context.keeper.keepUntil(key, spentTicketPurgeAt(session, now))
    const replaced = replacedTickets(spent, now)
    if (replaced !== undefined) context.keeper.keepNoLonger(replaced)
    return {
      kind: 'consumed',
      ticket: serviceTicketOf(spent),
      session: session === null ? undefined : sessionOf(session),
    } as const
  })
}

/** The session, not older than the latest write of `causal`, as a majority has it. */
function readSession(
  context: Context,
  key: string,
  { causal, signal }: { causal: ClientSession; signal: AbortSignal },
): Promise<SessionDocument | null> {
  return sessions(context).findOne(sessionByKey(key), {
    readConcern: 'majority',
    readPreference: 'primary',
    maxTimeMS: limits.maxTimeMS,
    session: causal,
    signal,
  })
}

async function refuseForSure(
  context: Context,
  { key, claim }: { key: string; claim: string },
  signal: AbortSignal,
): Promise<ConsumeOutcome | typeof again> {
  const stored = await context.commands.readForSure(key, signal)
  if (stored === null || (stored.kind !== 'ST' && stored.kind !== 'PT')) return { kind: 'unknown' }
  return stored.state === 'spent' && stored.claim !== claim ? { kind: 'alreadyUsed' } : again
}

function endSession(context: Context, key: string, reason: EndReason): Promise<'ended' | 'notLive'> {
  const endClaim = context.newClaim()
  const fields = endedFields(reason, endClaim, context.clock.now())
  return context.attempts.run('end a session', async (signal) => {
    const { matchedCount } = await sessions(context).updateOne(
      { ...sessionByKey(key), $or: [{ state: 'live' }, { endClaim }] },
      { $set: fields },
      limits,
    )
    if (matchedCount === 1) return 'ended'
    const stored = await context.commands.readForSure(key, signal)
    const isOpen = stored?.kind === 'TGT' && (stored.state === 'live' || stored.endClaim === endClaim)
    return isOpen ? again : 'notLive'
  })
}
