/** What follows from what a pass over a registry found: a metric, a line in the log, a look at the CasCluster. */
import type { Log } from '../../common/log.ts'
import type { Gauge } from '../../common/metrics.ts'
import { reasons } from '../api/conditions.ts'
import type { RegistrySummary } from '../decide/registry-summary.ts'
import type { PoolKey } from '../observe/world.ts'
import type { PoolRuntimes } from './runtimes.ts'

/** Undefined: there is no such CasCluster. */
export type NoteSummary = (key: PoolKey, summary: RegistrySummary | undefined) => void

export interface SummaryNotesOptions {
  readonly runtimes: PoolRuntimes
  readonly log: Log
  /** By pool: 1 while properties of its spec.config are refused. */
  readonly configRefused: Gauge | undefined
  /** Somebody waits for what was found. */
  readonly onFindings: (key: PoolKey) => void
  /** Only numbers have changed. */
  readonly onNumbers: (key: PoolKey) => void
}

export function summaryNotes(options: SummaryNotesOptions): NoteSummary {
  const { runtimes, log, configRefused, onFindings, onNumbers } = options
  return (key, summary) => {
    const isRefused = summary?.config.reason === reasons.refused
    configRefused?.set(isRefused ? 1 : 0, { pool: key })
    if (summary === undefined) return
    const news = runtimes.setSummary(key, summary)
    if (news === 'numbers') onNumbers(key)
    if (news !== 'findings') return
    if (isRefused) log.warn({ pool: key, reason: summary.config.message }, 'properties refused')
    onFindings(key)
  }
}
