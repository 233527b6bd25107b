/** The status of a CasService from what a sync said about it and what the servers report. Pure; exact to kstatus. */
import type { Instant } from '../../common/clock.ts'
import type { CasService, CasServiceStatus } from '../api/cas-service.ts'
import {
  conditionOf,
  type Progress,
  progressConditions,
  reasons,
  setConditions,
  type WantedCondition,
} from '../api/conditions.ts'
import { problemText } from '../api/problem.ts'
import { type PoolMembers, servedVerdict } from '../registry/served.ts'
import type { ServiceOutcome } from '../registry/sync.ts'

/** What is known about a service. */
export type ServiceStanding =
  | { readonly kind: 'clusterNotFound'; readonly cluster: string }
  /** The cluster cannot be run as it stands: nothing is written for it. */
  | { readonly kind: 'clusterInvalid'; readonly cluster: string }
  | { readonly kind: 'notAdmitted'; readonly message: string }
  /** The database cannot be written now. */
  | { readonly kind: 'waiting'; readonly message: string }
  | {
      readonly kind: 'looked'
      readonly outcome: ServiceOutcome
      /** Digest of the head. */
      readonly digest: string
      readonly members: PoolMembers
    }

interface Judged {
  readonly accepted: Omit<WantedCondition, 'type'>
  readonly synced: Omit<WantedCondition, 'type'>
  readonly served: Omit<WantedCondition, 'type'>
  readonly progress: Progress
}

/** The status now; undefined: what is known says nothing new, and the status stays as it is. */
export function serviceStatus(
  service: CasService,
  standing: ServiceStanding,
  now: Instant,
): CasServiceStatus | undefined {
  if (isNobodyLooking(standing) && isJudged(service)) return undefined
  const generation = service.metadata.generation ?? 0
  const { accepted, synced, served, progress } = judge(service, standing)
  const wanted: WantedCondition[] = [
    ...progressConditions(progress).map((condition) => firstSeen(condition, standing)),
    { type: 'Accepted', ...accepted },
    { type: 'Synced', ...synced },
    { type: 'Served', ...served },
  ]
  return {
    ...service.status,
    ...identity(standing),
    observedGeneration: generation,
    conditions: setConditions(service.status?.conditions, wanted, { generation, now }),
  }
}

/** What stands about this generation was found out by a sync: that none is possible now is no news about it. */
function isJudged({ metadata, status }: CasService): boolean {
  if (status?.observedGeneration !== metadata.generation) return false
  const accepted = conditionOf(status?.conditions, 'Accepted')
  return accepted?.status === 'True' || accepted?.reason === reasons.invalid
}

/** Ready is Unknown, not False, as long as nobody has looked. */
function firstSeen(condition: WantedCondition, standing: ServiceStanding): WantedCondition {
  const isUnknown = isNobodyLooking(standing) && condition.type === 'Ready'
  return isUnknown ? { ...condition, status: 'Unknown' } : condition
}

function isNobodyLooking({ kind }: ServiceStanding): boolean {
  return kind === 'waiting' || kind === 'clusterInvalid'
}

function identity(standing: ServiceStanding): Partial<CasServiceStatus> {
  if (standing.kind !== 'looked') return {}
  const { outcome } = standing
  const definitionId = outcome.id.toString()
  return outcome.kind === 'synced' ? { definitionId, serviceId: outcome.serviceId } : { definitionId }
}

const notYet = (message: string): Omit<WantedCondition, 'type'> => ({
  status: 'Unknown',
  reason: reasons.pending,
  message,
})

function judge(service: CasService, standing: ServiceStanding): Judged {
  switch (standing.kind) {
    case 'clusterNotFound': {
      const message = `CasCluster ${standing.cluster} does not exist`
      return unaccepted(reasons.clusterNotFound, message, 'progressing')
    }
    case 'notAdmitted':
      return unaccepted(reasons.notAdmitted, standing.message, 'stalled')
    case 'clusterInvalid': {
      const message = `CasCluster ${standing.cluster} is not valid: its own status says what to correct`
      return unwritten(reasons.clusterInvalid, message)
    }
    case 'waiting':
      return unwritten(reasons.storeUnavailable, standing.message)
    case 'looked':
      return judgeOutcome(service, standing)
  }
}

function unwritten(reason: string, message: string): Judged {
  const synced = { status: 'False', reason, message } as const
  const progress = { kind: 'progressing', reason, message } as const
  return { accepted: notYet(''), synced, served: notYet('not written yet'), progress }
}

function unaccepted(reason: string, message: string, kind: 'progressing' | 'stalled'): Judged {
  const accepted = { status: 'False', reason, message } as const
  const nothing = { status: 'False', reason, message: 'not accepted' } as const
  return { accepted, synced: nothing, served: nothing, progress: { kind, reason, message } }
}

function judgeOutcome(
  service: CasService,
  { outcome, digest, members }: Extract<ServiceStanding, { kind: 'looked' }>,
): Judged {
  if (outcome.kind === 'refused') {
    const kept = outcome.isKept ? '\nwhat it said before is still served' : ''
    return unaccepted(reasons.invalid, `${problemText(outcome.problems)}${kept}`, 'stalled')
  }
  const accepted = { status: 'True', reason: reasons.valid, message: '' } as const
  if (outcome.kind === 'conflict') {
    const { message } = outcome
    const conflict = { status: 'False', reason: reasons.conflict, message } as const
    const served = { ...conflict, message: 'not written' }
    const progress = { kind: 'stalled', reason: reasons.conflict, message } as const
    return { accepted, synced: conflict, served, progress }
  }
  const written = {
    rev: outcome.rev,
    digest,
    generation: service.metadata.generation ?? 0,
    previous: conditionOf(service.status?.conditions, 'Served'),
  }
  const served = servedVerdict(outcome.id, written, members)
  const synced = { status: 'True', reason: reasons.written, message: `rev ${outcome.rev}` } as const
  return { accepted, synced, served, progress: progressOf(served) }
}

function progressOf(served: Omit<WantedCondition, 'type'>): Progress {
  const { reason, message } = served
  if (served.status === 'True') return { kind: 'ready', message }
  // A refusal does not go away by waiting; everything else does.
  return { kind: reason === reasons.refused ? 'stalled' : 'progressing', reason, message }
}
