/** The replica set's part of a pass: look at it, then do the one next thing, and say when to look again. */
import { secretKeys } from '../../common/contract.ts'
import { reasonOf, StoreFault } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import { writeGate } from '../apply/gates.ts'
import { decideGates } from '../decide/gates.ts'
import type { SetProgress } from '../decide/mongo-ready.ts'
import { decideMongodRoll } from '../decide/mongod-roll.ts'
import { mongodbHost, poolNames } from '../desired/names.ts'
import type { Pool } from '../desired/pool.ts'
import type { SecretPurpose } from '../desired/secrets.ts'
import type { KubeClient } from '../kube/client.ts'
import type { ObservedSet, WantedMember } from '../mongo/facts.ts'
import { type Plan, planNextStep, type Step } from '../mongo/plan.ts'
import type { ReplicaSetAdmin } from '../mongo/replica-set.ts'
import type { RollingDecision } from '../mongo/rolling.ts'
import type { ObjectFacts, SecretValues, WorkloadFact } from '../observe/facts.ts'
import type { PoolKey } from '../observe/world.ts'
import type { ClusterDeps } from './cluster-deps.ts'

export interface SetLook {
  readonly admin: ReplicaSetAdmin
  readonly members: readonly WantedMember[]
  readonly observed: ObservedSet
}

export interface SetPass {
  readonly progress: SetProgress
  /** When the set has to be looked at again; members report nothing by themselves. */
  readonly againInMs: number
}

export interface SetPassOptions {
  readonly kube: KubeClient
  readonly log: Log
  readonly pool: Pool
  readonly mongod: WorkloadFact
  /** A set of this pool existed before. */
  readonly recorded: boolean
}

/** The members that a pool wants, in order of their ordinals. */
export function wantedMembers(pool: Pool): WantedMember[] {
  if (pool.spec.mongodb.kind === 'external') return []
  const set = poolNames(pool.name).mongodb
  return Array.from({ length: pool.spec.mongodb.members }, (_, ordinal) => ({
    name: `${set}-${ordinal}`,
    host: mongodbHost(pool, ordinal),
  }))
}

/** Asks the members; undefined while there is nobody to ask. */
export async function lookAtSet(
  { runtimes }: Pick<ClusterDeps, 'runtimes'>,
  { key, pool }: { readonly key: PoolKey; readonly pool: Pool },
  { objects, secrets }: { readonly objects: ObjectFacts; readonly secrets: SecretValues },
): Promise<SetLook | undefined> {
  if (pool.spec.mongodb.kind === 'external' || objects.mongod.statefulSet === undefined) return undefined
  const keyfile = secrets.get('keyfile')?.[secretKeys.mongodbKeyfile]
  const operatorUser = credentials(secrets, 'operatorUser')
  const serverUser = credentials(secrets, 'serverUser')
  if (keyfile === undefined || operatorUser === undefined || serverUser === undefined) return undefined
  const members = wantedMembers(pool)
  const setName = poolNames(pool.name).replicaSet
  const { database } = pool.spec.mongodb
  const admin = await runtimes.replicaSet(key, {
    members,
    setName,
    keyfile,
    operatorUser,
    serverUser,
    database,
  })
  return { admin, members, observed: await admin.observe() }
}

function credentials(
  secrets: SecretValues,
  purpose: SecretPurpose,
): { readonly username: string; readonly password: string } | undefined {
  const values = secrets.get(purpose)
  const username = values?.[secretKeys.username]
  const password = values?.[secretKeys.password]
  return username === undefined || password === undefined ? undefined : { username, password }
}

/** Opens the gates of members in service, then takes the next step of the set, or of a roll of its pods. */
export async function actOnSet(look: SetLook, options: SetPassOptions): Promise<SetPass> {
  const { observed, members } = look
  const { kube, pool, mongod, recorded } = options
  for (const gate of decideGates(mongod.pods, observed)) await writeGate(kube, gate)
  const setName = poolNames(pool.name).replicaSet
  const plan = planNextStep(observed, { setName, members, recorded })
  if (plan.kind === 'step') {
    await take(look.admin, plan.step, options)
    return { progress: { observed, plan, roll: { kind: 'done' } }, againInMs: soonMs }
  }
  const roll: RollingDecision =
    plan.kind === 'stalled' ? { kind: 'done' } : decideMongodRoll(mongod, members, observed)
  await takeRoll(look.admin, roll, options)
  return { progress: { observed, plan, roll }, againInMs: againAfter(plan, roll) }
}

const soonMs = 200
const whileWaitingMs = 1_000
const whenSettledMs = 10_000
const whenStalledMs = 30_000

function againAfter(plan: Plan, roll: RollingDecision): number {
  if (plan.kind === 'stalled') return whenStalledMs
  return plan.kind === 'wait' || roll.kind !== 'done' ? whileWaitingMs : whenSettledMs
}

async function takeRoll(
  admin: ReplicaSetAdmin,
  roll: RollingDecision,
  options: SetPassOptions,
): Promise<void> {
  if (roll.kind === 'stepDown') await take(admin, { kind: 'stepDown', primary: roll.host }, options)
  if (roll.kind !== 'delete') return
  const pod = options.mongod.pods.find(({ name }) => name === roll.name)
  if (pod === undefined) return
  options.log.info({ pod: pod.name, from: pod.revision }, 'replacing a mongod pod of an older revision')
  await options.kube.delete({ kind: 'Pod', namespace: pod.namespace, name: pod.name }, { uid: pod.uid })
}

/** A member that does not answer is a fact of the next look, not a failure of the pass. */
async function take(admin: ReplicaSetAdmin, step: Step, { log }: SetPassOptions): Promise<void> {
  try {
    await admin.execute(step)
  } catch (fault) {
    if (!(fault instanceof StoreFault)) throw fault
    log.warn({ step: step.kind, reason: reasonOf(fault) }, 'step of the replica set failed')
  }
}
