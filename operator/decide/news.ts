/** What of a status change is worth an event. Conditions say what is; events say when it came about. */
import { type ConditionType, conditionOf } from '../api/conditions.ts'
import type { Condition } from '../api/meta.ts'

export interface News {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly note: string
}

/** Parts of a CasCluster whose loss is told. Services are too many: of them only what needs somebody is told. */
const toldParts: readonly ConditionType[] = ['MongoReady', 'ServersReady']

/** The operator's own work is no loss. */
const ownWork: readonly string[] = ['Progressing', 'MembersRolling', 'Rolling', 'Scaling']

export function newsOf(
  kind: string,
  before: readonly Condition[] | undefined,
  now: readonly Condition[] | undefined,
): News[] {
  const stalled = conditionOf(now, 'Stalled')
  const wasStalled = conditionOf(before, 'Stalled')
  const isNews =
    stalled?.status === 'True' &&
    (wasStalled?.status !== 'True' ||
      wasStalled.reason !== stalled.reason ||
      wasStalled.message !== stalled.message)
  const warnings: News[] = isNews ? [{ type: 'Warning', reason: stalled.reason, note: stalled.message }] : []
  return kind === 'CasCluster' ? [...warnings, ...clusterNews(before, now)] : warnings
}

function clusterNews(
  before: readonly Condition[] | undefined,
  now: readonly Condition[] | undefined,
): News[] {
  const lost = toldParts.flatMap((type): News[] => {
    const [was, is] = [conditionOf(before, type), conditionOf(now, type)]
    return was !== undefined && is !== undefined && isLoss(was, is)
      ? [{ type: 'Warning', reason: is.reason, note: `${type}: ${is.message}` }]
      : []
  })
  const [was, is] = [conditionOf(before, 'Ready'), conditionOf(now, 'Ready')]
  const isReadyNow = is?.status === 'True' && was?.status !== 'True'
  return isReadyNow ? [...lost, { type: 'Normal', reason: 'Ready', note: is.message }] : lost
}

/** A part that is not ready for a spec that has just come is on its way there: that was asked for. */
function isLoss(was: Condition, is: Condition): boolean {
  const isAskedFor = was.observedGeneration !== is.observedGeneration || ownWork.includes(is.reason)
  return was.status === 'True' && is.status === 'False' && !isAskedFor
}
