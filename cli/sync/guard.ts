/** Deletes that look like a mistake. Pure. */
import type { RsyncReport } from './rsync-output.ts'

/** Up to so many deletes in one run are done without a word … */
const unguardedDeletes = 10
/** … and up to this share of what stands in the destination. */
const unguardedShare = 0.3

export interface DeleteRules {
  readonly deletes: boolean
  readonly maxDeletes: number | undefined
}

export interface GuardedRun extends Pick<RsyncReport, 'changes' | 'files'> {
  /** Definitions in the source, among files of any kind. */
  readonly definitions: number
}

/** Why a run that would do this is refused; undefined: let it run. */
export function deleteRefusal(report: GuardedRun, { deletes, maxDeletes }: DeleteRules): string | undefined {
  if (!deletes) return undefined
  if (report.definitions === 0)
    return 'the source holds no definitions, and --delete would empty the destination'
  const { created, deleted } = report.changes
  const standing = report.files - created.length + deleted.length
  const count = `${deleted.length} of ${standing} files would be deleted`
  if (maxDeletes !== undefined)
    return deleted.length > maxDeletes ? `${count}, --max-delete is ${maxDeletes}` : undefined
  const isMuch = deleted.length > unguardedDeletes && deleted.length > unguardedShare * standing
  return isMuch ? `${count}: if that is meant, --max-delete ${deleted.length} lets it happen` : undefined
}
