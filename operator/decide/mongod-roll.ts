/** The next action of a roll of the mongod pods, in the planner's terms. */
import type { ObservedSet, WantedMember } from '../mongo/facts.ts'
import { decideReadiness } from '../mongo/readiness.ts'
import { decideRoll, type RollingDecision, type RollingMember } from '../mongo/rolling.ts'
import type { WorkloadFact } from '../observe/facts.ts'

/** `done` also while the StatefulSet's controller has not seen the newest spec: what is outdated is not known then. */
export function decideMongodRoll(
  mongod: WorkloadFact,
  members: readonly WantedMember[],
  observed: ObservedSet,
): RollingDecision {
  const revision = mongod.statefulSet?.updateRevision
  if (revision === undefined || !mongod.statefulSet?.observed) return { kind: 'done' }
  return decideRoll(
    members.map(({ name, host }): RollingMember => {
      const pod = mongod.pods.find((candidate) => candidate.name === name)
      const member = observed.members.find((candidate) => candidate.host === host)
      return {
        name,
        host,
        outdated: pod !== undefined && pod.revision !== revision,
        terminating: pod?.terminating ?? false,
        containerReady: pod?.containersReady ?? false,
        ready: pod !== undefined && member !== undefined && decideReadiness(member).ready,
        primary: observed.primary === host,
      }
    }),
  )
}
