/** What lint calls an error and an import takes all the same. What shows among all of them is in its notes. Pure. */
import type { Instant } from '../../common/clock.ts'
import type { RuleName } from '../lint/finding.ts'
import { lintEach } from '../lint/lint.ts'
import type { Source } from '../lint/source.ts'

/** An import says these itself, by what it refuses. */
const refusing: ReadonlySet<RuleName> = new Set<RuleName>([
  'unreadable',
  'not-honoured',
  'unknown-class',
  'invalid-manifest',
  'bad-pattern',
  'logout-url',
])

/** A line for whoever would think that what is imported is as it should be; undefined: lint has nothing to add. */
export function lintText(sources: readonly Source[], now: Instant): string | undefined {
  const errors = lintEach(sources, { now }).filter(
    ({ severity, rule }) => severity === 'error' && !refusing.has(rule),
  )
  if (errors.length === 0) return undefined
  const byRule = Map.groupBy(errors, ({ rule }) => rule)
  const counts = Array.from(byRule, ([rule, found]) => `${rule} ${found.length}`)
  const number = errors.length === 1 ? 'an error' : `${errors.length} errors`
  return `caspool lint finds ${number} in these definitions, which import takes as they are: ${counts.join(', ')}`
}
