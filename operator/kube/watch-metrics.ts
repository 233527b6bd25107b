/** What watches tell about themselves. One instance per process; the label `watch` is the reflector's name. */
import type { Instant } from '../../common/clock.ts'
import type { Metrics } from '../../common/metrics.ts'

export interface WatchMetrics {
  /** Something arrived. */
  heard(watch: string, at: Instant): void
  listed(watch: string, objects: number): void
  holds(watch: string, objects: number): void
  /** A watch ended: `ended` by the server in good order, else the kind of the fault. */
  restarted(watch: string, reason: string): void
}

/** Registers the series. */
export function watchMetrics(metrics: Metrics): WatchMetrics {
  const heardAt = metrics.gauge(
    'caspool_watch_last_byte_timestamp_seconds',
    'When the API server last sent anything on this watch, seconds since the epoch',
  )
  const objects = metrics.gauge('caspool_watch_objects', 'Objects held in memory')
  const lists = metrics.counter('caspool_watch_lists_total', 'Complete lists')
  const restarts = metrics.counter('caspool_watch_restarts_total', 'Ends of watches, by reason')
  return {
    heard: (watch, at) => heardAt.set(at / 1000, { watch }),
    listed: (watch, count) => {
      lists.increment({ watch })
      objects.set(count, { watch })
    },
    holds: (watch, count) => objects.set(count, { watch }),
    restarted: (watch, reason) => restarts.increment({ watch, reason }),
  }
}
