/** Times as people type them. */
import { UsageError } from '../usage.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of `30s`, `5m`, `1h`; throws UsageError naming the option. */
export function parseDuration(text: string, option: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? []
  const ms = Number(digits) * (unitMs[unit] ?? Number.NaN)
  if (!(ms > 0 && ms < 2 ** 31))
    throw new UsageError(`${option} takes a time such as 30s, 5m or 1h, not "${text}"`)
  return ms
}
