/**
 * One pass over a pool's replica set: look at it, do the one next thing, keep what was found for the CasCluster's own
 * pass. A queue of its own, since members that do not answer take seconds, which nothing else has to wait for.
 */
import { secretKeys } from '../../common/contract.ts'
import { reasonOf, StoreFault } from '../../common/fault.ts'
import type { Log } from '../../common/log.ts'
import type { DefaultImages } from '../api/defaults.ts'
import { writeGate } from '../apply/gates.ts'
import { specRevision } from '../decide/findings.ts'
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
import type { ObjectFacts, SecretValues } from '../observe/facts.ts'
import { gatherObjects } from '../observe/gather.ts'
import type { PoolKey, World } from '../observe/world.ts'
import { currentPool } from './current-pool.ts'
import type { WorkResult } from './queue.ts'
import type { PoolRuntimes } from './runtimes.ts'

export interface ReplicaSetDeps {
  readonly kube: KubeClient
  readonly world: World
  readonly runtimes: PoolRuntimes
  readonly images: DefaultImages
  readonly log: Log
  /** Has the CasCluster looked at: something about its set is known anew. */
  readonly wakeCluster: (key: PoolKey) => void
}

/** The set as it was found, and who may change it. */
interface SetLook {
  readonly admin: ReplicaSetAdmin
  readonly members: readonly WantedMember[]
  readonly observed: ObservedSet
}

interface Subject {
  /** `specRevision` of the CasCluster. */
  readonly revision: string
  readonly pool: Pool
  readonly objects: ObjectFacts
  /** A set of this pool existed before. */
  readonly recorded: boolean
}

export async function reconcileReplicaSet(deps: ReplicaSetDeps, key: PoolKey): Promise<WorkResult> {
  const current = currentPool(deps, key)
  if (current.kind !== 'pool') return { kind: 'done' }
  const { pool, cluster } = current
  const objects = gatherObjects(pool, deps.world.objectsOf(key))
  const look = await lookAtSet(deps, key, { pool, objects })
  if (look === undefined) return { kind: 'done' }
  const recorded = (objects.replicaSetRecord ?? cluster.status?.mongodb?.replicaSet) !== undefined
  const revision = specRevision(cluster)
  const progress = await actOnSet(deps, look, { revision, pool, objects, recorded })
  if (deps.runtimes.setProgress(key, progress)) deps.wakeCluster(key)
  return { kind: 'again', inMs: againAfter(progress), why: 'members report nothing by themselves' }
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
async function lookAtSet(
  { runtimes }: ReplicaSetDeps,
  key: PoolKey,
  { pool, objects }: Pick<Subject, 'pool' | 'objects'>,
): Promise<SetLook | undefined> {
  if (pool.spec.mongodb.kind === 'external' || objects.mongod.statefulSet === undefined) return undefined
  const keyfile = objects.secrets.get('keyfile')?.[secretKeys.mongodbKeyfile]
  const operatorUser = credentials(objects.secrets, 'operatorUser')
  const serverUser = credentials(objects.secrets, 'serverUser')
  if (keyfile === undefined || operatorUser === undefined || serverUser === undefined) return undefined
  const members = wantedMembers(pool)
  const setName = poolNames(pool.name).replicaSet
  const { database } = pool.spec.mongodb
  const options = { members, setName, keyfile, operatorUser, serverUser, database }
  const admin = await runtimes.replicaSet(key, options)
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

/** Writes the gates of members, then takes the next step of the set, or of a roll of its pods. */
async function actOnSet(deps: ReplicaSetDeps, look: SetLook, subject: Subject): Promise<SetProgress> {
  const { observed, members } = look
  const { revision, pool, recorded } = subject
  const { mongod } = subject.objects
  for (const gate of decideGates(mongod.pods, observed)) await writeGate(deps.kube, gate)
  const setName = poolNames(pool.name).replicaSet
  const plan = planNextStep(observed, { setName, members, recorded })
  if (plan.kind === 'step') {
    await take(look.admin, plan.step, deps)
    // The step may have changed the configuration: nothing may rely on the one that was seen before it.
    return { revision, observed: { ...observed, view: undefined }, plan, roll: { kind: 'done' } }
  }
  const roll: RollingDecision =
    plan.kind === 'stalled' ? { kind: 'done' } : decideMongodRoll(mongod, members, observed)
  await takeRoll(deps, look.admin, { roll, objects: subject.objects })
  return { revision, observed, plan, roll }
}

const soonMs = 200
const whileWaitingMs = 1_000
const whenSettledMs = 10_000
const whenStalledMs = 30_000

function againAfter({ plan, roll }: { readonly plan: Plan; readonly roll: RollingDecision }): number {
  if (plan.kind === 'step') return soonMs
  if (plan.kind === 'stalled') return whenStalledMs
  return plan.kind === 'wait' || roll.kind !== 'done' ? whileWaitingMs : whenSettledMs
}

async function takeRoll(
  deps: ReplicaSetDeps,
  admin: ReplicaSetAdmin,
  { roll, objects }: { readonly roll: RollingDecision; readonly objects: ObjectFacts },
): Promise<void> {
  if (roll.kind === 'stepDown') await take(admin, { kind: 'stepDown', primary: roll.host }, deps)
  if (roll.kind !== 'delete') return
  const pod = objects.mongod.pods.find(({ name }) => name === roll.name)
  if (pod === undefined) return
  deps.log.info({ pod: pod.name, from: pod.revision }, 'replacing a mongod pod of an older revision')
  await deps.kube.delete({ kind: 'Pod', namespace: pod.namespace, name: pod.name }, { uid: pod.uid })
}

/** A member that does not answer is a fact of the next look, not a failure of the pass. */
async function take(admin: ReplicaSetAdmin, step: Step, { log }: ReplicaSetDeps): Promise<void> {
  try {
    await admin.execute(step)
  } catch (fault) {
    if (!(fault instanceof StoreFault)) throw fault
    log.warn({ step: step.kind, reason: reasonOf(fault) }, 'step of the replica set failed')
  }
}
