/** What lint calls an error and an import takes all the same, of a definition by itself and among all of them. Pure. */
import type { Instant } from '../../common/clock.ts'
import { type RuleName, rules } from '../lint/finding.ts'
import { lintEach } from '../lint/lint.ts'
import type { Conversion } from './conversion.ts'

type Taken = Pick<Conversion, 'taken' | 'brokenAmongAll'>

/** A line for whoever would think that what is imported is as it should be; undefined: lint has nothing to add. */
export function lintText(conversion: Taken, now: Instant): string | undefined {
  const errors = errorsIn(conversion, now)
  if (errors.length === 0) return undefined
  const byRule = Map.groupBy(errors, (rule) => rule)
  const counts = Array.from(byRule, ([rule, found]) => `${rule} ${found.length}`)
  const number = errors.length === 1 ? 'an error' : `${errors.length} errors`
  return `caspool lint finds ${number} in what is imported, which import takes as it is: ${counts.join(', ')}`
}

function errorsIn({ taken, brokenAmongAll }: Taken, now: Instant): readonly RuleName[] {
  const each = lintEach(taken, { now }).filter(({ severity }) => severity === 'error')
  const amongAll = brokenAmongAll.filter((rule) => rules[rule][0] === 'error')
  return [...each.map(({ rule }) => rule), ...amongAll]
}
