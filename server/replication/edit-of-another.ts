/** Whether servers are set up for different modes, as far as what they publish tells: pure. */
import { entryProblem } from './entry.ts'
import type { Replica } from './replica.ts'
import type { ReplicatedEntry } from './transport.ts'
import { compareVersions } from './version.ts'

/**
 * The first of these entries that is news to `node` and was made by another one. In mode passive one directory is the
 * master: once that has heard what the store held, such an entry is the edit of a server in mode active, or of a second
 * master.
 */
export function editOfAnother(
  { entries: known }: Pick<Replica, 'entries'>,
  { node, entries }: { readonly node: string; readonly entries: readonly ReplicatedEntry[] },
): ReplicatedEntry | undefined {
  return entries.find((entry) => {
    const current = known.get(entry.id)
    const isNews = current === undefined || compareVersions(current.version, entry.version) < 0
    return isNews && entry.version.node !== node && entryProblem(entry) === undefined
  })
}
