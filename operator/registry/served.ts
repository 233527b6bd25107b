/**
 * Whether the servers hold what was written: pure verdicts from the members' own reports. True for a generation
 * once every ready server reports a rev at or past the one that wrote it (or the same digest) and does not refuse
 * it; once true it stays true for that generation, so that a server that starts or falls silent later changes
 * nothing for services it does not concern.
 */
import type { MemberDocument } from '../../common/documents/pool.ts'
import { isLiveProperty } from '../../common/documents/properties.ts'
import type { ConditionStatus } from '../api/conditions.ts'
import { reasons } from '../api/conditions.ts'
import type { Condition } from '../api/meta.ts'

export interface Verdict {
  readonly status: ConditionStatus
  readonly reason: string
  /** Names the members that it depends on. */
  readonly message: string
}

/** What was written and has to be held by every ready member. */
export interface WrittenState {
  /** Rev of the batch that wrote it last. */
  readonly rev: number
  /** Digest of the head now. */
  readonly digest: string
  /** Generation of the object that asks. */
  readonly generation: number
  /** The condition as it stands in the object's status. */
  readonly previous: Condition | undefined
}

/** The servers: names of the pods that are ready, and the reports in `pool-members`. */
export interface PoolMembers {
  readonly ready: readonly string[]
  readonly reports: ReadonlyMap<string, MemberDocument>
}

/** The condition `Served` of a CasService whose definition has the id `definitionId`. */
export function servedVerdict(definitionId: bigint, written: WrittenState, members: PoolMembers): Verdict {
  const id = definitionId.toString()
  return verdict(written, members, (report) => {
    const refused = report.refusedServices.find((service) => service.id === id)
    return refused === undefined ? unlisted(report) : `it: ${refused.reason}`
  })
}

/**
 * The condition `ConfigSynced` of a CasCluster: the same for the properties that it names. A property that somebody else
 * has put beside them counts, too, if servers know it: they refuse the whole revision for it.
 */
export function configVerdict(
  names: readonly string[],
  written: WrittenState,
  members: PoolMembers,
): Verdict {
  const wanted = new Set(names)
  return verdict(written, members, (report) => {
    const refused = report.refusedProperties.filter(({ name }) => wanted.has(name) || isLiveProperty(name))
    return refused.length === 0
      ? unlisted(report)
      : refused.map(({ name, reason }) => `${name} (${reason})`).join(', ')
  })
}

/** It may be among those that are not listed: nobody says True then. */
function unlisted({ unlistedRefusals = 0 }: MemberDocument): string | undefined {
  return unlistedRefusals === 0 ? undefined : `${unlistedRefusals} documents more than it lists`
}

/** What a server refuses, and why. */
type RefusalOf = (report: MemberDocument) => string | undefined

function verdict(written: WrittenState, members: PoolMembers, refusalOf: RefusalOf): Verdict {
  const { previous, generation } = written
  if (previous?.status === 'True' && previous.observedGeneration === generation) {
    return { status: 'True', reason: previous.reason, message: previous.message }
  }
  const ready = members.ready.toSorted()
  if (ready.length === 0)
    return { status: 'Unknown', reason: reasons.noReadyServer, message: 'no server is ready' }
  const reports = ready.flatMap((name) => members.reports.get(name) ?? [])
  const current = reports.filter((report) => report.rev >= written.rev || report.digest === written.digest)
  // A refusal by a member that is behind is about what stood there before.
  const refusal = refusalText(current, refusalOf)
  if (refusal !== undefined) return { status: 'False', reason: reasons.refused, message: refusal }
  const behind = reports.filter((report) => !current.includes(report)).map((report) => report._id)
  if (behind.length > 0) {
    return { status: 'False', reason: reasons.loading, message: `not loaded yet by ${behind.join(', ')}` }
  }
  const silent = ready.filter((name) => !members.reports.has(name))
  if (silent.length > 0) {
    return { status: 'Unknown', reason: reasons.notReported, message: `no report from ${silent.join(', ')}` }
  }
  return { status: 'True', reason: reasons.loaded, message: 'loaded by all ready servers' }
}

/** Servers that refuse the same for the same reason share a sentence. */
function refusalText(reports: readonly MemberDocument[], refusalOf: RefusalOf): string | undefined {
  const byText = Map.groupBy(reports, (report) => refusalOf(report) ?? '')
  const sentences = [...byText].flatMap(([text, by]) => {
    if (text === '') return []
    return `${by.map(({ _id }) => _id).join(', ')} ${by.length === 1 ? 'refuses' : 'refuse'} ${text}`
  })
  return sentences.length === 0 ? undefined : sentences.join('; ')
}
