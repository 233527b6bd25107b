/** The condition MongoReady: what the planner and the roll say, in a sentence. */
import type { ObservedSet } from '../mongo/facts.ts'
import type { Plan } from '../mongo/plan.ts'
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

export function mongoReady(mongod: WorkloadFact, progress: SetProgress | undefined): Finding {
  if (progress === undefined) return waiting('MembersStarting', 'the replica set is being set up')
  const { plan, roll, observed } = progress
  switch (plan.kind) {
    case 'stalled':
      return stuck(plan.reason, plan.message)
    case 'wait':
      return waiting(plan.reason, withTrouble(plan.message, mongod))
    case 'step':
      return waiting('Progressing', `next step of the replica set: ${plan.step.kind}`)
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
