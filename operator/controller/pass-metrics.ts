/** How many passes there were, how they ended, and how long they took. */
import type { Clock } from '../../common/clock.ts'
import type { Metrics } from '../../common/metrics.ts'
import type { WorkResult } from './queue.ts'

export type Work = (key: string) => Promise<WorkResult>

export interface PassMetrics {
  /** The same work, counted under the queue's name. */
  measured(queue: string, work: Work): Work
}

/** Registers the series. `clock` measures durations in milliseconds. */
export function passMetrics(metrics: Metrics, clock: Clock): PassMetrics {
  const passes = metrics.counter('caspool_passes_total', 'Passes over a pool, by queue and outcome')
  const seconds = metrics.histogram('caspool_pass_seconds', 'Duration of passes over a pool, by queue')
  return {
    measured: (queue, work) => async (key) => {
      const began = clock.now()
      let outcome = 'failed'
      try {
        const result = await work(key)
        outcome = result.kind
        return result
      } finally {
        passes.increment({ queue, outcome })
        seconds.observe((clock.now() - began) / 1000, { queue })
      }
    },
  }
}
