import { mkdir, rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { silentLog } from '../../common/log.ts'
import { until } from '../../tools/system/ports.ts'
import { type Member, type ReplicaSet, startReplicaSet } from '../../tools/testing/replica-set.ts'
import { Connections, type Session } from './connections.ts'
import type { ObservedSet } from './facts.ts'
import { type Plan, planNextStep, type Step } from './plan.ts'
import { type ReplicaSetAdmin, replicaSetAdmin } from './replica-set.ts'

const users = {
  operatorUser: { username: 'caspool-operator', password: 'operator-secret' },
  serverUser: { username: 'caspool-server', password: 'server-secret' },
}
const hostOf = ({ host, port }: Member) => `${host}:${port}`
const named = (members: readonly Member[]) =>
  members.map((member, ordinal) => ({ name: `mongodb-${ordinal}`, host: hostOf(member) }))

let set: ReplicaSet
const admins: ReplicaSetAdmin[] = []

function adminOf(members: readonly Member[], overrides: Partial<typeof users> = {}): ReplicaSetAdmin {
  const admin = replicaSetAdmin({
    members: named(members),
    setName: set.name,
    keyfile: `${set.keyFileContent}\n`,
    ...users,
    ...overrides,
    database: 'cas',
    log: silentLog,
  })
  admins.push(admin)
  return admin
}

type Passage = { readonly plan: Plan; readonly observed: ObservedSet; readonly steps: readonly Step[] }

/** Observes, plans and executes until the plan is of this kind. */
async function bring(
  admin: ReplicaSetAdmin,
  members: readonly Member[],
  { to = 'settled', recorded = false }: { to?: Plan['kind']; recorded?: boolean } = {},
): Promise<Passage> {
  const steps: Step[] = []
  let last: unknown
  const reached = async (): Promise<Passage | false> => {
    const observed = await admin.observe()
    const plan = planNextStep(observed, { setName: set.name, members: named(members), recorded })
    if (plan.kind === to) return { plan, observed, steps }
    last = plan
    if (plan.kind === 'step') {
      steps.push(plan.step)
      last = await admin.execute(plan.step)
    }
    return false
  }
  return until(`a plan that is ${to}`, reached, { withinMs: 45_000 }).catch((error) => {
    throw new Error(`${error.message}; last: ${JSON.stringify(last)}; steps: ${JSON.stringify(steps)}`)
  })
}

function clientOf(user: { username: string; password: string }, members: readonly Member[]): MongoClient {
  return new MongoClient(
    `mongodb://${members.map(hostOf).join(',')}/?replicaSet=${set.name}&authSource=admin`,
    {
      auth: user,
      serverSelectionTimeoutMS: 10_000,
    },
  )
}

async function asSystem<T>(host: string, use: (session: Session) => Promise<T>): Promise<T> {
  return new Connections(users.operatorUser, `${set.keyFileContent}`).asSystem(host, use)
}

async function makePrimary(member: Member): Promise<void> {
  await asSystem(hostOf(member), (session) => session.command({ replSetStepUp: 1 }, 20_000))
  await until('the new primary', () =>
    asSystem(hostOf(member), async (session) => {
      const { isWritablePrimary } = await session.command({ hello: 1 })
      return isWritablePrimary === true
    }),
  )
}

const kinds = (steps: readonly Step[]) =>
  steps.map((step) => (step.kind === 'reconfigure' ? step.change.kind : step.kind))

beforeAll(async () => {
  set = await startReplicaSet({ members: 5, auth: true, initiate: false })
}, 60_000)
afterAll(async () => {
  await Promise.all(admins.map((admin) => admin.close()))
  await set?.stop()
}, 60_000)

describe('a replica set of real members', () => {
  it('is brought from bare members to a settled set with both users', async () => {
    const three = set.members.slice(0, 3)
    const { plan, steps, observed } = await bring(adminOf(three), three)
    expect(kinds(steps)).toEqual(['initiate', 'ensureUser', 'ensureUser'])
    expect(plan).toEqual({ kind: 'settled', primary: hostOf(three[0]!) })
    expect(observed.users).toEqual({ operator: 'works', server: 'works' })
    expect(observed.view?.config.settings).toMatchObject({
      electionTimeoutMillis: 4000,
      heartbeatTimeoutSecs: 2,
    })
  }, 60_000)

  it('lets the servers read, write and watch their database, and do nothing beyond it', async () => {
    const client = await clientOf(users.serverUser, set.members.slice(0, 3)).connect()
    try {
      const notes = client.db('cas').collection<{ _id: number }>('notes')
      await notes.createIndex({ at: 1 }, { expireAfterSeconds: 60 })
      const changes = client.db('cas').watch()
      const next = changes.next()
      await until('an event', async () => {
        await notes.updateOne(
          { _id: 1 },
          { $inc: { seen: 1 } },
          { upsert: true, writeConcern: { w: 'majority' } },
        )
        return Promise.race([next, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))])
      })
      await changes.close()
      expect(await notes.findOne({ _id: 1 }, { readConcern: 'linearizable', maxTimeMS: 5000 })).not.toBeNull()
      await client.withSession((session) =>
        session.withTransaction(async () => {
          await notes.insertOne({ _id: 2 }, { session })
        }),
      )
      for (const refused of [
        () => client.db('other').collection('notes').insertOne({}),
        () => client.db('other').collection('notes').findOne(),
        () => client.db('admin').command({ createUser: 'x', pwd: 'x', roles: [] }),
        () => client.db('admin').command({ usersInfo: 1 }),
        () => client.db('admin').command({ replSetGetConfig: 1 }),
        () => client.db('admin').command({ shutdown: 1 }),
        () => client.db('cas').command({ createUser: 'x', pwd: 'x', roles: [] }),
      ]) {
        await expect(refused()).rejects.toThrow('not authorized')
      }
    } finally {
      await client.close()
    }
  }, 60_000)

  it('lets the operator write the pool database, and make no users', async () => {
    const client = await clientOf(users.operatorUser, set.members.slice(0, 3)).connect()
    try {
      await client.db('cas').collection('pool-state').insertOne({ head: 1 })
      const made = client.db('admin').command({ createUser: 'x', pwd: 'x', roles: ['root'] })
      await expect(made).rejects.toThrow('not authorized')
      await expect(client.db('other').collection('notes').insertOne({})).rejects.toThrow('not authorized')
    } finally {
      await client.close()
    }
  }, 60_000)

  it('needs no step after all members were restarted with their data', async () => {
    const three = set.members.slice(0, 3)
    const admin = adminOf(three)
    await Promise.all(three.map((member) => member.kill()))
    const down = planNextStep(await admin.observe(), {
      setName: set.name,
      members: named(three),
      recorded: true,
    })
    expect(down).toMatchObject({ kind: 'wait', reason: 'MembersStarting' })
    await Promise.all(three.map((member) => member.start()))
    const { steps } = await bring(admin, three, { recorded: true })
    expect(steps).toEqual([])
  }, 60_000)

  it('waits while a killed member is away, and is settled again when it is back', async () => {
    const three = set.members.slice(0, 3)
    const admin = adminOf(three)
    const { primary } = await admin.observe()
    const killed = three.find((member) => hostOf(member) === primary)!
    await killed.kill()
    const { plan } = await until('another primary', async () => {
      const passage = await bring(admin, three, { to: 'wait', recorded: true })
      return passage.observed.view !== undefined && passage
    })
    expect(plan).toMatchObject({ kind: 'wait', reason: 'MemberUnhealthy' })
    await killed.start()
    const { steps } = await bring(admin, three, { recorded: true })
    expect(steps).toEqual([])
  }, 60_000)

  it('answers within seconds while a member is stopped in its tracks', async () => {
    const three = set.members.slice(0, 3)
    const admin = adminOf(three)
    await admin.observe()
    three[2]!.pause()
    const before = performance.now()
    const observed = await admin.observe()
    three[2]!.resume()
    expect(performance.now() - before).toBeLessThan(5000)
    expect(observed.members[2]?.answer.kind).toBe('unreachable')
    await bring(admin, three, { recorded: true })
  }, 60_000)

  it('makes users work again whose passwords were changed by somebody else', async () => {
    const three = set.members.slice(0, 3)
    const operatorUser = { ...users.operatorUser, password: 'another-operator-secret' }
    const serverUser = { ...users.serverUser, password: 'another-server-secret' }
    const { steps } = await bring(adminOf(three, { operatorUser, serverUser }), three, { recorded: true })
    expect(kinds(steps)).toEqual(['ensureUser', 'ensureUser'])
    const client = await clientOf(serverUser, three).connect()
    await client.close()
    const back = await bring(adminOf(three), three, { recorded: true })
    expect(kinds(back.steps)).toEqual(['ensureUser', 'ensureUser'])
  }, 60_000)

  it('takes back what somebody else granted the servers', async () => {
    const three = set.members.slice(0, 3)
    const { primary } = await adminOf(three).observe()
    const grant = { grantRolesToUser: users.serverUser.username, roles: ['root'] }
    await asSystem(primary!, (session) => session.command(grant))
    const { steps } = await bring(adminOf(three), three, { recorded: true })
    expect(steps).toEqual([{ kind: 'ensureUser', user: 'server', primary }])
  }, 60_000)

  it('keeps few connections, however often it looks', async () => {
    const three = set.members.slice(0, 3)
    const admin = adminOf(three)
    await admin.observe()
    const connections = () =>
      asSystem(hostOf(three[0]!), async (session) => {
        const { connections: counts } = await session.command({ serverStatus: 1 })
        return (counts as { readonly current: number }).current
      })
    const before = await connections()
    for (let look = 0; look < 50; look += 1) await admin.observe()
    expect(await connections()).toBeLessThanOrEqual(before + 3)
  }, 60_000)

  it('grows from three to five members, each voting only when it has the data', async () => {
    const { steps, observed } = await bring(adminOf(set.members), set.members, { recorded: true })
    expect(kinds(steps).toSorted()).toEqual(['add', 'add', 'promote', 'promote'])
    expect(observed.view?.config.members.map(({ votes }) => votes)).toEqual([1, 1, 1, 1, 1])
  }, 60_000)

  it('shrinks from five to three members, the primary handing over before it leaves', async () => {
    const staying = set.members.slice(0, 3)
    await makePrimary(set.members[4]!)
    const { steps, observed } = await bring(adminOf(staying), staying, { recorded: true })
    expect(kinds(steps).filter((kind) => kind === 'remove')).toHaveLength(2)
    expect(kinds(steps)).toContain('stepDown')
    expect(observed.view?.config.members.map(({ host }) => host)).toEqual(staying.map(hostOf))
  }, 120_000)

  it('is stalled, and not made anew, when a recorded set comes back without any data', async () => {
    const three = set.members.slice(0, 3)
    await Promise.all(three.map((member) => member.kill()))
    for (const member of three) {
      await rm(member.dbPath, { recursive: true })
      await mkdir(member.dbPath)
      await member.start()
    }
    const { plan, steps } = await bring(adminOf(three), three, { to: 'stalled', recorded: true })
    expect(plan).toMatchObject({ kind: 'stalled', reason: 'DataLost' })
    expect(steps).toEqual([])
  }, 60_000)
})
