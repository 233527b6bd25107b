/** The condition MongoReady: what the planner and the roll say, in a sentence. */
import type { Change } from '../mongo/change.ts'
import type { ObservedSet } from '../mongo/facts.ts'
import type { Plan, Step } from '../mongo/plan.ts'
import { decideReadiness } from '../mongo/readiness.ts'
import type { RollingDecision } from '../mongo/rolling.ts'
import type { WorkloadFact } from '../observe/facts.ts'
import { type Finding, stuck, waiting, well } from './findings.ts'

/** How far the pass got with the replica set. */
export interface SetProgress {
  /** `specRevision` that the set was looked at for. */
  readonly revision: string
  readonly observed: ObservedSet
  readonly plan: Plan
  readonly roll: RollingDecision
}

/** Nobody has looked at the set for this spec yet. `recorded`: a set is there. */
export function mongoPending(recorded: boolean): Finding {
  return recorded
    ? waiting('Progressing', 'the replica set is being compared with the spec')
    : waiting('MembersStarting', 'the replica set is being set up')
}

export function mongoReady(mongod: WorkloadFact, { plan, roll, observed }: SetProgress): Finding {
  switch (plan.kind) {
    case 'stalled':
      return stuck(plan.reason, plan.message)
    case 'wait':
      return waiting(plan.reason, withTrouble(waitText(plan), mongod))
    case 'step':
      return waiting('Progressing', stepText(plan.step))
    case 'settled':
      break
  }
  if (!mongod.statefulSet?.observed)
    return waiting('Progressing', 'the StatefulSet is about to follow its spec')
  const { updateRevision } = mongod.statefulSet
  const outdated = mongod.pods.find(({ revision }) => revision !== updateRevision)
  if (roll.kind === 'done' && outdated !== undefined) {
    return waiting('MembersRolling', `${outdated.name} has an older revision`)
  }
  if (roll.kind !== 'done') return waiting('MembersRolling', rollText(roll))
  const behind = observed.members.find((member) => !decideReadiness(member).ready)
  if (behind !== undefined)
    return waiting('MemberUnhealthy', withTrouble(`${behind.name} is not in service`, mongod))
  return well('AsSpecified', `${observed.members.length} members, primary ${nameOf(plan.primary)}`)
}

/** A set that serves while members are awaited is growing. */
function waitText({ reason, message, primary }: Extract<Plan, { kind: 'wait' }>): string {
  return reason === 'MembersStarting' && primary !== undefined ? `adding members; ${message}` : message
}

function stepText(step: Step): string {
  switch (step.kind) {
    case 'initiate':
      return `initiating the replica set with ${step.hosts.map(nameOf).join(', ')}`
    case 'ensureUser':
      return `setting up the database user of the ${step.user}`
    case 'stepDown':
      return `${nameOf(step.primary)} hands over to another member`
    case 'reconfigure':
      return changeText(step.change)
  }
}

function changeText(change: Change): string {
  switch (change.kind) {
    case 'add':
      return `adding member ${nameOf(change.host)}`
    case 'promote':
      return `member ${nameOf(change.host)} gets its vote`
    case 'remove':
      return `removing member ${nameOf(change.host)}`
    case 'settings':
      return 'setting how fast the replica set fails over'
  }
}

function rollText(roll: RollingDecision): string {
  switch (roll.kind) {
    case 'delete':
      return `${roll.name} is being replaced by a newer one`
    case 'stepDown':
      return `${nameOf(roll.host)} hands over to another member`
    case 'wait':
      return roll.message
    case 'done':
      return ''
  }
}

/** The pod's own trouble explains a missing member better than the set can. */
function withTrouble(message: string, { pods }: WorkloadFact): string {
  const troubles = pods.flatMap(({ name, trouble }) => (trouble === undefined ? [] : [`${name}: ${trouble}`]))
  return troubles.length === 0 ? message : `${message} (${troubles.join('; ')})`
}

/** `c-mongodb-0` of `c-mongodb-0.c-mongodb.ns.svc:27017`. */
function nameOf(host: string): string {
  return host.split('.')[0] ?? host
}
